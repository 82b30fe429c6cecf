"""What a vector engine must do."""

from pathlib import Path
from typing import Protocol

from index.types import NO_FILTERS, Filters, Ids, Mask, Vectors


class VectorIndex(Protocol):
    """Nearest neighbours by inner product over rows with explicit keys; immutable once made."""

    @property
    def ids(self) -> Ids:
        """``(n,)`` int64 keys, ascending."""

    @property
    def dimension(self) -> int:
        """Length of a row."""

    @property
    def is_exact(self) -> bool:
        """Whether ``search`` misses nothing."""

    @property
    def reach(self) -> int | None:
        """Most neighbours of a search of rows that lie elsewhere; None: the rows are here."""

    def search(
        self, queries: Vectors, k: int, allowed: Mask | None, filters: Filters = NO_FILTERS
    ) -> tuple[Vectors, Ids]:
        """Gives similarities ``(q, k)`` float32, highest first, and keys ``(q, k)``, -1 for none.

        Rows that lie elsewhere may be those of other indexes too: then fewer than ``k`` may come,
        and beside -1 stands what the others have at most.

        Args:
            queries: ``(q, d)`` float32.
            k: at least 1.
            allowed: ``(n,)`` in the order of ``ids``; None allows all.
            filters: what ``allowed`` came from, for an engine that filters by itself.
        """

    def vectors(self, ids: Ids) -> Vectors:
        """Gives the stored rows ``(m, d)`` float32 of known keys, in the order asked."""

    def write(self, path: Path) -> None:
        """Writes the file, and others of its stem beside it; the caller syncs and renames."""
