"""``snapshelf backup``: a copy of a store's catalogue, made while it is at work."""

import json
from pathlib import Path
from typing import Annotated

import typer

from index.backup import back_up
from index.place import FolderPlace
from scripts.options import JsonOption, StoreOption


def backup(
    to: Annotated[Path, typer.Argument(help="a new folder; it is a store itself")],
    store: StoreOption,
    as_json: JsonOption = False,
) -> None:
    """Copies a store's catalogue as of one moment; to restore, serve the copy.

    The vector index is not copied: the first command that opens the copy makes it anew.
    """
    if not isinstance(store, FolderPlace):
        raise typer.BadParameter("of a PostgreSQL store pg_dump makes the backup")
    size = back_up(store.folder, to)
    if as_json:
        print(json.dumps({"folder": str(to), "bytes": size}))
    else:
        print(f"{to}: {size:,} bytes; it is a store, and can be served as it is")
