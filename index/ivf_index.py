"""Approximate search for more rows than can be compared one by one: lists of codes, then the rows.

The codes find candidates, the float16 rows (the catalogue's own precision) give their similarities.
Rows lie in a mapped file, so that memory holds the codes alone.
"""

from copy import copy
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import faiss
import numpy as np
from numpy.typing import NDArray

from index.errors import StoreDamagedError
from index.index_choice import IndexPlan
from index.types import NO_FILTERS, Filters, Ids, Mask, Vectors

_TRAINING_ROWS_A_LIST = 40
_CANDIDATES_A_RESULT = 10
_FEWEST_CANDIDATES = 100
_ADDED_AT_ONCE = 65_536
_SEED = 1_234


class IvfIndex:
    """Inverted lists of codes over ``(n, d)`` rows; immutable once made."""

    is_exact = False
    reach = None

    def __init__(self, ids: Ids, rows: NDArray[Any], plan: IndexPlan) -> None:
        """Takes ``(n,)`` ascending keys and their ``(n, d)`` rows, float16 or float32.

        Cost: trains on at most 40 rows a list, then encodes every row.
        """
        self.ids = ids
        self._rows = rows
        self._probes = plan.probes
        self._index: Any = faiss.index_factory(
            rows.shape[1], f"IVF{plan.lists},{plan.codec}", faiss.METRIC_INNER_PRODUCT
        )
        count = min(len(rows), _TRAINING_ROWS_A_LIST * plan.lists)
        chosen = np.sort(np.random.default_rng(_SEED).choice(len(rows), count, replace=False))
        self._index.train(_float32(rows[chosen]))
        for start in range(0, len(rows), _ADDED_AT_ONCE):
            self._index.add(_float32(rows[start : start + _ADDED_AT_ONCE]))

    @property
    def rows(self) -> NDArray[Any]:
        """``(n, d)`` float16 or float32 in the order of ``ids``, on the disk where it was read."""
        return self._rows

    @property
    def lists(self) -> Any:
        """FAISS's inverted lists over positions in ``rows``."""
        return self._index

    @property
    def codec(self) -> str:
        """What the lists hold, as ``IndexPlan.codec`` names it."""
        return "RaBitQ" if self._is_one_bit else "SQ8"

    @property
    def _is_one_bit(self) -> bool:
        return isinstance(faiss.downcast_index(self._index), faiss.IndexIVFRaBitQ)

    @property
    def dimension(self) -> int:
        """Length of a row."""
        return int(self._rows.shape[1])

    def probing(self, probes: int) -> "IvfIndex":
        """Gives an index over the same lists and rows that looks into so many lists a search."""
        other = copy(self)
        other._probes = probes
        return other

    def search(
        self, queries: Vectors, k: int, allowed: Mask | None, _filters: Filters = NO_FILTERS
    ) -> tuple[Vectors, Ids]:
        """See ``VectorIndex.search``; approximate, with exact similarities of what is found.

        The fewer rows are allowed, the more lists are looked into.
        """
        probes, wanted = self.effort(k, allowed)
        parameters = self._parameters(probes, allowed)
        _, positions = self._index.search(_float32(queries), wanted, params=parameters)
        return self.nearest_among(queries, positions, k)

    def effort(self, k: int, allowed: Mask | None) -> tuple[int, int]:
        """Gives how many lists a search looks into, and how many candidates it takes from them."""
        share = 1.0 if allowed is None else max(float(allowed.mean()), 1.0 / len(self.ids))
        probes = min(self._index.nlist, int(np.ceil(self._probes / share)))
        return probes, max(_FEWEST_CANDIDATES, _CANDIDATES_A_RESULT * k)

    def nearest_among(self, queries: Vectors, positions: Ids, k: int) -> tuple[Vectors, Ids]:
        """Gives what ``search`` does, of candidates ``(q, c)`` by position; -1 for none."""
        similarities = np.full((len(queries), k), -np.inf, dtype=np.float32)
        keys = np.full((len(queries), k), -1, dtype=np.int64)
        for row, (query, found) in enumerate(zip(queries, positions, strict=True)):
            places = np.sort(found[found >= 0])  # in the file's order
            scores = np.einsum("ij,j->i", _float32(self._rows[places]), query)
            best = np.lexsort((places, -scores))[:k]
            similarities[row, : len(best)] = scores[best]
            keys[row, : len(best)] = self.ids[places[best]]
        return similarities, keys

    def vectors(self, ids: Ids) -> Vectors:
        """See ``VectorIndex.vectors``."""
        return _float32(self._rows[np.searchsorted(self.ids, ids)])

    def write(self, path: Path) -> None:
        """Writes codes, rows and keys beside each other; the caller syncs and renames."""
        faiss.write_index(self._index, str(path))
        np.save(_rows_path(path), np.asarray(self._rows, dtype=np.float16))
        np.savez(_keys_path(path), ids=self.ids, probes=self._probes)

    @classmethod
    def read(cls, path: Path) -> "IvfIndex":
        """Loads what ``write`` made; the rows stay on the disk.

        Raises:
            StoreDamagedError: a file is missing or does not fit the others.
        """
        try:
            loaded = faiss.read_index(str(path))
            rows = np.load(_rows_path(path), mmap_mode="r")
            with _keys_path(path).open("rb") as file, np.load(file) as arrays:
                ids, probes = arrays["ids"], int(arrays["probes"])
        except (RuntimeError, OSError, ValueError, EOFError, KeyError, BadZipFile) as error:
            raise StoreDamagedError(f"{path.name} is no readable index") from error
        if not (len(rows) == len(ids) == loaded.ntotal and rows.shape[1] == loaded.d):
            raise StoreDamagedError(f"{path.name}, its rows and its keys do not belong together")
        index = cls.__new__(cls)
        index.ids, index._rows, index._probes, index._index = ids, rows, probes, loaded
        return index

    @staticmethod
    def is_written_at(path: Path) -> bool:
        """Whether the file was written by this kind of index."""
        return _keys_path(path).is_file()

    def _parameters(self, probes: int, allowed: Mask | None) -> Any:
        options: dict[str, Any] = {"nprobe": probes}
        if allowed is not None:
            self_bits = np.packbits(allowed, bitorder="little")
            options["sel"] = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(self_bits))
            options["sel"].bits = self_bits  # kept alive as long as the selector
        if self._is_one_bit:
            return faiss.IVFRaBitQSearchParameters(**options)
        return faiss.SearchParametersIVF(**options)


def _float32(rows: NDArray[Any]) -> NDArray[np.float32]:
    return np.ascontiguousarray(rows, dtype=np.float32)


def _rows_path(path: Path) -> Path:
    return path.with_suffix(".f16.npy")


def _keys_path(path: Path) -> Path:
    return path.with_suffix(".keys.npz")
