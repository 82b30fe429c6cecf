"""What outlives one request but is no catalogue: sessions that expire, and feedback that does not.

Each search writes a row here, which must not wait for an indexing run: in SQLite it is a database
file of its own beside the catalogue's, in PostgreSQL tables with a lock of their own. A session is
bytes with an end; what is in them is the caller's matter.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from index.database import Writes, insert_new, writing
from index.errors import StoreDamagedError, StoreUnwritableError
from index.feedback_table import feedback, metadata
from index.sqlite import open_database

DATABASE = "sessions.sqlite3"
MAX_SESSIONS = 10_000
MAX_SESSIONS_BYTES = 256_000_000
_ROW_BYTES = 200
"""Of a row beside its payload, about."""
_WRITES_A_TRIM = 64
"""Counting all rows takes milliseconds: the limits are held at every so many writes of a process,
and at its first."""
_WAIT_S = 5.0
_PRAGMAS = {"synchronous": "NORMAL", "secure_delete": "ON"}
"""No sync at a commit: a session is lost with the power, never torn; what is deleted is overwritten
with zeros.

Source: https://www.sqlite.org/pragma.html#pragma_synchronous (NORMAL in WAL mode) and
#pragma_secure_delete.
"""

session = sa.Table(
    "session",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),  # seconds since 1970
    sa.Column("size", sa.Integer, nullable=False),  # bytes of the payload
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Index("session_by_age", "expires_at", "size"),
)


@dataclass(frozen=True)
class Kept:
    """A session as it was read."""

    payload: bytes
    revision: int
    """Counts the writes; a write must name the one that it read."""


class Sessions:
    """Sessions of one store; safe for several threads and processes, and over restarts."""

    def __init__(
        self,
        source: Path | Engine,
        clock: Callable[[], float] = time.time,
        max_sessions: int = MAX_SESSIONS,
        max_bytes: int = MAX_SESSIONS_BYTES,
    ) -> None:
        """Makes or opens the file at the first use: a store that keeps no sessions has none.

        Args:
            source: SQLite's file, or an engine whose tables exist.
            clock: gives seconds since 1970.
            max_sessions: most sessions at once.
            max_bytes: most bytes of them together. Over either limit those that end first go:
                the ones that were not used for longest.
        """
        self._source = source
        self._opened = source if isinstance(source, Engine) else None
        self._opening = Lock()
        self._clock = clock
        self._max_sessions = max_sessions
        self._max_bytes = max_bytes
        self._writes = 0
        self._counting = Lock()

    def open(self, session_id: str, payload: bytes, seconds: float) -> None:
        """Writes a new session that ends after so many seconds; expired ones are deleted.

        Raises:
            StoreUnwritableError: read-only, full, or held by others for seconds.
        """
        now = self._clock()
        with self._writing() as connection:
            self._sweep(connection, now)
            connection.execute(
                sa.insert(session).values(
                    id=session_id,
                    revision=1,
                    expires_at=now + seconds,
                    size=len(payload) + _ROW_BYTES,
                    payload=payload,
                )
            )
            if self._is_trim_due():
                self._trim(connection)

    def read(self, session_id: str) -> Kept | None:
        """Gives a session; None where there is none, or it has expired. Expired ones are deleted.

        Raises:
            StoreUnwritableError: held by others for seconds.
        """
        now = self._clock()
        query = sa.select(session.c.payload, session.c.revision, session.c.expires_at)
        with self._guarded(), self._engine.connect() as connection:
            row = connection.execute(query.where(session.c.id == session_id)).first()
            oldest = connection.scalar(sa.select(sa.func.min(session.c.expires_at)))
        if oldest is not None and oldest <= now:
            with self._writing() as connection:
                self._sweep(connection, now)
        if row is None or row.expires_at <= now:
            return None
        return Kept(row.payload, row.revision)

    def update(self, session_id: str, kept: Kept, seconds: float) -> bool:
        """Replaces what was read as ``kept.revision`` and begins its time anew.

        Returns:
            False where another has written it since, or it is gone: nothing was written.

        Raises:
            StoreUnwritableError: as ``open``.
        """
        now = self._clock()
        with self._writing() as connection:
            self._sweep(connection, now)
            done = connection.execute(
                sa.update(session)
                .where(session.c.id == session_id, session.c.revision == kept.revision)
                .values(
                    revision=kept.revision + 1,
                    expires_at=now + seconds,
                    size=len(kept.payload) + _ROW_BYTES,
                    payload=kept.payload,
                )
            )
        return done.rowcount == 1

    def count(self) -> int:
        """Gives the number of sessions on the disk."""
        with self._guarded(), self._engine.connect() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(session)) or 0)

    def add_feedback(self, **values: Any) -> bool:
        """Writes a row of ``feedback_table.feedback``; False where the same one is there already.

        Raises:
            StoreUnwritableError: as ``open``.
        """
        with self._writing() as connection:
            row = insert_new(self._engine, feedback, {"at": self._clock(), **values})
            return connection.execute(row.returning(feedback.c.at)).first() is not None

    def feedback_rows(self) -> Iterator[sa.Row[Any]]:
        """Gives every row of feedback, oldest first."""
        with self._guarded(), self._engine.connect() as connection:
            yield from connection.execute(
                sa.select(feedback).order_by(feedback.c.at, feedback.c.session, feedback.c.product)
            )

    def close(self) -> None:
        """Closes the connections; the last of all processes folds the write-ahead log in."""
        if self._opened is not None:
            self._opened.dispose()

    @property
    def _engine(self) -> Engine:
        """The open database.

        Raises:
            StoreUnwritableError: the file cannot be made or written.
            StoreDamagedError: the file is no database.
        """
        with self._opening:
            if self._opened is None:
                assert isinstance(self._source, Path)
                self._opened = open_database(self._source, metadata, _PRAGMAS, _WAIT_S)
            return self._opened

    def _sweep(self, connection: Connection, now: float) -> None:
        connection.execute(sa.delete(session).where(session.c.expires_at <= now))

    def _is_trim_due(self) -> bool:
        with self._counting:
            is_due = self._writes % _WRITES_A_TRIM == 0
            self._writes += 1
        return is_due

    def _trim(self, connection: Connection) -> None:
        latest = [session.c.expires_at.desc(), session.c.id]
        ranked = sa.select(
            session.c.id,
            sa.func.row_number().over(order_by=latest).label("place"),
            sa.func.sum(session.c.size).over(order_by=latest).label("bytes"),
        ).subquery()
        over = sa.select(ranked.c.id).where(
            (ranked.c.place > self._max_sessions) | (ranked.c.bytes > self._max_bytes)
        )
        connection.execute(sa.delete(session).where(session.c.id.in_(over)))

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._guarded(), writing(self._engine, Writes.SESSIONS).begin() as connection:
            yield connection

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.OperationalError as error:
            raise StoreUnwritableError(f"the sessions cannot be used: {error.orig}") from error
        except sa.exc.DatabaseError as error:
            raise StoreDamagedError(f"{DATABASE} is damaged: {error.orig}") from error
