"""By what hosts know the pictures that they gave, so that only changed ones are sent again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from index.catalogue_reads import chunks
from index.tables import download, picture


@dataclass(frozen=True)
class Download:
    """A picture as it was fetched last."""

    url: str
    sha256: str
    etag: str = ""
    modified: str = ""
    """The ``Last-Modified`` header as it came."""


def read_downloads(connection: Connection, urls: Iterable[str]) -> Iterator[Download]:
    """Gives what is known of these addresses; unknown ones are left out."""
    for chunk in chunks(list(urls)):
        for row in connection.execute(sa.select(download).where(download.c.url.in_(chunk))):
            yield Download(row.url, row.sha256, row.etag, row.modified)


def write_downloads(connection: Connection, found: Sequence[Download]) -> None:
    """Adds or replaces what is known of addresses."""
    for chunk in chunks([one.url for one in found]):
        connection.execute(sa.delete(download).where(download.c.url.in_(chunk)))
    latest = {one.url: one for one in found}
    connection.execute(
        sa.insert(download),
        [
            {"url": one.url, "sha256": one.sha256, "etag": one.etag, "modified": one.modified}
            for one in latest.values()
        ],
    )


def prune_downloads(connection: Connection) -> None:
    """Removes the addresses that no picture names."""
    shown = sa.select(picture.c.source)
    connection.execute(sa.delete(download).where(download.c.url.not_in(shown)))
