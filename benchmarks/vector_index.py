"""Approximate search against exact search and named peers: recall, speed, memory, filters.

    python -m benchmarks.vector_index [--rows 100000] [--peers hnswlib,usearch] [--json FILE]
    python -m benchmarks.vector_index --gpu [NUMBER]

Rows of 256 numbers in clusters, as catalogues have them: categories, groups in them, variants
near to each other; queries are noisy rows. One thread each. ``exact`` is FAISS's flat index: what
looking at everything costs. Peers have their usual settings (M 16, ef_construction 200) and the
lowest ef of a list that reaches our recall, or the highest of it. ``--gpu`` searches the
same rows in a GPU's memory, all of them and as lists, instead of the peers.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import machine_line
from index.errors import StoreUnavailableError
from index.faiss_index import FaissIndex
from index.gpu_index import Device, GpuIndex, device_of
from index.index_choice import EXACT_ROWS, plan
from index.ivf_index import IvfIndex
from index.protocols import VectorIndex
from index.types import Ids, Mask, Vectors
from index.vector_indexes import memory_bytes
from tests.fakes import unit

DIMENSION = 256
K = 10
SHARES = (0.5, 0.1, 0.01, 0.001)
EFS = (16, 32, 64, 128, 256, 512)
Ask = Callable[[Vectors], Ids]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=lambda text: int(float(text)), default=100_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--codecs", default="SQ8,RaBitQ")
    parser.add_argument("--peers", default="hnswlib,usearch", help="none: ours and exact alone")
    parser.add_argument("--gpu", type=int, nargs="?", const=0, help="a GPU's number; 0 by default")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    arguments = parser.parse_args()
    try:
        device = None if arguments.gpu is None else device_of(arguments.gpu)
    except StoreUnavailableError as error:
        parser.exit(1, f"{error}\n")
    faiss.omp_set_num_threads(1)
    rows, queries = clustered(arguments.rows, arguments.queries)
    ids = np.arange(len(rows), dtype=np.int64)
    print(machine_line(), f"one thread, {len(rows):,} rows of {DIMENSION}")
    exact = FaissIndex(ids, rows)
    right, reference = asked(lambda one: exact.search(one, K, None)[1], queries)
    table: dict[str, Any] = {"exact": {"recall": 1.0, "ms": reference, "bytes": 4 * DIMENSION}}
    print(f"{'exact':10} {shown(table['exact'], reference)}")
    if device:
        table |= on_gpu(ids, rows, queries, right, device)
        arguments.codecs = arguments.peers = "none"
    for codec in filter(lambda name: name != "none", arguments.codecs.split(",")):
        index, row = ours(ids, rows, queries, right, codec)
        table[f"ours {codec}"] = row
        print(f"{'ours ' + codec:12} {shown(row, reference)}")
        row["filtered"] = [filtered(index, exact, queries, share) for share in SHARES]
        for one in row["filtered"]:
            print(f"    {one['share']:.1%} pass: {shown(one, one['exact_ms'])}")
    goal = max((row["recall"] for name, row in table.items() if name != "exact"), default=1.0)
    for peer in filter(lambda name: name != "none", arguments.peers.split(",")):
        table[peer] = PEERS[peer](rows, queries, right, goal)
        print(f"{peer:12} {shown(table[peer], reference)} at ef {table[peer]['ef']}")
    if arguments.json:
        arguments.json.write_text(json.dumps(table, indent=1) + "\n")


def clustered(count: int, queries: int) -> tuple[Vectors, Vectors]:
    """Unit rows: 400 categories, groups of some 12 rows; and queries near to rows."""
    random = np.random.default_rng(0)
    draw = lambda n: unit(random.normal(size=(n, DIMENSION)))  # noqa: E731
    categories, groups = draw(400), max(1, count // 12)
    centres = unit(categories[random.integers(0, 400, groups)] + 0.9 * draw(groups))
    rows = np.empty((count, DIMENSION), dtype=np.float32)
    for start in range(0, count, 50_000):
        part = rows[start : start + 50_000]
        part[:] = unit(centres[random.integers(0, groups, len(part))] + 0.45 * draw(len(part)))
    return rows, unit(rows[random.integers(0, count, queries)] + 0.6 * draw(queries))


def ours(
    ids: Ids, rows: Vectors, queries: Vectors, right: Ids, codec: str
) -> tuple[IvfIndex, dict[str, Any]]:
    """Our index as it is read from the disk."""
    chosen = plan(max(len(rows), EXACT_ROWS + 1), DIMENSION, memory_bytes())
    chosen = replace(chosen, lists=min(chosen.lists, len(rows) // 40), codec=codec)
    before = time.perf_counter()
    built = IvfIndex(ids, rows.astype(np.float16), chosen)
    build_s = time.perf_counter() - before
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pictures.faiss"
        built.write(path)
        size = path.stat().st_size / len(rows)
        index = IvfIndex.read(path)
        found, ms = asked(lambda one: index.search(one, K, None)[1], queries)
    return index, {
        "recall": recall(found, right),
        "ms": ms,
        "bytes": size,
        "build_s": round(build_s, 1),
        "lists": chosen.lists,
        "probes": chosen.probes,
    }


def curve(
    index: IvfIndex, queries: Vectors, right: Ids, probes: Sequence[int]
) -> list[dict[str, Any]]:
    """Recall and time by how many lists a search looks into."""
    rows = []
    for one in probes:
        found, ms = asked(partial(_keys, index.probing(one)), queries)
        rows.append({"probes": one, "recall": recall(found, right), "ms": ms})
    return rows


def _keys(index: VectorIndex, queries: Vectors) -> Ids:
    return index.search(queries, K, None)[1]


def on_gpu(
    ids: Ids, rows: Vectors, queries: Vectors, right: Ids, device: Device
) -> dict[str, dict[str, Any]]:
    """All rows in the GPU's memory, and lists as where these did not fit; both beside the CPU."""
    exact = FaissIndex(ids, rows)
    _, reference = asked(lambda one: exact.search(one, K, None)[1], queries)
    lists, row = ours(ids, rows, queries, right, "SQ8")
    table = {"ours SQ8": row}
    print(f"{'ours SQ8':12} {shown(row, reference)}")
    codes_only = int(1.9 * len(rows) * DIMENSION)  # of which rows in float16 take too much
    for name, index in {
        "gpu exact": GpuIndex(exact, device),
        "gpu SQ8": GpuIndex(lists, replace(device, free_bytes=lambda: codes_only)),
    }.items():
        found, ms = asked(partial(_keys, index), queries)
        table[name] = {"recall": recall(found, right), "ms": ms}
        table[name]["filtered"] = [filtered(index, exact, queries, share) for share in SHARES]
        print(f"{name:12} {shown(table[name], reference)}")
        for one in table[name]["filtered"]:
            print(f"    {one['share']:.1%} pass: {shown(one, one['exact_ms'])}")
    return table


