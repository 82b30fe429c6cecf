"""SQLite through SQLAlchemy: an engine whose tables exist, for several threads and processes."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

from index.errors import StoreDamagedError, StoreUnwritableError


def open_database(
    path: Path, metadata: sa.MetaData, pragmas: Mapping[str, str], wait_s: float
) -> Engine:
    """Opens a database file in WAL mode, and makes it and its tables where they are missing.

    Processes that open a new file at once wait for each other.

    Args:
        path: the file.
        metadata: its tables.
        pragmas: set on every connection.
        wait_s: so long a write waits for the writes of others.

    Raises:
        StoreUnwritableError: the folder or the file cannot be written.
        StoreDamagedError: the file is no database.
    """
    url = URL.create("sqlite", database=str(path))
    engine = sa.create_engine(url, connect_args={"timeout": wait_s})

    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # pysqlite must not begin transactions of its own
        for name, value in {"journal_mode": "WAL", **pragmas}.items():
            wait_while_busy(connection.execute, f"PRAGMA {name}={value}")

    # SQLite's own time-out does not cover the change to WAL: it fails at once, whatever its wait.
    wait_while_busy = Retrying(
        retry=retry_if_exception(_is_busy),
        stop=stop_after_delay(wait_s),
        wait=wait_random(0.005, 0.05),
        reraise=True,
    )
    sa.event.listen(engine, "connect", configure)
    sa.event.listen(engine, "begin", _begin)
    try:
        if not metadata.tables.keys() <= set(sa.inspect(engine).get_table_names()):
            with writing(engine).begin() as connection:  # under the lock: another may do it too
                metadata.create_all(connection)
    except sa.exc.OperationalError as error:
        raise StoreUnwritableError(f"{path.name} cannot be written: {error.orig}") from error
    except sa.exc.DatabaseError as error:
        raise StoreDamagedError(f"{path.name} is no readable database: {error.orig}") from error
    return engine


def writing(engine: Engine) -> Engine:
    """The same engine, whose transactions take SQLite's write lock at their start."""
    return engine.execution_options(snapshelf_write=True)


def _is_busy(error: BaseException) -> bool:
    return (
        isinstance(error, sqlite3.OperationalError)
        and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    )


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("snapshelf_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
