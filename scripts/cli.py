"""``snapshelf``: the command line."""

import sys
from collections.abc import Sequence
from pkgutil import resolve_name

import typer

from index.errors import CatalogueError
from service.errors import ServiceError
from vision.errors import VisionError

COMMANDS = {
    "demo": "scripts.demo:demo",
    "index": "scripts.index_catalogue:index_catalogue",
    "serve": "scripts.serve:serve",
    "search": "scripts.search:search",
    "eval": "scripts.evaluate:evaluate",
    "doctor": "scripts.doctor:doctor",
    "prices": "scripts.past_prices:past_prices",
    "versions": "scripts.versions:versions",
    "rollback": "scripts.rollback:rollback",
    "backup": "scripts.backup:backup",
    "settings": "scripts.show_settings:show_settings",
    "mcp": "scripts.mcp:mcp",
    "key": "scripts.key:key",
}


def app_for(arguments: Sequence[str]) -> typer.Typer:
    """Gives the commands, or the one alone that is asked for: importing all takes seconds."""
    app = typer.Typer(
        name="snapshelf",
        help="From a photo to the product on the shelf.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(lambda: None)  # else typer takes a single command for the whole program
    asked = next(iter(arguments), "")
    for name in [asked] if asked in COMMANDS else COMMANDS:
        app.command(name)(resolve_name(COMMANDS[name]))
    return app


def main() -> None:
    """Runs a command; exit code 0 on success, 2 for wrong usage, 1 for the rest."""
    try:
        app_for(sys.argv[1:])()
    except (VisionError, CatalogueError, ServiceError) as error:
        print(f"snapshelf: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
