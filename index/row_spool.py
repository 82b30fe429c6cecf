"""Rows that come one block after another and are one array in the end, in memory or in a file."""

import tempfile
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.types import StoredVectors, Vectors

IN_MEMORY_BYTES = 512 * 2**20
"""So much of an array lies in memory; more lies in a file that is gone with the process."""
_ROWS_AT_ONCE = 65_536


class RowSpool:
    """Collects ``(n, d)`` rows as float16, the catalogue's own precision."""

    def __init__(self, dimension: int, in_memory_bytes: int = IN_MEMORY_BYTES) -> None:
        """Holds no row yet.

        Args:
            dimension: d.
            in_memory_bytes: with more, the rows lie in a file of the folder for temporary files.
        """
        self._dimension = dimension
        self._in_memory_bytes = in_memory_bytes
        self._blocks: list[StoredVectors] = []
        self._count = 0
        self._file: Any = None

    def append(self, rows: Vectors | StoredVectors) -> None:
        """Takes ``(m, d)`` rows.

        Raises:
            OSError: the file cannot be written.
        """
        if not len(rows):
            return
        self._count += len(rows)
        block = np.ascontiguousarray(rows, dtype=np.float16)
        if self._file is not None:
            self._file.write(block.data)
            return
        self._blocks.append(block)
        if 2 * self._count * self._dimension > self._in_memory_bytes:
            self._file = tempfile.TemporaryFile(prefix="snapshelf-rows-")  # noqa: SIM115 (``array`` closes it)
            for one in self._blocks:
                self._file.write(one.data)
            self._blocks.clear()

    def array(self) -> StoredVectors:
        """Gives ``(n, d)`` of all rows in the order in which they came; nothing comes after."""
        shape = (self._count, self._dimension)
        if self._file is not None:
            self._file.flush()
            with self._file as file:
                return np.memmap(file, dtype=np.float16, mode="r", shape=shape)
        whole = np.concatenate(self._blocks) if self._blocks else np.empty(shape, np.float16)
        self._blocks.clear()
        return whole


def in_order(
    rows: StoredVectors, order: NDArray[np.int64], in_memory_bytes: int = IN_MEMORY_BYTES
) -> StoredVectors:
    """Gives ``rows[order]``, in a file where it is too large for memory.

    Args:
        rows: ``(n, d)``
        order: ``(n,)`` a permutation.
        in_memory_bytes: as of ``RowSpool``.
    """
    if bool((order[1:] > order[:-1]).all()):
        return rows
    spool = RowSpool(rows.shape[1], in_memory_bytes)
    for part in _parts(order):
        spool.append(rows[part])
    return spool.array()


def _parts(order: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(order), _ROWS_AT_ONCE):
        yield order[start : start + _ROWS_AT_ONCE]
