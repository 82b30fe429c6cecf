"""Which rows a run has come by, on disk: memory does not grow with the feed."""

import sqlite3
from collections.abc import Iterable, Iterator

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

    def absent(self, listed: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
        """Gives those products of which no row was seen.

        Args:
            listed: ids of products, and the ids under which merchants list each.
        """
        for product_id, others in listed:
            if not any(self._has(one) for one in (product_id, *others)):
                yield product_id

    def absent_offers(
        self, listed: Iterable[tuple[str, tuple[tuple[str, str], ...]]]
    ) -> Iterator[tuple[str, frozenset[str]]]:
        """Gives products of which rows were seen, and the merchants of which none was.

        An offer whose row was rejected is none of them: what that merchant asks is not known.

        Args:
            listed: ids of products, and each offer's merchant and the id it has there.
        """
        for product_id, offers in listed:
            gone = {
                merchant
                for merchant, source_id in offers
                if not self._has_offer(source_id or product_id, merchant)
            }
            if 0 < len(gone) < len(offers):
                yield product_id, frozenset(gone)

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
