"""Other libraries' vector indexes, asked as ours is: one query at a time, one thread."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from index.types import Ids, Mask, Vectors

_CONSTRUCTION = 200
_CONNECTIONS = 16


@dataclass(frozen=True)
class Peer:
    """A graph over rows that are called by their numbers."""

    build_s: float
    bytes_per_row: float
    look_at: Callable[[int], None]
    """Sets ef, how many rows a search keeps in sight."""
    search: Callable[[Vectors, int], Ids]
    """Gives ``(1, k)`` of a query ``(1, d)``."""
    passing: Callable[[Vectors, int, Mask], Ids]
    """Likewise, of the rows that pass ``(n,)``; -1 where it finds no more."""


def hnswlib_peer(rows: Vectors) -> Peer:
    """hnswlib, inner product; its filter is a function that it calls at each row it looks at."""
    import hnswlib

    before = time.perf_counter()
    index = hnswlib.Index(space="ip", dim=rows.shape[1])
    index.init_index(max_elements=len(rows), ef_construction=_CONSTRUCTION, M=_CONNECTIONS)
    index.set_num_threads(1)
    index.add_items(rows)
    build_s = time.perf_counter() - before

    def search(query: Vectors, k: int) -> Ids:
        found: Ids = index.knn_query(query, k)[0].astype(np.int64)
        return found

    def passing(query: Vectors, k: int, allowed: Mask) -> Ids:
        passes = allowed.tolist().__getitem__
        for most in range(k, 0, -1):
            try:
                found = index.knn_query(query, most, filter=passes)[0]
            except RuntimeError:  # it found fewer
                continue
            return _filled(found[0].astype(np.int64), k)
        return _filled(np.empty(0, dtype=np.int64), k)

    return Peer(build_s, index.index_file_size() / len(rows), index.set_ef, search, passing)


def usearch_peer(rows: Vectors) -> Peer:
    """usearch, inner product, float16; it has no filter, so more are asked for and left out."""
    from usearch.index import Index

    before = time.perf_counter()
    index = Index(
        ndim=rows.shape[1],
        metric="ip",
        dtype="f16",
        connectivity=_CONNECTIONS,
        expansion_add=_CONSTRUCTION,
    )
    index.add(np.arange(len(rows)), rows, threads=1)
    build_s = time.perf_counter() - before

    def look_at(ef: int) -> None:
        index.expansion_search = ef

    def search(query: Vectors, k: int) -> Ids:
        return index.search(query[0], k, threads=1).keys.astype(np.int64)[None, :]

    def passing(query: Vectors, k: int, allowed: Mask) -> Ids:
        asked = min(len(rows), int(2 * k / allowed.mean()))  # twice what is needed on average
        found = search(query, asked)[0]
        return _filled(found[allowed[found]][:k], k)

    return Peer(build_s, index.memory_usage / len(rows), look_at, search, passing)


def _filled(found: Ids, k: int) -> Ids:
    return np.concatenate([found, np.full(k - len(found), -1)])[None, :]


PEERS: dict[str, Callable[[Vectors], Peer]] = {"hnswlib": hnswlib_peer, "usearch": usearch_peer}
