"""Both kinds of database as the tests see them: where a store lies, and a look from outside."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from index.backends import backend_of
from index.catalogue import Catalogue
from index.place import DatabasePlace, FolderPlace, Place
from tests.postgres import PostgresServer

BOTH = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Database:
    """An empty place for a store."""

    place: Place
    server: PostgresServer | None = None
    """None: SQLite."""

    @property
    def file(self) -> Path:
        assert isinstance(self.place, FolderPlace)
        return self.place.folder / "catalogue.sqlite3"

    def catalogue(self) -> Catalogue:
        return backend_of(self.place).open_catalogue(create=True)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Runs a statement from outside."""
        if self.server is None:
            with closing(sqlite3.connect(self.file)) as connection, connection:
                return connection.execute(query).fetchall()
        assert isinstance(self.place, DatabasePlace)
        return [tuple(row) for row in self.server.execute(query, self.place)]

    def sessions_source(self) -> Any:
        """What ``Sessions`` takes; each call is as another process would open it."""
        backend = backend_of(self.place)
        backend.open_catalogue(create=True).close()
        return backend.sessions()


def a_database(request: pytest.FixtureRequest, folder: Path) -> Database:
    """An empty database of the kind that a fixture's parameter names."""
    if request.param == "sqlite":
        return Database(FolderPlace(folder))
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return Database(server.place(), server)
