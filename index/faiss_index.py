"""FAISS behind ``VectorIndex``. The only file that knows FAISS.

Exact inner product. Files hold an ``IndexIDMap2``, so keys and vectors cannot part.
Traps: FAISS's ``write_index`` writes in place and does not sync (so ``versions.py`` writes to a
temporary folder and renames), and search options belong into the call, never onto the index.
"""

from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.errors import StoreDamagedError
from index.types import NO_FILTERS, Filters, Ids, Mask, StoredVectors, Vectors


class FaissIndex:
    """Exact search over float32 rows in memory."""

    is_exact = True
    reach = None

    def __init__(self, ids: Ids, rows: Vectors | StoredVectors) -> None:
        """Takes ``(n,)`` distinct keys and their ``(n, d)`` rows, in any order."""
        order = np.argsort(ids, kind="stable")
        flat = faiss.IndexFlatIP(rows.shape[1])
        self._index = faiss.IndexIDMap2(flat)
        ordered = np.ascontiguousarray(rows[order], dtype=np.float32)
        self._index.add_with_ids(ordered, np.ascontiguousarray(ids[order]))
        self._adopt()

    def _adopt(self) -> None:
        self._flat: Any = faiss.downcast_index(self._index.index)
        self.ids: Ids = faiss.vector_to_array(self._index.id_map).astype(np.int64)
        flat: Any = self._flat
        count, dimension = flat.ntotal, flat.d
        self._rows = (
            faiss.rev_swig_ptr(flat.get_xb(), count * dimension).reshape(count, dimension)
            if count
            else np.empty((0, dimension), dtype=np.float32)
        )  # a view: the vectors are held once

    @property
    def rows(self) -> Vectors:
        """``(n, d)`` in the order of ``ids``; a view."""
        return self._rows

    @property
    def dimension(self) -> int:
        """Length of a row."""
        return int(self._flat.d)

    def search(
        self, queries: Vectors, k: int, allowed: Mask | None, _filters: Filters = NO_FILTERS
    ) -> tuple[Vectors, Ids]:
        """See ``VectorIndex.search``; costs n x d multiplications a query."""
        parameters = None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        similarities, positions = self._flat.search(
            np.ascontiguousarray(queries, dtype=np.float32), k, params=parameters
        )
        found = positions >= 0
        keys = np.full(positions.shape, -1, dtype=np.int64)
        keys[found] = self.ids[positions[found]]
        return similarities, keys

    def vectors(self, ids: Ids) -> Vectors:
        """See ``VectorIndex.vectors``."""
        return self._rows[np.searchsorted(self.ids, ids)]

    def write(self, path: Path) -> None:
        """Writes the file in place; the caller syncs and renames."""
        faiss.write_index(self._index, str(path))

    @classmethod
    def read(cls, path: Path) -> "FaissIndex":
        """Loads a file that ``write`` made.

        Raises:
            StoreDamagedError: the file is no such index.
        """
        try:
            loaded = faiss.read_index(str(path))
        except RuntimeError as error:
            raise StoreDamagedError(f"{path.name} is no readable index") from error
        if not isinstance(loaded, faiss.IndexIDMap2):
            raise StoreDamagedError(f"{path.name} holds {type(loaded).__name__}, no keys with rows")
        index = cls.__new__(cls)
        index._index = loaded
        index._adopt()
        return index
