"""PostgreSQL through SQLAlchemy and psycopg: engines whose tables exist, and errors by their kind.

Transactions that write take an advisory lock first and keep it until their commit is visible, so
that commits come in the order of sequence numbers. Reading transactions see one state from start to
end, as SQLite's do.
"""

import threading
import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, ExceptionContext

from index.errors import (
    StoreBusyError,
    StoreError,
    StoreMissingError,
    StoreUnavailableError,
    StoreUnwritableError,
)
from index.place import DatabasePlace

LOCK_SPACE = 0x534E50
"""First half of each advisory lock's number, with the kind added; the second is the schema's."""
_WAIT_MS = 30_000
"""So long a write waits for those of others, as in SQLite."""
_REST_S = 1.0
"""After a connection failed none is tried for so long: else each request would wait for one."""
_POOL = 10
_EVER = frozenset({"meta", "product", "offer", "picture"})
"""Tables that a store of any version has."""
_CONNECT = {
    "application_name": "snapshelf",
    "connect_timeout": "2",  # seconds; the least that libpq takes
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "2000",  # milliseconds until what is sent must have arrived
}
_SESSION = (
    # the server looks for clients that are gone: a machine without power must not hold locks
    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"
)
_KINDS: dict[str, tuple[type[StoreError], str]] = {
    "08": (StoreUnavailableError, "cannot be reached"),
    "57": (StoreUnavailableError, "is stopping or starting"),
    "53": (StoreUnwritableError, "has no room left"),
    "58": (StoreUnwritableError, "cannot use its disk"),
    "25006": (StoreUnwritableError, "is read-only"),
    "42501": (StoreUnwritableError, "does not allow this user so much"),
    "55P03": (
        StoreBusyError,
        "is being written to by another process; try again when it has ended",
    ),
}
"""By SQLSTATE or its class. Source: https://www.postgresql.org/docs/15/errcodes-appendix.html"""


def open_database(place: DatabasePlace) -> Engine:
    """Gives an engine for a database; nothing is connected yet.

    Raises:
        StoreMissingError: the driver is not installed.
    """
    arguments = {name: value for name, value in _CONNECT.items() if name not in place.url.query}
    try:
        engine = sa.create_engine(
            place.url,
            connect_args=arguments,
            pool_pre_ping=True,
            pool_size=_POOL,
            max_overflow=-1,
            hide_parameters=True,
        )
    except ModuleNotFoundError as error:
        raise StoreMissingError(
            "stores in PostgreSQL need a driver: pip install 'snapshelf[postgres]'"
        ) from error
    away = _Away()
    sa.event.listen(engine, "do_connect", lambda *_: away.check(place))
    sa.event.listen(engine, "connect", _configure)
    sa.event.listen(engine, "begin", _begin)
    sa.event.listen(engine, "handle_error", lambda context: _tell(context, place, away))
    return engine


def make_tables(engine: Engine, place: DatabasePlace, *tables: sa.MetaData, create: bool) -> None:
    """Makes tables where they are missing; processes that do it at once wait for each other.

    A store of an earlier version gets those that it lacks, whatever ``create`` says.

    Raises:
        StoreMissingError: there is no store, and ``create`` is false.
        StoreUnavailableError: the database does not answer.
        StoreUnwritableError: it is not kept in UTF-8, or the user may not make tables.
    """
    wanted = {name for one in tables for name in one.tables}
    with reading(engine).connect() as connection:
        if connection.exec_driver_sql("SHOW server_encoding").scalar() != "UTF8":
            raise StoreUnwritableError(f"{place} is not kept in UTF8: make one that is")
        there = set(sa.inspect(connection).get_table_names())
        if wanted <= there:
            return
    if not create and not there >= _EVER:
        raise StoreMissingError(f"there is no store in {place}; snapshelf index makes one")
    with writing(engine).begin() as connection:
        for one in tables:
            one.create_all(connection)


def reading(engine: Engine) -> Engine:
    """The same engine, whose transactions see one state and write nothing."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def writing(engine: Engine, kind: int = 1, *, is_durable: bool = True) -> Engine:
    """The same engine, whose transactions of one kind begin when the one before is committed.

    Of an engine as ``open_database`` gives it: the options of ``reading`` would stay in force.
    """
    return engine.execution_options(
        # each statement sees what was committed before it, also while this waited for the lock
        isolation_level="READ COMMITTED",
        snapshelf_lock=kind,
        snapshelf_durable=is_durable,
    )


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    kind = options.get("snapshelf_lock")
    if kind is None:
        return
    synchronous = (
        "SELECT set_config('synchronous_commit', 'on', true) "
        "WHERE current_setting('synchronous_commit') = 'off'"
        if options["snapshelf_durable"]
        else "SET LOCAL synchronous_commit = off"
    )
    connection.exec_driver_sql(
        f"SET LOCAL lock_timeout = {_WAIT_MS}; {synchronous}; "
        f"SELECT pg_advisory_xact_lock({LOCK_SPACE + kind}, hashtext(current_schema()))"
    )


def _configure(connection: Any, _record: Any) -> None:
    connection.adapters.register_dumper(str, _dumper())
    with connection.cursor() as cursor:
        cursor.execute(_SESSION)
    connection.commit()


def _dumper() -> type[Any]:
    """Text as PostgreSQL takes it: it knows no character 0."""
    from psycopg.types.string import StrDumper

    class WithoutNul(StrDumper):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", ""))

    return WithoutNul


class _Away:
    """Remembers for a moment that the database did not answer."""

    def __init__(self) -> None:
        self._until = 0.0
        self._lock = threading.Lock()

    def note(self) -> None:
        with self._lock:
            self._until = time.monotonic() + _REST_S

    def check(self, place: DatabasePlace) -> None:
        with self._lock:
            is_away = time.monotonic() < self._until
        if is_away:
            raise StoreUnavailableError(f"{place} could not be reached a moment ago")


def _tell(context: ExceptionContext, place: DatabasePlace, away: _Away) -> None:
    """Raises the error of ours that a driver's error is; others stay what they are."""
    if context.is_pre_ping:  # the pool connects anew
        return
    error = context.original_exception
    if context.connection is None:
        away.note()
        raise StoreUnavailableError(_without_password(f"{place}: {_line(error)}", place)) from None
    state = getattr(error, "sqlstate", None) or ""
    kind, words = _KINDS.get(state) or _KINDS.get(state[:2]) or (None, "")
    if kind is None and context.is_disconnect:
        kind, words = _KINDS["08"]
    if kind is not None:
        raise kind(f"{place} {words}") from error


def _line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0]


def _without_password(text: str, place: DatabasePlace) -> str:
    given = [str(place.url.password or ""), str(place.url.query.get("password", ""))]
    for secret in filter(None, given):
        text = text.replace(secret, "***")
    return text
