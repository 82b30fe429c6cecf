"""From how many products on lists beat looking at everything, in a whole ranking.

    python -m benchmarks.index_kinds [--products 25000 50000 100000 200000]

Products of one picture in clusters, as ``benchmarks.vector_index`` makes them: vectors, colours and
texts of 256 numbers. The same segment is built with FAISS's flat index and with inverted lists
(``index/index_choice.py``), and the product's own ranking is asked for ten by a photo (embedding
and colours) and by words, one thread, in turn. ``recall`` is how many of the exact ten come back.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import faiss
import numpy as np

from benchmarks.machine import machine_line
from benchmarks.vector_index import clustered
from index.catalogue_reads import IndexedProduct
from index.index_choice import EXACT_ROWS, IndexPlan, plan
from index.protocols import VectorIndex
from index.ranking import LiveSegment, rank
from index.segment_build import build_segment
from index.types import Ids, Product, Query, SpaceId, StoredVectors, Vectors
from index.vector_indexes import LocalEngine, build, memory_bytes
from service.fusion import PHOTO, TEXT
from tests.fakes import unit

D = 256
SPACE = SpaceId("clustered", D, "clustered", D)
QUERIES = 100
K = 10


class OneKind(LocalEngine):
    """Builds indexes of one kind, however many rows there are."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def pictures(self, ids: Ids, rows: Vectors | StoredVectors) -> VectorIndex:
        """See ``VectorEngine``."""
        lists = plan(max(len(rows), EXACT_ROWS + 1), rows.shape[1], memory_bytes())
        lists = replace(lists, lists=min(lists.lists, max(16, len(rows) // 40)))
        return build(ids, rows, IndexPlan("exact") if self._kind == "exact" else lists)

    texts = pictures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, nargs="+", default=[25_000, 50_000, 100_000])
    given = parser.parse_args()
    faiss.omp_set_num_threads(1)
    print(machine_line(), f"one thread; exact up to {EXACT_ROWS:,} rows")
    for count in given.products:
        compare(count)


def compare(count: int) -> None:
    """Lines for one size."""
    rows, asked = clustered(count, QUERIES, 2 * D)
    questions = {"photo": list(by_photo(asked)), "words": list(by_words(asked))}
    segments, built = {}, {}
    for kind in ("exact", "lists"):
        before = time.perf_counter()
        segments[kind] = build_segment(products(rows), SPACE, OneKind(kind))
        built[kind] = time.perf_counter() - before
    for name, queries in questions.items():
        found: dict[str, list[set[int]]] = {kind: [] for kind in segments}
        took: dict[str, list[float]] = {kind: [] for kind in segments}
        for query in queries:
            for kind, segment in segments.items():
                before = time.perf_counter()
                candidates = rank([LiveSegment(segment, None)], query)
                took[kind].append((time.perf_counter() - before) * 1e3)
                found[kind].append({one.key for one in candidates})
        report(count, name, found, took, built)


def report(
    count: int,
    name: str,
    found: dict[str, list[set[int]]],
    took: dict[str, list[float]],
    built: dict[str, float],
) -> None:
    exact, lists = (np.median(took[kind]) for kind in ("exact", "lists"))
    right = zip(found["exact"], found["lists"], strict=True)
    recall = np.mean([len(one & other) / len(one) for one, other in right])
    print(
        f"{count:>9,} products, {name}: exact {exact:6.2f} ms (p99 "
        f"{np.percentile(took['exact'], 99):.1f}), lists {lists:6.2f} ms (p99 "
        f"{np.percentile(took['lists'], 99):.1f}), recall@10 {recall:.3f}; exact/lists "
        f"{exact / lists:.1f}; built in {built['exact']:.1f} and {built['lists']:.1f} s",
        flush=True,
    )


def products(rows: Vectors) -> Iterator[IndexedProduct]:
    """One of each row ``(2 d,)``: its picture, its colours, and a text near the picture."""
    noise = np.random.default_rng(9)
    for key, row in enumerate(rows, 1):
        embedding, colours = halves(row)
        yield IndexedProduct(
            key=key,
            product=Product(id=str(key), group=str(key), title=""),
            text_embedding=unit((embedding + 0.05 * noise.normal(size=D))[None])[0],
            picture_keys=np.array([key], dtype=np.int64),
            embeddings=embedding[None],
            colours=colours[None],
        )


def halves(row: Vectors) -> Sequence[Vectors]:
    return unit(row.reshape(2, D))


def by_photo(rows: Vectors) -> Iterator[Query]:
    """By embedding and colours."""
    for image, colours in map(halves, rows):
        yield Query(image=image, colours=colours, weights=PHOTO, k=K)


def by_words(rows: Vectors) -> Iterator[Query]:
    """By a text's vector, against pictures and texts."""
    for text, _ in map(halves, rows):
        yield Query(text=text, weights=replace(TEXT, lexical=0.0), k=K)


if __name__ == "__main__":
    main()
