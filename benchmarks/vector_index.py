"""Approximate search against exact search and named peers: recall, speed, memory, filters.

    python -m benchmarks.vector_index [--rows 100000] [--peers hnswlib,usearch] [--json FILE]
    python -m benchmarks.vector_index --rows 50000 --dimension 512 --codecs SQ8 --peers none
    python -m benchmarks.vector_index --gpu [NUMBER]

Rows of 256 numbers (the default embedder's pictures with their colours: 512) in clusters, as
catalogues have them: categories, groups in them, variants near to each other; queries are noisy
rows. One thread each. ``exact`` is FAISS's flat index: what
looking at everything costs. Peers have their usual settings (M 16, ef_construction 200) and the
lowest ef of a list that reaches our recall, or the highest of it (``vector_peers.py`` says how each
filters). ``--gpu`` searches the
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
from benchmarks.vector_peers import PEERS, Peer
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
FEW_QUERIES = 50
"""Of peers with filters, which take up to seconds for one then."""
Ask = Callable[[Vectors], Ids]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=lambda text: int(float(text)), default=100_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--dimension", type=int, default=DIMENSION)
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
    rows, queries = clustered(arguments.rows, arguments.queries, arguments.dimension)
    ids = np.arange(len(rows), dtype=np.int64)
    print(machine_line(), f"one thread, {len(rows):,} rows of {arguments.dimension}")
    exact = FaissIndex(ids, rows)
    right, reference = asked(lambda one: exact.search(one, K, None)[1], queries)
    table: dict[str, Any] = {"exact": {"recall": 1.0, "ms": reference, "bytes": 4 * rows.shape[1]}}
    print(f"{'exact':10} {shown(table['exact'], reference)}")
    if device:
        table |= on_gpu(ids, rows, queries, right, device)
        arguments.codecs = arguments.peers = "none"
    for codec in filter(lambda name: name != "none", arguments.codecs.split(",")):
        index, row = ours(ids, rows, queries, right, codec)
        table[f"ours {codec}"] = row
        print(f"{'ours ' + codec:12} {shown(row, reference)}", flush=True)
        row["filtered"] = under_filters(partial(_passing, index), exact, queries)
    goal = max((row["recall"] for name, row in table.items() if name != "exact"), default=1.0)
    for name in filter(lambda name: name != "none", arguments.peers.split(",")):
        peer = PEERS[name](rows)
        row = table[name] = peer_row(peer, queries, right, goal)
        print(f"{name:12} {shown(row, reference)} at ef {row['ef']}", flush=True)
        row["filtered"] = under_filters(peer.passing, exact, queries[:FEW_QUERIES])
    if arguments.json:
        arguments.json.write_text(json.dumps(table, indent=1) + "\n")


def clustered(count: int, queries: int, dimension: int = DIMENSION) -> tuple[Vectors, Vectors]:
    """Unit rows: 400 categories, groups of some 12 rows; and queries near to rows."""
    random = np.random.default_rng(0)
    draw = lambda n: unit(random.normal(size=(n, dimension)))  # noqa: E731
    categories, groups = draw(400), max(1, count // 12)
    centres = unit(categories[random.integers(0, 400, groups)] + 0.9 * draw(groups))
    rows = np.empty((count, dimension), dtype=np.float32)
    for start in range(0, count, 50_000):
        part = rows[start : start + 50_000]
        part[:] = unit(centres[random.integers(0, groups, len(part))] + 0.45 * draw(len(part)))
    return rows, unit(rows[random.integers(0, count, queries)] + 0.6 * draw(queries))


def ours(
    ids: Ids, rows: Vectors, queries: Vectors, right: Ids, codec: str
) -> tuple[IvfIndex, dict[str, Any]]:
    """Our index as it is read from the disk."""
    chosen = plan(max(len(rows), EXACT_ROWS + 1), rows.shape[1], memory_bytes())
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


def _passing(index: VectorIndex, queries: Vectors, k: int, allowed: Mask) -> Ids:
    return index.search(queries, k, allowed)[1]


def on_gpu(
    ids: Ids, rows: Vectors, queries: Vectors, right: Ids, device: Device
) -> dict[str, dict[str, Any]]:
    """All rows in the GPU's memory, and lists as where these did not fit; both beside the CPU."""
    exact = FaissIndex(ids, rows)
    _, reference = asked(lambda one: exact.search(one, K, None)[1], queries)
    lists, row = ours(ids, rows, queries, right, "SQ8")
    table = {"ours SQ8": row}
    print(f"{'ours SQ8':12} {shown(row, reference)}")
    codes_only = int(1.9 * rows.size)  # of which rows in float16 take too much
    for name, index in {
        "gpu exact": GpuIndex(exact, device),
        "gpu SQ8": GpuIndex(lists, replace(device, free_bytes=lambda: codes_only)),
    }.items():
        found, ms = asked(partial(_keys, index), queries)
        table[name] = {"recall": recall(found, right), "ms": ms}
        print(f"{name:12} {shown(table[name], reference)}")
        table[name]["filtered"] = under_filters(partial(_passing, index), exact, queries)
    return table


def under_filters(
    search: Callable[[Vectors, int, Mask], Ids], exact: FaissIndex, queries: Vectors
) -> list[dict[str, Any]]:
    """Recall and time where a share of the rows pass."""
    return [under_filter(search, exact, queries, share) for share in SHARES]


def under_filter(
    search: Callable[[Vectors, int, Mask], Ids], exact: FaissIndex, queries: Vectors, share: float
) -> dict[str, Any]:
    allowed: Mask = np.random.default_rng(3).random(len(exact.ids)) < share
    right, exact_ms = asked(lambda one: exact.search(one, K, allowed)[1], queries)
    found, ms = asked(lambda one: search(one, K, allowed), queries)
    row = {"share": share, "recall": recall(found, right), "ms": ms, "exact_ms": exact_ms}
    print(f"    {share:.1%} pass: {shown(row, exact_ms)}", flush=True)
    return row


def peer_row(made: Peer, queries: Vectors, right: Ids, goal: float) -> dict[str, Any]:
    """A peer at the lowest ef that reaches the goal, or at the highest."""
    row: dict[str, Any] = {}
    for ef in EFS:
        made.look_at(ef)
        found, ms = asked(lambda one: made.search(one, K), queries)
        row = {"ef": ef, "recall": recall(found, right), "ms": ms, "bytes": made.bytes_per_row}
        if row["recall"] >= goal:
            break
    return {**row, "build_s": round(made.build_s, 1)}


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
