"""Makes and loads the kind of vector index that fits the rows and this machine: FAISS's."""

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np

from index.catalogue_state import CatalogueState
from index.faiss_index import FaissIndex
from index.index_choice import IndexPlan, plan
from index.ivf_index import IvfIndex
from index.protocols import VectorIndex
from index.row_spool import in_order
from index.types import Ids, StoredVectors, Vectors


def build(
    ids: Ids, rows: Vectors | StoredVectors, chosen: IndexPlan | None = None
) -> FaissIndex | IvfIndex:
    """Gives an index of ``(n, d)`` rows with ``(n,)`` distinct keys, in any order.

    Args:
        ids: keys.
        rows: float32, or float16 as the catalogue keeps them.
        chosen: the kind; by default what fits n, d and the memory of this machine.
    """
    chosen = chosen or plan(len(rows), rows.shape[1], memory_bytes())
    if chosen.kind == "exact":
        return FaissIndex(ids, rows)
    order = np.argsort(ids, kind="stable")
    return IvfIndex(ids[order], in_order(rows.astype(np.float16, copy=False), order), chosen)


def read(path: Path) -> FaissIndex | IvfIndex:
    """Loads what ``write`` of either kind made.

    Raises:
        StoreDamagedError: it cannot be read.
    """
    return IvfIndex.read(path) if IvfIndex.is_written_at(path) else FaissIndex.read(path)


class LocalEngine:
    """``VectorEngine`` in this process: rows lie in memory or in mapped files."""

    is_whole = True
    takes_rows = True

    def turn(self) -> AbstractContextManager[None]:
        """Nothing lies elsewhere."""
        return nullcontext()

    def follow(self, _state: CatalogueState) -> None:
        """Nothing lies elsewhere."""

    def pictures(self, ids: Ids, rows: Vectors | StoredVectors) -> VectorIndex:
        """See ``VectorEngine``."""
        return build(ids, rows)

    texts = pictures

    def read_pictures(self, path: Path) -> VectorIndex:
        """See ``VectorEngine``."""
        return read(path)

    read_texts = read_pictures

    def close(self) -> None:
        """Nothing is open."""


LOCAL = LocalEngine()


def memory_bytes() -> int:
    """The physical memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
