"""Our FAISS search against Milvus Lite: recall, speed, filters.

    python -m benchmarks.milvus [--rows 100000] [--queries 100] [--kinds FLAT,HNSW] [--json FILE]

The rows and queries of ``benchmarks/vector_index.py``, one thread each, one query at a time; ours
is FAISS's flat index in the process, as ``index_choice`` picks it for so many rows, and Milvus Lite
is asked through ``MilvusIndex``, over gRPC on this machine, with a flat index and with a graph;
deeper where fewer than ten came back, as the ranking asks. Brand and category are columns of one
value, colours an array. Milvus Lite is Python over FAISS, made for tests: no server was measured.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.machine import machine_line
from benchmarks.vector_index import DIMENSION, K, asked, clustered, recall
from index.catalogue_reads import IndexedProduct
from index.faiss_index import FaissIndex
from index.filters import ProductTable
from index.milvus_collection import MilvusCollection, connect
from index.milvus_index import MilvusIndex, SharedRows
from index.milvus_rows import text_rows
from index.place import MilvusKind, MilvusPlace
from index.types import NO_FILTERS, Filters, Ids, Mask, Product, Vectors

FILTERS = {
    "all": NO_FILTERS,
    "50 %, brand": Filters(any_of={"brand": ("half",)}),
    "10 %, category": Filters(any_of={"category": ("Tenth",)}),
    "1 %, category": Filters(any_of={"category": ("Tenth > Hundredth",)}),
    "0.1 %, category": Filters(any_of={"category": ("Tenth > Hundredth > Thousandth",)}),
    "10 %, colour": Filters(any_of={"color": ("red",)}),
    "1 %, colour": Filters(any_of={"color": ("blue",)}),
}
DEPTHS = (K, 1_000, 4_000, 16_000)
AT_ONCE = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=lambda text: int(float(text)), default=100_000)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--kinds", default="FLAT,HNSW")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    arguments = parser.parse_args()
    print(machine_line(), f"one thread, {arguments.rows:,} rows of {DIMENSION}")
    with threadpool_limits(1):
        table = measured(*clustered(arguments.rows, arguments.queries), arguments.kinds.split(","))
    if arguments.json:
        arguments.json.write_text(json.dumps(table, indent=1) + "\n")


def measured(rows: Vectors, queries: Vectors, kinds: Sequence[MilvusKind]) -> dict[str, Any]:
    ids = np.arange(1, len(rows) + 1, dtype=np.int64)
    products = [a_product(*draw) for draw in np.random.default_rng(3).random((len(rows), 3))]
    columns = ProductTable.of(products)
    masks = {name: columns.mask(filters) for name, filters in FILTERS.items()}
    exact = FaissIndex(ids, rows)
    table: dict[str, Any] = {"ours": {}}
    right: dict[str, Ids] = {}
    for name, allowed in masks.items():
        right[name], ms = asked(lambda one, mask=allowed: exact.search(one, K, mask)[1], queries)
        table["ours"][name] = {"recall": 1.0, "ms": ms}
    for kind in kinds:
        with tempfile.TemporaryDirectory() as folder:
            shared = filled(kind, Path(folder), rows, products)
            table[kind] = lite(shared, MilvusIndex(ids, shared), masks, queries, right)
        shown(table[kind], table["ours"])
    return table


def a_product(brand: float, category: float, colour: float) -> Product:
    """A product whose values have the shares that their names tell."""
    path = ("Tenth", "Hundredth", "Thousandth")
    levels = [
        name for name, share in zip(path, (0.1, 0.01, 0.001), strict=True) if category < share
    ]
    return Product(
        id="",
        group="",
        title="",
        brand="half" if brand < 0.5 else "other",
        category=" > ".join(levels) or "Other",
        color="red" if colour < 0.1 else "blue" if colour < 0.11 else "grey",
    )


def filled(
    kind: MilvusKind, folder: Path, rows: Vectors, products: Sequence[Product]
) -> SharedRows:
    """A new file with the rows and their columns, indexed."""
    before = time.perf_counter()
    place = MilvusPlace(str(folder / "vectors.db"), "bench", kind)
    collection = MilvusCollection(connect(place), place, "texts", DIMENSION)
    collection.make()
    none = np.empty(0, dtype=np.int64)
    for start in range(0, len(rows), AT_ONCE):
        part = range(start, min(len(rows), start + AT_ONCE))
        made = [
            IndexedProduct(row + 1, products[row], rows[row], none, rows[:0], rows[:0])
            for row in part
        ]
        collection.upsert([row for one in made for row in text_rows(one)])
    collection.settle()
    wait_for_indexes(folder)
    print(f"Milvus Lite {kind}: filled and indexed in {time.perf_counter() - before:.0f} s")
    return SharedRows(collection, lambda: None)


def lite(
    shared: SharedRows,
    index: MilvusIndex,
    masks: dict[str, Mask],
    queries: Vectors,
    right: dict[str, Ids],
) -> dict[str, Any]:
    """Recall and time by filter."""

    def nearest(query: Vectors, name: str) -> Ids:
        shared.forget()
        for depth in DEPTHS:
            keys = index.search(query, depth, masks[name], FILTERS[name])[1][:, :K]
            if (keys >= 0).all():
                break
        return keys

    found = {}
    for name in FILTERS:
        answers, ms = asked(lambda one, name=name: nearest(one, name), queries)
        found[name] = {"recall": recall(answers, right[name]), "ms": ms}
    return found


def shown(found: dict[str, Any], ours: dict[str, Any]) -> None:
    for name, row in found.items():
        ms, mine = row["ms"], ours[name]["ms"]
        print(
            f"  {name:16} recall@10 {row['recall']:.3f}  p50 {ms['p50']:.1f} ms  "
            f"p99 {ms['p99']:.1f} ms  {1e3 / ms['p50']:.1f} a second; "
            f"ours p50 {mine['p50']:.2f} ms  p99 {mine['p99']:.2f} ms  "
            f"{1e3 / mine['p50']:.0f} a second; "
            f"ratio {ms['p50'] / mine['p50']:.0f}"
        )


def wait_for_indexes(folder: Path) -> None:
    """Milvus Lite indexes in a thread of its own, says that it has, and has not."""
    calm = 0
    while calm < 5:
        data = {path.stem for path in folder.rglob("data_*.parquet")}
        calm = (
            calm + 1 if data <= {path.stem.split(".")[0] for path in folder.rglob("*.idx")} else 0
        )
        time.sleep(2)


if __name__ == "__main__":
    main()
