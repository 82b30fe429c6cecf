"""``snapshelf``: the command line."""

import sys
from collections.abc import Callable

import typer

from index.errors import CatalogueError
from scripts.demo import demo
from scripts.doctor import doctor
from scripts.evaluate import evaluate
from scripts.index_catalogue import index_catalogue
from scripts.rollback import rollback
from scripts.search import search
from scripts.serve import serve
from scripts.show_settings import show_settings
from scripts.versions import versions
from service.errors import ServiceError
from vision.errors import VisionError

app = typer.Typer(
    name="snapshelf",
    help="From a photo to the product on the shelf.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
COMMANDS: dict[str, Callable[..., None]] = {
    "demo": demo,
    "index": index_catalogue,
    "serve": serve,
    "search": search,
    "eval": evaluate,
    "doctor": doctor,
    "versions": versions,
    "rollback": rollback,
    "settings": show_settings,
}
for _name, _command in COMMANDS.items():
    app.command(_name)(_command)


def main() -> None:
    """Runs a command; exit code 0 on success, 2 for wrong usage, 1 for the rest."""
    try:
        app()
    except (VisionError, CatalogueError, ServiceError) as error:
        print(f"snapshelf: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
