"""A copy of a folder store's catalogue while it is read and written; the index is made from it."""

import contextlib
import os
import sqlite3
from pathlib import Path

from index.errors import StoreDamagedError, StoreMissingError, StoreUnwritableError
from index.store_folder import DATABASE

_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY = 0xFF
"""Of an extended result code: https://www.sqlite.org/rescode.html"""


def back_up(store: Path, to: Path) -> int:
    """Copies a store's catalogue as of one moment into a new folder; gives the bytes of the copy.

    The new folder is a store: whoever opens it makes the vector index anew. Sessions of shoppers
    are not copied. Writers wait no longer than for any reader.

    Args:
        store: the folder of a store.
        to: a folder that is not there yet; it appears whole or not at all.

    Raises:
        StoreMissingError: no catalogue in ``store``.
        StoreDamagedError: the catalogue's file is damaged; nothing is left behind.
        StoreUnwritableError: ``to`` is there already, or cannot be written.

    Source: https://www.sqlite.org/lang_vacuum.html#vacuuminto
    """
    database = store / DATABASE
    if not database.is_file():
        raise StoreMissingError(f"there is no store at {store}")
    if to.exists():
        raise StoreUnwritableError(f"{to} is there already; a backup makes a new folder")
    unfinished = to.with_name(f"{to.name}.tmp")
    copy = unfinished / DATABASE
    try:
        unfinished.mkdir(parents=True, exist_ok=True)
        copy.unlink(missing_ok=True)
        _copy(database, copy)
        size = copy.stat().st_size
        unfinished.rename(to)
        _sync(to.parent)
    except OSError as error:
        raise StoreUnwritableError(f"{to} cannot be written: {error.strerror}") from error
    return size


def _copy(database: Path, copy: Path) -> None:
    """Checks every page of the copy, too: a backup that cannot be read is none."""
    try:
        with contextlib.closing(
            sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
        ) as source:
            source.execute("VACUUM INTO ?", (str(copy),))
        with contextlib.closing(sqlite3.connect(copy)) as made:
            found = made.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        copy.unlink(missing_ok=True)
        if error.sqlite_errorcode & _PRIMARY in _DAMAGE:
            raise StoreDamagedError(f"{database} is damaged: {error}") from error
        raise StoreUnwritableError(f"{copy.parent} cannot be written: {error}") from error
    if found != "ok":
        copy.unlink(missing_ok=True)
        raise StoreDamagedError(f"{database} is damaged: {found}")
    _sync(copy)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
