"""Milvus behind ``VectorIndex`` and ``VectorEngine``.

An index names rows of a collection that all of a store's indexes share, and holds none itself. Rows
in the collection that it does not know (of later writes, or of products that are gone) are left
out of its answers, so that a search sees one state of the catalogue from start to end.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias, TypeVar

import numpy as np

from index.catalogue_state import CatalogueState
from index.errors import StoreDamagedError, StoreUnavailableError
from index.milvus_collection import (
    MOST_NEIGHBOURS,
    MilvusCollection,
    connect,
)
from index.milvus_mirror import PICTURES, TEXTS, MilvusMirror, RowKind
from index.milvus_rows import expression
from index.place import MilvusPlace
from index.store_folder import StoreLock, hold
from index.types import NO_FILTERS, Filters, Ids, Mask, SpaceId, StoredVectors, Vector, Vectors

_REMEMBERED = 32
"""Answers kept, so that the segments of one search ask once."""
_LEAST_ASKED = 256
_MOST_NAMED = 4_096
"""So few rows that pass are named one by one to an engine that is slow at arrays."""
_Given = TypeVar("_Given")
_Question: TypeAlias = tuple[bytes, str, int]
"""The vector's bytes, the condition, the effort."""
_SUFFIX = ".milvus.npy"


class SharedRows:
    """The rows of one collection, as all indexes of this process see them."""

    def __init__(self, collection: MilvusCollection, on_failure: Callable[[], None]) -> None:
        self.collection = collection
        self._on_failure = on_failure
        self._lock = threading.Lock()
        self._answers: OrderedDict[_Question, tuple[int, Vector, Ids]] = OrderedDict()
        self._age = 0

    def forget(self) -> None:
        """Asks anew from now on: rows were written."""
        with self._lock:
            self._age += 1
            self._answers.clear()

    def nearest(
        self, row: Vector, k: int, condition: str, effort: int = 1
    ) -> tuple[Vector, Ids, float]:
        """Gives at least the k nearest with their similarities, and what all others have at most.

        Raises:
            StoreUnavailableError: Milvus does not answer, or has lost the collection.
        """
        key = (row.tobytes(), condition, effort)
        with self._lock:
            age, known = self._age, self._answers.get(key)
        if known is None or known[0] < k:
            asked = min(max(_LEAST_ASKED, 1 << (k - 1).bit_length()), MOST_NEIGHBOURS - 1)
            known = (
                asked,
                *self._watched(lambda: self.collection.nearest(row, asked, condition, effort)),
            )
            self._remember(key, known, age)
        asked, similarities, keys = known
        is_all = len(keys) < asked
        return similarities, keys, -np.inf if is_all else float(similarities[-1])

    def vectors(self, keys: Ids) -> Vectors:
        """Gives the rows ``(n, d)`` of keys, in their order.

        Raises:
            StoreUnavailableError: Milvus does not answer, or has lost some of them.
        """
        return self._watched(lambda: self.collection.vectors(keys))

    def _remember(self, key: _Question, answer: tuple[int, Vector, Ids], age: int) -> None:
        with self._lock:
            if age == self._age:
                self._answers[key] = answer
            while len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)

    def _watched(self, ask: Callable[[], _Given]) -> _Given:
        try:
            return ask()
        except StoreUnavailableError:
            self._on_failure()
            raise


