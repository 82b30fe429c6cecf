"""What searches the vectors of a store, wherever they lie."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from index.catalogue_state import CatalogueState
from index.protocols import VectorIndex
from index.types import Ids, StoredVectors, Vectors


class VectorEngine(Protocol):
    """Where the vectors of a store are searched."""

    @property
    def is_whole(self) -> bool:
        """False where it did not answer, or lacked rows: ``follow`` looks, and makes them again."""

    @property
    def takes_rows(self) -> bool:
        """False where the rows lie elsewhere already: ``pictures`` and ``texts`` get none then."""

    def turn(self) -> AbstractContextManager[None]:
        """Holds what lies elsewhere as it is, but for ``follow``: no other process writes to it."""

    def follow(self, state: CatalogueState) -> None:
        """Brings what lies elsewhere to a state that was read after ``turn`` began.

        Raises:
            StoreUnavailableError: it cannot be reached.
        """

    def pictures(self, ids: Ids, rows: Vectors | StoredVectors) -> VectorIndex:
        """Gives an index of pictures: ``(n,)`` distinct keys and ``(n, d + c)`` rows."""

    def texts(self, ids: Ids, rows: Vectors | StoredVectors) -> VectorIndex:
        """Gives an index of products' texts: ``(n,)`` distinct keys and ``(n, d)`` rows."""

    def read_pictures(self, path: Path) -> VectorIndex:
        """Loads what an index of pictures wrote; ``StoreDamagedError`` where it cannot."""

    def read_texts(self, path: Path) -> VectorIndex:
        """Loads what an index of texts wrote; ``StoreDamagedError`` where it cannot."""

    def close(self) -> None:
        """Closes connections."""
