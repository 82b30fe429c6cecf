"""A PostgreSQL server of Debian's, started for the tests on a socket; each test has its own schema.

Root may not start one: then everything runs as the user ``postgres``, whom Debian's package makes.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from index.place import DatabasePlace

HOW = "apt-get install postgresql gives it, and so does make test as root"
_SCHEMAS = count()
_QUICK = ("fsync=off", "full_page_writes=off", "autovacuum=off", "max_connections=50")
"""The tests kill processes, never the machine."""


def server_programs() -> Path | None:
    """The folder of ``initdb`` and ``postgres``, the newest; None: not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class PostgresServer:
    """A server that can be stopped, killed and started again."""

    def __init__(self, programs: Path, folder: Path, cache: Path) -> None:
        self._programs = programs
        self.folder = folder
        self.cache = cache

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def make(self, *, is_durable: bool = False) -> None:
        """Makes the files of a server that lets the tests in without a password."""
        self._run("initdb", "-D", self._data, "-U", "shop", "-A", "trust", "-E", "UTF8",
                  "--locale=C", "--no-sync")  # fmt: skip
        with (self._data / "postgresql.conf").open("a") as file:
            file.write("" if is_durable else "".join(f"{one}\n" for one in _QUICK))
            file.write(f"listen_addresses=''\nunix_socket_directories='{self.folder}'\n")

    def start(self) -> None:
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self._data, "-l", log, "-w", "-t", "60", "start")

    def stop(self) -> None:
        """As a crash would: nothing is finished, connections are cut."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def place(self, schema: str | None = None) -> DatabasePlace:
        """A place of its own in the server's database, empty unless a schema is named."""
        name = schema or f"s{next(_SCHEMAS)}"
        url = sa.URL.create(
            "postgresql+psycopg",
            username="shop",
            password="a-secret",
            database="postgres",
            query={"host": str(self.folder), "options": f"-csearch_path={name}"},
        )
        if schema is None:
            self.execute(f"CREATE SCHEMA {name}")
        return DatabasePlace(url, self.cache)

    def execute(self, statement: str, place: DatabasePlace | None = None) -> list[sa.Row]:
        """Runs a statement from outside; gives the rows of a query."""
        engine = sa.create_engine((place or self.place("public")).url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            result = connection.exec_driver_sql(statement)
            return list(result) if result.returns_rows else []

    def client(self, program: str, *arguments: object) -> None:
        """Runs one of PostgreSQL's own client programs, as an administrator would."""
        subprocess.run(
            [self._programs / program, "-h", self.folder, "-U", "shop", *map(str, arguments)],
            check=True,
        )

    def _run(self, program: str, *arguments: object) -> None:
        subprocess.run(
            [self._programs / program, *map(str, arguments)],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            user="postgres" if os.getuid() == 0 else None,
        )


@contextmanager
def running_server(*, is_durable: bool = False) -> Iterator[PostgresServer]:
    """A new server; everything of it goes at the end."""
    programs = server_programs()
    assert programs is not None, HOW
    with tempfile.TemporaryDirectory(prefix="snapshelf-pg-") as name:  # sockets' paths are short
        folder = Path(name)
        (folder / "server").mkdir()
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            folder.chmod(0o755)
            os.chown(folder / "server", user.pw_uid, user.pw_gid)
        server = PostgresServer(programs, folder / "server", folder / "cache")
        server.make(is_durable=is_durable)
        server.start()
        try:
            yield server
        finally:
            server.stop()
            shutil.rmtree(folder / "server", ignore_errors=True)
