"""One state of the catalogue, read in one transaction: what the vector index is made from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from index.catalogue_reads import (
    IndexedProduct,
    chunks,
    indexed_product,
    read_meta,
    read_picture_rows,
    read_products,
    read_text_embeddings,
)
from index.tables import deletion, product


@dataclass(frozen=True)
class Changes:
    """What happened after a sequence number."""

    sequence: int
    upserted: list[int]
    deleted: list[int]


class CatalogueState:
    """What a reading transaction sees; writes that come meanwhile are not in it."""

    def __init__(self, connection: Connection) -> None:
        """Takes a connection whose transaction sees one state from start to end."""
        self._connection = connection

    def sequence(self) -> int:
        """The number of its last write; 0 for an empty catalogue."""
        return int(self.meta().get("sequence", "0"))

    def meta(self) -> dict[str, str]:
        """Gives the catalogue's own settings."""
        return read_meta(self._connection)

    def changes(self, after: int) -> Changes:
        """Gives the keys that were written or removed after a sequence number."""
        current = self.sequence()
        upserted = self.scalars(
            sa.select(product.c.key).where(product.c.sequence > after).order_by(product.c.key)
        )
        deleted = self.scalars(sa.select(deletion.c.product_key).where(deletion.c.sequence > after))
        return Changes(current, upserted, deleted)

    def indexed(self, keys: Sequence[int]) -> Iterator[IndexedProduct]:
        """Gives what the vector index needs, in the order of the keys; unknown ones are none."""
        for chunk in chunks(list(keys)):
            products = read_products(self._connection, chunk)
            texts = read_text_embeddings(self._connection, chunk)
            pictures = read_picture_rows(self._connection, chunk)
            for key in chunk:
                if key in texts and key in products:
                    yield indexed_product(key, products[key], texts[key], pictures.get(key, []))

    def scalars(self, query: sa.Select[Any]) -> list[Any]:
        """Gives the first column of a query that only reads."""
        return list(self._connection.scalars(query))