def filtered(
    index: VectorIndex, exact: FaissIndex, queries: Vectors, share: float
) -> dict[str, Any]:
    """Recall and time where a share of the rows pass."""
    allowed: Mask = np.random.default_rng(3).random(len(exact.ids)) < share
    right, exact_ms = asked(lambda one: exact.search(one, K, allowed)[1], queries)
    found, ms = asked(lambda one: index.search(one, K, allowed)[1], queries)
    return {"share": share, "recall": recall(found, right), "ms": ms, "exact_ms": exact_ms}


def hnswlib_row(rows: Vectors, queries: Vectors, right: Ids, goal: float) -> dict[str, Any]:
    """hnswlib, inner product."""
    import hnswlib

    before = time.perf_counter()
    index = hnswlib.Index(space="ip", dim=DIMENSION)
    index.init_index(max_elements=len(rows), ef_construction=200, M=16)
    index.set_num_threads(1)
    index.add_items(rows)
    build_s = time.perf_counter() - before

    def with_ef(ef: int) -> tuple[Ids, dict[str, float]]:
        index.set_ef(ef)
        return asked(lambda one: index.knn_query(one, K)[0].astype(np.int64), queries)

    return peer_row(with_ef, right, goal, build_s, index.index_file_size() / len(rows))


def usearch_row(rows: Vectors, queries: Vectors, right: Ids, goal: float) -> dict[str, Any]:
    """usearch, inner product, float16."""
    from usearch.index import Index

    before = time.perf_counter()
    index = Index(ndim=DIMENSION, metric="ip", dtype="f16", connectivity=16, expansion_add=200)
    index.add(np.arange(len(rows)), rows, threads=1)
    build_s = time.perf_counter() - before

    def with_ef(ef: int) -> tuple[Ids, dict[str, float]]:
        index.expansion_search = ef
        return asked(
            lambda one: index.search(one, K, threads=1).keys.reshape(len(one), -1).astype(np.int64),
            queries,
        )

    return peer_row(with_ef, right, goal, build_s, index.memory_usage / len(rows))


def peer_row(
    with_ef: Callable[[int], tuple[Ids, dict[str, float]]],
    right: Ids,
    goal: float,
    build_s: float,
    size: float,
) -> dict[str, Any]:
    """The lowest ef that reaches the goal, or the highest."""
    for ef in EFS:
        found, ms = with_ef(ef)
        row = {
            "recall": recall(found, right),
            "ms": ms,
            "bytes": size,
            "build_s": round(build_s, 1),
            "ef": ef,
        }
        if row["recall"] >= goal:
            break
    return row


PEERS: dict[str, Callable[[Vectors, Vectors, Ids, float], dict[str, Any]]] = {
    "hnswlib": hnswlib_row,
    "usearch": usearch_row,
}


def asked(ask: Ask, queries: Vectors) -> tuple[Ids, dict[str, float]]:
    """Asks one query at a time: what came back ``(q, K)``, and milliseconds."""
    ask(queries[:1])
    found, times = [], []
    for query in queries:
        before = time.perf_counter()
        found.append(ask(query[None, :])[0])
        times.append((time.perf_counter() - before) * 1e3)
    p50, p99 = np.percentile(times, [50, 99])
    return np.array(found), {"p50": round(float(p50), 3), "p99": round(float(p99), 3)}


def recall(found: NDArray[np.int64], right: NDArray[np.int64]) -> float:
    """Share of the exact ten nearest that were found."""
    return round(
        float(np.mean([len(set(a) & set(b)) / K for a, b in zip(found, right, strict=True)])), 4
    )


def shown(row: dict[str, Any], reference: dict[str, float]) -> str:
    """One line: recall, time and its ratio, size, build time."""
    ms = row["ms"]
    text = (
        f"recall@10 {row['recall']:.3f}  p50 {ms['p50']:.2f} ms  p99 {ms['p99']:.2f} ms  "
        f"exact/this {reference['p50'] / ms['p50']:.1f}"
    )
    if "bytes" in row:
        text += f"  {row['bytes']:.0f} bytes a row"
    return text + (f"  built in {row['build_s']} s" if "build_s" in row else "")


if __name__ == "__main__":
    main()
