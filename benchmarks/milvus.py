"""Our FAISS search against Milvus: recall, speed, filters.

    python -m benchmarks.milvus [--rows 100000] [--queries 100] [--kinds FLAT,HNSW] [--json FILE]
    python -m benchmarks.milvus --server [--tick-ms 200]
    python -m benchmarks.milvus --address milvus://HOST:PORT/NAME

The rows and queries of ``benchmarks/vector_index.py``, one query at a time; ours is FAISS's flat
index in the process, one thread, as ``index_choice`` picks it for up to some 100,000 rows. Milvus
is asked through ``MilvusIndex``, over gRPC, at the level Session, with a flat index and with a
graph; deeper where fewer than ten came back, as the ranking asks. Brand and category are columns
of one value, colours an array.

Milvus is Milvus Lite in a process of its own, one thread; or the server of PyPI's package
``milvus``, started for the run; or any server: NAME_texts is made anew there and dropped at the
end. A server uses all the cores that it has.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pymilvus import MilvusClient
from threadpoolctl import threadpool_limits

from benchmarks.machine import machine_line
from benchmarks.vector_index import DIMENSION, K, asked, clustered, recall
from index.catalogue_reads import IndexedProduct
from index.faiss_index import FaissIndex
from index.filters import ProductTable
from index.milvus_collection import MilvusCollection, connect
from index.milvus_index import MilvusIndex, SharedRows
from index.milvus_rows import text_rows
from index.place import MilvusKind, MilvusPlace, milvus_place_of
from index.types import NO_FILTERS, Filters, Ids, Mask, Product, Vectors
from tests.milvus import sealed
from tests.milvus_server import running_milvus

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
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--server", action="store_true", help="start PyPI's server for the run")
    where.add_argument("--address", type=milvus_place_of, help="milvus://HOST:PORT/NAME")
    parser.add_argument("--tick-ms", type=int, default=200, help="of --server; 200 is Milvus's own")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    arguments = parser.parse_args()
    print(machine_line(), f"{arguments.rows:,} rows of {DIMENSION}")
    with ExitStack() as stack:
        place = arguments.address
        if arguments.server:
            place = stack.enter_context(running_milvus(tick_ms=arguments.tick_ms)).place()
        elif place is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            place = MilvusPlace(f"{folder}/vectors.db", "bench", "FLAT")
        stack.enter_context(threadpool_limits(1))
        data = clustered(arguments.rows, arguments.queries)
        table = measured(*data, place, arguments.kinds.split(","))
    if arguments.json:
        arguments.json.write_text(json.dumps(table, indent=1) + "\n")


def measured(
    rows: Vectors, queries: Vectors, place: MilvusPlace, kinds: Sequence[MilvusKind]
) -> dict[str, Any]:
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
    client = connect(place)
    title = "Milvus Lite" if place.is_file else f"Milvus {client.get_server_version()}"
    for kind in kinds:
        before = time.perf_counter()
        collection = filled(client, replace(place, kind=kind), rows, products)
        print(f"{title} {kind}: filled and indexed in {time.perf_counter() - before:.0f} s")
        shared = SharedRows(collection, lambda: None)
        table[kind] = theirs(shared, MilvusIndex(ids, shared), masks, queries, right)
        shown(table[kind], table["ours"])
        client.drop_collection(collection.name)
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
    client: MilvusClient, place: MilvusPlace, rows: Vectors, products: Sequence[Product]
) -> MilvusCollection:
    """A new collection with the rows and their columns, indexed."""
    collection = MilvusCollection(client, place, "texts", DIMENSION)
    collection.make()
    collection.write_state("")
    none = np.empty(0, dtype=np.int64)
    for start in range(0, len(rows), AT_ONCE):
        part = range(start, min(len(rows), start + AT_ONCE))
        made = [
            IndexedProduct(row + 1, products[row], rows[row], none, rows[:0], rows[:0])
            for row in part
        ]
        collection.upsert([row for one in made for row in text_rows(one)])
    collection.settle()
    if place.is_file:
        wait_for_indexes(Path(place.uri).parent)
    else:
        sealed(collection)
    return collection


def theirs(
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
