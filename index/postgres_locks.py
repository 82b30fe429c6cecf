"""A store's locks in PostgreSQL: they hold on every machine and end with their process."""

import threading
from types import TracebackType

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from index.errors import StoreBusyError, StoreError, StoreUnavailableError
from index.place import DatabasePlace
from index.postgres import LOCK_SPACE

_NUMBERS = {"writer": 11, "commit": 12, "publish": 13, "mirror": 14}
_TRY = sa.text("SELECT pg_try_advisory_lock(:space, hashtext(current_schema()))")
_TAKE = sa.text("SELECT pg_advisory_lock(:space, hashtext(current_schema()))")
_GIVE = sa.text("SELECT pg_advisory_unlock(:space, hashtext(current_schema()))")


class AdvisoryLock:
    """A lock that lives as long as a connection of its own.

    Source: https://www.postgresql.org/docs/15/explicit-locking.html#ADVISORY-LOCKS
    """

    def __init__(
        self, locks: "AdvisoryLocks", name: str, place: DatabasePlace, timeout_s: float
    ) -> None:
        self._locks = locks
        self._space = LOCK_SPACE + _NUMBERS[name]
        self._place = place
        self._timeout_ms = int(timeout_s * 1e3)
        self._connection: Connection | None = None
        self._using = threading.Lock()

    def acquire(self) -> None:
        """Takes the lock, and waits for it as long as it may.

        Raises:
            StoreBusyError: another process held it.
            StoreUnavailableError: the database does not answer.
        """
        connection = self._locks.engine.connect()
        try:
            self._take(connection)
        except BaseException as error:
            connection.invalidate()  # whatever it waited for ends with it
            connection.close()
            if isinstance(error, StoreBusyError):
                raise StoreBusyError(
                    f"another process is writing to {self._place}; try again when it has ended"
                ) from error
            raise
        self._connection = connection
        self._locks.held.add(self)

    def verify(self) -> None:
        """Makes sure that the lock was not lost with its connection.

        Raises:
            StoreUnavailableError: it was.
        """
        with self._using:
            if self._connection is None:
                return
            try:
                self._connection.execute(sa.text("SELECT 1"))
            except (StoreError, sa.exc.SQLAlchemyError) as error:
                raise StoreUnavailableError(
                    f"{self._place} was away, and its lock was lost: nothing of this was written"
                ) from error

    def release(self) -> None:
        """Gives the lock back; where its connection is lost, it was given back with it."""
        self._locks.held.discard(self)
        with self._using:
            connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.execute(_GIVE, {"space": self._space})
        except (StoreError, sa.exc.SQLAlchemyError):
            connection.invalidate()
        connection.close()

    def __enter__(self) -> "AdvisoryLock":
        """Taken already, by ``hold``."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _take(self, connection: Connection) -> None:
        if not self._timeout_ms:
            if not connection.scalar(_TRY, {"space": self._space}):
                raise StoreBusyError("the lock is held")
            return
        connection.execute(sa.text(f"SET lock_timeout = {self._timeout_ms}"))
        connection.execute(_TAKE, {"space": self._space})
        connection.execute(sa.text("RESET lock_timeout"))


class AdvisoryLocks:
    """The locks of one open store."""

    def __init__(self, engine: Engine, place: DatabasePlace) -> None:
        self.engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self.held: set[AdvisoryLock] = set()
        self._place = place

    def lock(self, name: str, timeout_s: float) -> AdvisoryLock:
        """Gives ``writer``, ``commit``, ``publish`` or ``mirror``, not taken yet."""
        return AdvisoryLock(self, name, self._place, timeout_s)

    def verify(self) -> None:
        """Makes sure that every lock that is held is held still.

        A database that was away and came back has given them to others; a write calls this inside
        its transaction, which a later loss ends too.

        Raises:
            StoreUnavailableError: one was lost.
        """
        for one in tuple(self.held):
            one.verify()