class MilvusIndex:
    """Some of the rows of a collection."""

    reach = MOST_NEIGHBOURS - 1

    def __init__(self, ids: Ids, rows: SharedRows) -> None:
        """Takes ``(n,)`` distinct keys, in any order."""
        self.ids: Ids = np.sort(ids)
        self._rows = rows

    @property
    def is_exact(self) -> bool:
        """Whether Milvus compares every vector."""
        return self._rows.collection.is_exact

    @property
    def dimension(self) -> int:
        """Length of a row."""
        return self._rows.collection.dimension

    def search(
        self, queries: Vectors, k: int, allowed: Mask | None, filters: Filters = NO_FILTERS
    ) -> tuple[Vectors, Ids]:
        """See ``VectorIndex.search``; Milvus applies the filters, ``allowed`` what they leave."""
        similarities = np.empty((len(queries), k), dtype=np.float32)
        keys = np.full((len(queries), k), -1, dtype=np.int64)
        condition = self._condition(filters, allowed)
        effort = self._effort(allowed)
        for row, query in enumerate(queries):
            found, ids, end = self._rows.nearest(query, k, condition, effort)
            own = np.flatnonzero(self._knows(ids, allowed))
            if condition and self._has_lost_its_way(len(own), end, allowed):
                found, ids, end = self._rows.nearest(query, self.reach, "")
                own = np.flatnonzero(self._knows(ids, allowed))
            similarities[row] = end if len(own) <= k else found[own[k]]
            own = own[:k]
            similarities[row, : len(own)] = found[own]
            keys[row, : len(own)] = ids[own]
        return similarities, keys

    def vectors(self, ids: Ids) -> Vectors:
        """See ``VectorIndex.vectors``."""
        if not len(ids):
            return np.empty((0, self.dimension), dtype=np.float32)
        return self._rows.vectors(ids)

    def write(self, path: Path) -> None:
        """Writes the keys; the rows are Milvus's."""
        np.save(path.with_suffix(_SUFFIX), self.ids)

    def _effort(self, allowed: Mask | None) -> int:
        """On a graph, the more the fewer rows pass: powers of four, so that segments agree."""
        if self.is_exact or allowed is None or not allowed.any():
            return 1
        return 1 << 2 * round(math.log(len(allowed) / int(allowed.sum()), 4))

    def _has_lost_its_way(self, found: int, end: float, allowed: Mask | None) -> bool:
        """Whether a graph ended before all that pass: among rows that do not pass, even at once.

        Seen on Milvus 2.3.5: none of 4,034 in 40,000, whatever ``ef``.
        """
        passing = len(self.ids) if allowed is None else int(allowed.sum())
        return not self.is_exact and end == -np.inf and found < passing

    def _condition(self, filters: Filters, allowed: Mask | None) -> str:
        if self._rows.collection.has_arrays:
            return expression(filters)
        plain = expression(filters, has_arrays=False)
        if allowed is None or plain == expression(filters) or allowed.sum() > _MOST_NAMED:
            return plain
        return f"key in {self.ids[allowed].tolist()}"

    def _knows(self, ids: Ids, allowed: Mask | None) -> Mask:
        if not len(self.ids):
            return np.zeros(len(ids), dtype=np.bool_)
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        known: Mask = self.ids[places] == ids
        return known if allowed is None else known & allowed[places]


class MilvusEngine:
    """The vectors of one store in two collections; see ``VectorEngine``."""

    takes_rows = False

    def __init__(
        self,
        place: MilvusPlace,
        space: SpaceId,
        lock: Callable[[], StoreLock],
    ) -> None:
        """Connects.

        Args:
            place: the server, or the file of Milvus Lite.
            space: what the vectors are made with.
            lock: gives the lock under which one process at a time writes to Milvus.

        Raises:
            StoreBusyError: another process has Milvus Lite's file open.
            StoreUnavailableError: the server does not answer.
        """
        self._client = connect(place)
        self._lock = lock
        self._sequence = -1
        self.is_whole = False
        self._following = threading.Lock()
        width = space.dimension + space.colour_dimension

        def mirror(kind: RowKind, dimension: int) -> MilvusMirror:
            collection = MilvusCollection(self._client, place, kind.name, dimension)
            return MilvusMirror(collection, kind, space)

        self._mirrors = (mirror(PICTURES, width), mirror(TEXTS, space.dimension))
        self._pictures, self._texts = (
            SharedRows(one.collection, self._doubt) for one in self._mirrors
        )

    @contextmanager
    def turn(self) -> Iterator[None]:
        """See ``VectorEngine``."""
        with self._following:
            lock = hold(self._lock())
            try:
                yield
            finally:
                lock.release()

    def follow(self, state: CatalogueState) -> None:
        """See ``VectorEngine``; the first time, it also looks whether rows are missing."""
        if self.is_whole and self._sequence == state.sequence():
            return
        for one in self._mirrors:
            one.bring(state, is_checked=self.is_whole)
        self._pictures.forget()
        self._texts.forget()
        self._sequence, self.is_whole = state.sequence(), True

    def pictures(self, ids: Ids, _rows: Vectors | StoredVectors) -> MilvusIndex:
        """See ``VectorEngine``; the rows are in Milvus already."""
        return MilvusIndex(ids, self._pictures)

    def texts(self, ids: Ids, _rows: Vectors | StoredVectors) -> MilvusIndex:
        """See ``VectorEngine``; the rows are in Milvus already."""
        return MilvusIndex(ids, self._texts)

    def read_pictures(self, path: Path) -> MilvusIndex:
        """See ``VectorEngine``."""
        return MilvusIndex(_read(path), self._pictures)

    def read_texts(self, path: Path) -> MilvusIndex:
        """See ``VectorEngine``."""
        return MilvusIndex(_read(path), self._texts)

    def close(self) -> None:
        """Closes the connection; Milvus Lite's file is this process's until it ends."""
        self._client.close()

    def _doubt(self) -> None:
        """A server that was away may come back without its rows: the next search looks first."""
        self.is_whole = False


def _read(path: Path) -> Ids:
    file = path.with_suffix(_SUFFIX)
    try:
        ids: Ids = np.load(file)
    except (OSError, ValueError, EOFError) as error:
        raise StoreDamagedError(f"{file.name} holds no keys of rows in Milvus") from error
    return ids
