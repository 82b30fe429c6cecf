"""Keeps a collection of Milvus in step with the catalogue, by sequence number.

The collection's state names the catalogue, its embedder and the last write that it holds. Rows come
before the state that counts them, so that a process that is killed leaves work to repeat and
nothing to miss. Rows that no product has any more are deleted a minute later: a search that began
before still reads them.
"""

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from index.catalogue_reads import IndexedProduct, chunks
from index.catalogue_state import CatalogueState
from index.milvus_collection import MilvusCollection
from index.milvus_rows import Row, picture_rows, text_rows
from index.tables import picture, product
from index.types import SpaceId

logger = logging.getLogger(__name__)

KEPT_S = 60.0
"""Longer than any request takes."""
_MANY = 1_000
"""Rows after which Milvus Lite is given time to index."""
_FORMAT = 1

_SEARCHED = sa.func.length(product.c.text_embedding) > 0


@dataclass(frozen=True)
class RowKind:
    """What one of the two collections is a copy of."""

    name: str
    rows: Callable[[IndexedProduct], Iterator[Row]]
    key: sa.Column[int]
    """Where the catalogue has the rows' keys."""
    is_new_each_time: bool
    """Whether a product that is written again gets rows with other keys."""


PICTURES = RowKind("pictures", picture_rows, picture.c.key, is_new_each_time=True)
TEXTS = RowKind("texts", text_rows, product.c.key, is_new_each_time=False)


class MilvusMirror:
    """One collection; the caller lets one process at a time in."""

    def __init__(self, collection: MilvusCollection, kind: RowKind, space: SpaceId) -> None:
        """Asks nothing yet."""
        self.collection = collection
        self._kind = kind
        self._space = space
        self._retired: list[tuple[float, set[int]]] = []

    def bring(self, state: CatalogueState, *, is_checked: bool) -> None:
        """Brings the collection up to a state of the catalogue.

        Args:
            state: no older than what any process brought it to.
            is_checked: whether this process looked before whether it holds what it says; if not,
                keys are counted, and compared where the counts differ.

        Raises:
            StoreUnavailableError: Milvus does not answer.
        """
        sequence = self._sequence(state)
        changes = state.changes(sequence)
        if changes.sequence > sequence:
            self._write(state, changes.upserted, is_first=not sequence)
            self._retire(changes.deleted)
        # also where another process wrote it all: searches see what came before a write of ours
        self.collection.write_state(self._described(state, changes.sequence))
        if not is_checked:
            self._reconcile(state)
        self._sweep(state)

    def _sequence(self, state: CatalogueState) -> int:
        """The last write that it holds; 0, and all rows gone, where it is of something else."""
        found = self.collection.open()
        sequence = _sequence_in(found)
        if found == self._described(state, sequence) and 0 <= sequence <= state.sequence():
            return sequence
        if found:
            logger.warning("%s is of another state and is made anew", self.collection.name)
        self._retired.clear()
        self.collection.make()
        self.collection.write_state(self._described(state, 0))
        return 0

    def _described(self, state: CatalogueState, sequence: int) -> str:
        catalogue_id = state.meta()["catalogue_id"]
        identity = {"format": _FORMAT, "catalogue": catalogue_id, "space": asdict(self._space)}
        how = "exact" if self.collection.is_exact else "graph"
        return json.dumps({**identity, "index": how, "sequence": sequence}, sort_keys=True)

    def _write(
        self, state: CatalogueState, products: Sequence[int], *, is_first: bool = False
    ) -> None:
        written = 0
        for chunk in chunks(list(products)):
            rows = [row for one in state.indexed(chunk) for row in self._kind.rows(one)]
            keys = {row["key"] for row in rows}
            self.collection.upsert(rows)
            if not is_first and (self._kind.is_new_each_time or len(rows) < len(chunk)):
                self._retired.append((time.monotonic(), self.collection.keys_of(chunk) - keys))
            written += len(rows)
        if written >= _MANY:
            self.collection.settle()

    def _retire(self, products: Sequence[int]) -> None:
        for chunk in chunks(list(products)):
            self._retired.append((time.monotonic(), self.collection.keys_of(chunk)))

    def _sweep(self, state: CatalogueState) -> None:
        """Deletes what was retired a minute ago, but for what a rollback brought back."""
        due = time.monotonic() - KEPT_S
        keys = {key for when, old in self._retired if when <= due for key in old}
        self._retired = [one for one in self._retired if one[0] > due]
        present = {key for chunk in chunks(list(keys)) for key in self._keys(state, chunk)}
        self.collection.delete(keys - present)

    def _reconcile(self, state: CatalogueState) -> None:
        """Compares keys where their number is not the catalogue's, and mends what differs."""
        wanted = set(self._keys(state))
        if self.collection.count() == len(wanted):
            return
        found = set(self.collection.keys())
        self._retired.append((time.monotonic(), found - wanted))
        if missing := wanted - found:
            logger.warning("%s lacked %d rows", self.collection.name, len(missing))
            self._write(state, self._owners(state, missing))

    def _keys(self, state: CatalogueState, among: Sequence[int] | None = None) -> list[int]:
        """The keys that the catalogue has rows for."""
        query = sa.select(self._kind.key).where(_SEARCHED)
        if self._kind.key.table is picture:
            query = query.join(product, product.c.key == picture.c.product_key)
        return state.scalars(query if among is None else query.where(self._kind.key.in_(among)))

    def _owners(self, state: CatalogueState, keys: Iterable[int]) -> list[int]:
        if self._kind.key.table is product:
            return sorted(keys)
        query = sa.select(picture.c.product_key)
        return sorted(
            {
                owner
                for chunk in chunks(list(keys))
                for owner in state.scalars(query.where(picture.c.key.in_(chunk)))
            }
        )


def _sequence_in(state: str) -> int:
    """The number in a state; -1 where it is none."""
    try:
        return int(json.loads(state)["sequence"])
    except (ValueError, KeyError, TypeError):
        return -1
