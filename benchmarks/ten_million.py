"""Ten million vectors on one machine: recall, speed, memory and start-up of the compressed index.

    python -m benchmarks.ten_million [--rows 1e7] [--queries 100] [--threads 1] [--folder DIR]

The rows of ``benchmarks.vector_index`` (256 numbers, in clusters) are made block by block into a
mapped float16 file of 5 GB, as ``index.row_spool`` hands them on; the index is the one that
``index.index_choice`` takes at that size on a machine of ``--memory-gib``. Everything is read from
the disk again by a new process, whose memory is measured. What is right comes from looking at every
row. The folder needs 11 GB for ten million.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import faiss
import numpy as np
import psutil
from numpy.typing import NDArray

from benchmarks.machine import machine_line
from benchmarks.vector_index import DIMENSION, K, asked, recall
from index.index_choice import plan
from index.ivf_index import IvfIndex
from index.types import Ids, Vectors
from tests.fakes import unit

_BLOCK = 50_000
_CATEGORIES = 400
_GROUP = 12
_SHARES = (0.1, 0.01, 0.001)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=lambda text: int(float(text)), default=10_000_000)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--memory-gib", type=float, default=24)
    parser.add_argument("--folder", type=Path, help="where the files go; default: a temporary one")
    parser.add_argument("--search", action="store_true", help="measure what --folder holds")
    given = parser.parse_args()
    faiss.omp_set_num_threads(given.threads)
    if given.search:
        searched(given.folder)
        return
    with TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        print(machine_line(), f"{given.threads} threads to build, {given.rows:,} rows")
        build(folder, given.rows, given.queries, given.memory_gib * 2**30)
        subprocess.run(
            [sys.executable, "-m", "benchmarks.ten_million", "--search", "--folder", str(folder)],
            check=True,
        )


def build(folder: Path, count: int, queries: int, memory_bytes: float) -> None:
    """Makes rows, queries, what is right for them, and the index, and says what each took."""
    clock = time.perf_counter()
    rows = np.lib.format.open_memmap(
        folder / "rows.npy", mode="w+", dtype=np.float16, shape=(count, DIMENSION)
    )
    for start, block in blocks(count):
        rows[start : start + len(block)] = block
    rows.flush()
    random = np.random.default_rng(1)
    near = np.sort(random.integers(0, count, queries))
    noise = unit(random.normal(size=(queries, DIMENSION)))
    asking = unit(rows[near].astype(np.float32) + 0.6 * noise)
    np.save(folder / "queries.npy", asking)
    print(f"rows made in {time.perf_counter() - clock:.0f} s", flush=True)
    clock = time.perf_counter()
    for share in (1.0, *_SHARES):
        np.save(folder / f"right-{share}.npy", looked_at_all(rows, asking, passing(count, share)))
    print(f"every row looked at in {time.perf_counter() - clock:.0f} s", flush=True)
    chosen = plan(count, DIMENSION, int(memory_bytes))
    clock = time.perf_counter()
    index = IvfIndex(np.arange(count, dtype=np.int64), rows, chosen)
    built = time.perf_counter() - clock
    print(f"{chosen}\nbuilt in {built:.0f} s, {count / built:,.0f} rows a second", flush=True)
    index.write(folder / "index.faiss")
    size = (folder / "index.faiss").stat().st_size
    print(f"codes and lists {size / 1e9:.2f} GB, {size / count:.0f} bytes a row", flush=True)


def searched(folder: Path) -> None:
    """Opens the index in this process, and asks it."""
    before, clock = resident(), time.perf_counter()
    index = IvfIndex.read(folder / "index.faiss")
    opened = time.perf_counter() - clock
    held = resident() - before
    print(f"opened in {opened:.2f} s, {held / 1e9:.2f} GB of memory", machine_line())
    queries = np.load(folder / "queries.npy")
    for factor in (1, 2, 4):
        one = index.probing(index._probes * factor)
        say(f"{one._probes} of {index._index.nlist} lists", one, queries, folder, 1.0)
    for share in _SHARES:
        say(f"{share:.1%} pass", index, queries, folder, share)
    print(f"{(resident() - before) / 1e9:.2f} GB of memory after all searches")


def say(name: str, index: IvfIndex, queries: Vectors, folder: Path, share: float) -> None:
    """Recall and times of one setting; the first pass reads from the disk, the second is told."""
    allowed = None if share == 1.0 else passing(len(index.ids), share)
    right = np.load(folder / f"right-{share}.npy")
    for _ in range(2):
        found, ms = asked(lambda one: index.search(one, K, allowed)[1], queries)
    times = "  ".join(f"{name} {value} ms" for name, value in ms.items())
    print(f"  {name:24} recall@{K} {recall(found, right):.3f}  {times}")


def blocks(count: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Gives (place of the first, rows): 400 categories, groups of some 12 rows."""
    random = np.random.default_rng(0)

    def draw(number: int) -> NDArray[np.float32]:
        return unit(random.standard_normal(size=(number, DIMENSION), dtype=np.float32))

    categories = draw(_CATEGORIES)
    for start in range(0, count, _BLOCK):
        number = min(_BLOCK, count - start)
        groups = max(1, number // _GROUP)
        centres = unit(categories[random.integers(0, _CATEGORIES, groups)] + 0.9 * draw(groups))
        yield start, unit(centres[random.integers(0, groups, number)] + 0.45 * draw(number))


def looked_at_all(rows: NDArray[np.float16], queries: Vectors, allowed: NDArray[np.bool_]) -> Ids:
    """Gives ``(q, K)`` the nearest of the allowed rows."""
    best = np.full((len(queries), K), -np.inf, dtype=np.float32)
    places = np.full((len(queries), K), -1, dtype=np.int64)
    for start in range(0, len(rows), _BLOCK):
        end = start + _BLOCK
        similar = queries @ rows[start:end].astype(np.float32).T  # (q, block)
        similar[:, ~allowed[start:end]] = -np.inf
        nearest = np.argpartition(-similar, min(K, similar.shape[1] - 1), axis=1)[:, :K]
        both = np.hstack([best, np.take_along_axis(similar, nearest, axis=1)])
        ids = np.hstack([places, nearest + start])
        order = np.argsort(-both, axis=1, kind="stable")[:, :K]
        best = np.take_along_axis(both, order, axis=1)
        places = np.take_along_axis(ids, order, axis=1)
    return places


def passing(count: int, share: float) -> NDArray[np.bool_]:
    """Gives ``(n,)``: the rows that a filter lets through."""
    return np.random.default_rng(3).random(count) < share


def resident() -> int:
    """Memory of this process that no file backs."""
    memory = psutil.Process().memory_info()
    return int(memory.rss - memory.shared)


if __name__ == "__main__":
    main()
