"""Where a store lies: a folder, or a PostgreSQL database that several machines share.

And where its vectors are searched: in the process itself, on a GPU, or in Milvus.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias, cast, get_args
from urllib.parse import parse_qsl, unquote, urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import URL

from index.errors import StoreMissingError

_SCHEMES = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
_DRIVER = "postgresql+psycopg"
_MILVUS_FORM = "milvus://USER:PASSWORD@HOST:PORT/NAME or milvus:///PATH/FILE.db"
_MILVUS_PORT = 19530
_MILVUS_OPTIONS = frozenset({"index", "secure", "database", "name"})
_GPU = re.compile(r"gpu(?::(\d{1,3}))?", re.ASCII)
_COLLECTION = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
"""Source: https://milvus.io/docs/limitations.md"""

MilvusKind: TypeAlias = Literal["FLAT", "HNSW"]
"""Every vector is compared, or a graph is walked."""


@dataclass(frozen=True)
class MilvusPlace:
    """Two collections of a Milvus server, or of a file of Milvus Lite."""

    uri: str
    """``http://HOST:PORT`` or a file's path."""
    name: str
    """What the collections' names begin with."""
    kind: MilvusKind
    token: str = field(default="", repr=False)
    """``USER:PASSWORD`` or an API key."""
    database: str = ""

    @property
    def is_file(self) -> bool:
        """Whether Milvus Lite keeps it, in this process."""
        return "://" not in self.uri

    def __str__(self) -> str:
        """As messages name it: no user, no password."""
        return f"milvus://{self.uri.partition('://')[2] or self.uri}, collections {self.name}_*"


@dataclass(frozen=True)
class GpuPlace:
    """The memory of a GPU of this machine."""

    number: int = 0
    """CUDA's, from 0."""


VectorsPlace: TypeAlias = MilvusPlace | GpuPlace


class Place:
    """A folder or a database; its text holds no password."""

    vectors: VectorsPlace | None
    """None: searched on this machine's CPU."""


@dataclass(frozen=True)
class FolderPlace(Place):
    """A folder with everything in it."""

    folder: Path
    vectors: VectorsPlace | None = None

    def __str__(self) -> str:
        return str(self.folder)


@dataclass(frozen=True)
class DatabasePlace(Place):
    """A database, and a folder of this machine for what is made of it."""

    url: URL = field(repr=False)
    cache: Path
    """Its files can be made again from the database."""
    vectors: VectorsPlace | None = None

    def __str__(self) -> str:
        """Server and database, as messages name them: no user, no password."""
        host = self.url.query.get("host") or self.url.host or "this machine"
        port = f":{self.url.port}" if self.url.port else ""
        return f"postgresql://{host if isinstance(host, str) else ','.join(host)}{port}/" + (
            self.url.database or ""
        )


def place_of(text: str, cache: Path, vectors: VectorsPlace | None = None) -> Place:
    """Gives the place that a command's ``STORE`` names.

    Args:
        text: a folder, or ``postgresql://USER:PASSWORD@HOST/DATABASE`` with any of libpq's options.
        cache: folder of this machine for files that can be made again.
        vectors: where its vectors are searched.

    Raises:
        StoreMissingError: another kind of address, or one that cannot be read.
    """
    scheme, is_url, _ = text.partition("://")
    if not is_url:
        return FolderPlace(Path(text), vectors)
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
    return DatabasePlace(url.set(drivername=_DRIVER), cache, vectors)


def vectors_place_of(text: str) -> VectorsPlace | None:
    """Gives where vectors are searched, of the setting ``index``; None for an empty one.

    Raises:
        StoreMissingError: neither ``gpu``, nor ``gpu:NUMBER``, nor an address of Milvus.
    """
    if found := _GPU.fullmatch(text):
        return GpuPlace(int(found[1] or 0))
    return milvus_place_of(text) if text else None


def milvus_place_of(text: str) -> MilvusPlace:
    """Gives where vectors are searched, of ``milvus://HOST:PORT/NAME`` or ``milvus:///FILE.db``.

    Options stand behind ``?``: ``index=FLAT`` or ``HNSW`` (by default FLAT for a file, HNSW for a
    server), ``secure=true``, ``database=``, and for a file ``name=``.

    Raises:
        StoreMissingError: it cannot be read; the message does not repeat it, for its password.
    """
    try:
        parts = urlsplit(text)
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        host, port = parts.hostname or "", parts.port or _MILVUS_PORT
    except ValueError:
        raise _unreadable() from None
    is_file = not host and parts.path.endswith(".db")
    name = options.get("name", "snapshelf") if is_file else parts.path.strip("/") or "snapshelf"
    kind = options.get("index", "FLAT" if is_file else "HNSW").upper()
    is_right = parts.scheme == "milvus" and (host or is_file) and kind in get_args(MilvusKind)
    if not is_right or not _COLLECTION.fullmatch(name) or not options.keys() <= _MILVUS_OPTIONS:
        raise _unreadable()
    if is_file:
        return MilvusPlace(unquote(parts.path), name, cast(MilvusKind, kind))
    scheme = "https" if options.get("secure", "").lower() in {"true", "1"} else "http"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MilvusPlace(
        uri=f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}",
        name=name,
        kind=cast(MilvusKind, kind),
        token=f"{user}:{password}" if password else user,
        database=options.get("database", ""),
    )


def _unreadable() -> StoreMissingError:
    return StoreMissingError(
        f"the address of the vectors cannot be read; it has the form {_MILVUS_FORM}, with "
        "?index=FLAT or HNSW, secure=true, database=NAME, for a file name=NAME; gpu and gpu:1 are "
        "GPUs of this machine"
    )
