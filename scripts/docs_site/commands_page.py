"""The commands, from their own help."""

import typer
from typer.cli import get_docs_for_click
from typer.main import get_command

from scripts.cli import app_for

_INTRODUCTION = """# Commands

`snapshelf COMMAND --help` says the same. Exit codes: 0 is success, 2 wrong usage, 1 the rest.

"""


def commands_page() -> str:
    """Gives the page; importing all commands takes seconds."""
    command = get_command(app_for([]))
    page: str = get_docs_for_click(
        obj=command, ctx=typer.Context(command), name="snapshelf", indent=1
    )
    return _INTRODUCTION + page
