"""Which rows a run has come by, on disk: memory does not grow with the feed."""

import sqlite3
from collections.abc import Iterable, Iterator

from index.types import Product

_REJECTED = "\0rejected"
"""In the place of a merchant."""


class SeenRows:
    """Ids and merchants of a run's rows; for one thread at a time."""

    def __init__(self) -> None:
        # the empty name is a database in a temporary file that ends with the connection
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute(
            "CREATE TABLE row (id TEXT, merchant TEXT, line INTEGER, PRIMARY KEY (id, merchant)) "
            "WITHOUT ROWID"
        )
        self._database.execute("BEGIN")

    def note(self, product_id: str, merchant: str, line: int) -> int:
        """Notes a row; gives the line of the row with this id and merchant before it, else 0."""
        key = (product_id, merchant)
        found = self._database.execute(
            "SELECT line FROM row WHERE id = ? AND merchant = ?", key
        ).fetchone()
        self._database.execute("INSERT OR REPLACE INTO row VALUES (?, ?, ?)", (*key, line))
        return int(found[0]) if found else 0

    def note_id(self, product_id: str) -> None:
        """Notes that a row names this product, though the row itself cannot be used."""
        self._database.execute(
            "INSERT OR IGNORE INTO row VALUES (?, ?, 0)", (product_id, _REJECTED)
        )

    def absent(self, products: Iterable[Product]) -> Iterator[tuple[str, frozenset[str] | None]]:
        """Gives ids of products with the merchants of which no row was seen; None: no row at all.

        An offer whose row was rejected is none of them: what that merchant asks is not known.
        """
        for product in products:
            offers = product.offers
            if not any(self._has(one) for one in (product.id, *(o.source_id for o in offers))):
                yield product.id, None
                continue
            gone = {
                one.merchant
                for one in offers
                if not self._has_offer(one.source_id or product.id, one.merchant)
            }
            if 0 < len(gone) < len(offers):
                yield product.id, frozenset(gone)

    def close(self) -> None:
        """Removes the file."""
        self._database.close()

    def _has_offer(self, product_id: str, merchant: str) -> bool:
        query = "SELECT 1 FROM row WHERE id = ? AND merchant IN (?, ?) LIMIT 1"
        key = (product_id, merchant, _REJECTED)
        return self._database.execute(query, key).fetchone() is not None

    def _has(self, product_id: str) -> bool:
        query = "SELECT 1 FROM row WHERE id = ? LIMIT 1"
        return self._database.execute(query, (product_id,)).fetchone() is not None
