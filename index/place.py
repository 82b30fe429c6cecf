"""Where a store lies: a folder, or a PostgreSQL database that several machines share."""

from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL

from index.errors import StoreMissingError

_SCHEMES = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
_DRIVER = "postgresql+psycopg"


class Place:
    """A folder or a database; its text holds no password."""


@dataclass(frozen=True)
class FolderPlace(Place):
    """A folder with everything in it."""

    folder: Path

    def __str__(self) -> str:
        return str(self.folder)


@dataclass(frozen=True)
class DatabasePlace(Place):
    """A database, and a folder of this machine for what is made of it."""

    url: URL = field(repr=False)
    cache: Path
    """Its files can be made again from the database."""

    def __str__(self) -> str:
        """Server and database, as messages name them: no user, no password."""
        host = self.url.query.get("host") or self.url.host or "this machine"
        port = f":{self.url.port}" if self.url.port else ""
        return f"postgresql://{host if isinstance(host, str) else ','.join(host)}{port}/" + (
            self.url.database or ""
        )


def place_of(text: str, cache: Path) -> Place:
    """Gives the place that a command's ``STORE`` names.

    Args:
        text: a folder, or ``postgresql://USER:PASSWORD@HOST/DATABASE`` with any of libpq's options.
        cache: folder of this machine for files that can be made again.

    Raises:
        StoreMissingError: another kind of address, or one that cannot be read.
    """
    scheme, is_url, _ = text.partition("://")
    if not is_url:
        return FolderPlace(Path(text))
    if scheme.lower() not in _SCHEMES:
        raise StoreMissingError(
            f"no store at an address with {scheme[:40]}://; allowed are a folder and "
            "postgresql://USER:PASSWORD@HOST/DATABASE"
        )
    try:
        url = sa.make_url(text)
    except (ValueError, sa.exc.ArgumentError):  # their messages hold parts of the password
        raise StoreMissingError(
            "the store's address cannot be read; it has the form "
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with @ : / in a password as %40 %3A %2F"
        ) from None
    return DatabasePlace(url.set(drivername=_DRIVER), cache)
