"""What the same SQLAlchemy code needs to know of the database that it runs on."""

from enum import IntEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import Engine

from index import postgres, sqlite


class Writes(IntEnum):
    """Kinds of transactions that write; those of one kind come one after another."""

    CATALOGUE = 1
    SESSIONS = 2
    """A loss of power may take the last of them."""


def reading(engine: Engine) -> Engine:
    """The same engine, whose transactions see one state from start to end."""
    return postgres.reading(engine) if _is_postgres(engine) else engine


def writing(engine: Engine, kind: Writes = Writes.CATALOGUE) -> Engine:
    """The same engine, whose transactions wait for one another from their start."""
    if _is_postgres(engine):
        return postgres.writing(engine, int(kind), is_durable=kind is Writes.CATALOGUE)
    return sqlite.writing(engine)


def insert_new(engine: Engine, table: sa.Table, values: dict[str, Any]) -> sa.Insert:
    """A row that is left out where one with its key is there."""
    if _is_postgres(engine):
        return postgresql_dialect.insert(table).values(values).on_conflict_do_nothing()
    return sqlite_dialect.insert(table).values(values).on_conflict_do_nothing()


def _is_postgres(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"
