"""Makes and loads the kind of vector index that fits the rows and this machine."""

import os
from pathlib import Path

import numpy as np

from index.faiss_index import FaissIndex
from index.index_choice import IndexPlan, plan
from index.ivf_index import IvfIndex
from index.protocols import VectorIndex
from index.types import Ids, Vectors


def build(ids: Ids, rows: Vectors, chosen: IndexPlan | None = None) -> VectorIndex:
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
    return IvfIndex(ids[order], rows[order].astype(np.float16), chosen)


def read(path: Path) -> VectorIndex:
    """Loads what ``write`` of either kind made.

    Raises:
        StoreDamagedError: it cannot be read.
    """
    return IvfIndex.read(path) if IvfIndex.is_written_at(path) else FaissIndex.read(path)


def memory_bytes() -> int:
    """The physical memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
