"""What a Milvus server alone can show: graphs over sealed rows, restarts, users, databases.

That it ranks as FAISS does, and follows the catalogue, is in the other files beside Milvus Lite.
"""

import logging
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pymilvus.client.ts_utils import get_collection_ts

from index.catalogue_reads import IndexedProduct
from index.errors import StoreUnavailableError
from index.faiss_index import FaissIndex
from index.filters import ProductTable
from index.milvus_collection import MilvusCollection, connect
from index.milvus_index import MilvusIndex, SharedRows
from index.milvus_rows import text_rows
from index.place import FolderPlace, MilvusPlace
from index.store import Store
from index.types import NO_FILTERS, Filters, Query
from tests.fakes import SPACE, product, record, small_store, text_vector
from tests.milvus import best, engine_of, eventually, held, sealed, wanted
from tests.milvus_server import MilvusServer

PRODUCTS = [record("mug", ["front", "back"]), record("plate")]
QUERY = [Query(image=text_vector("picture later"))]
DIMENSION = 32


@pytest.fixture
def place(milvus_server: MilvusServer) -> MilvusPlace:
    return milvus_server.place("HNSW")


def test_a_graph_finds_nearly_all_that_an_exact_search_does(place: MilvusPlace) -> None:
    random = np.random.default_rng(7)
    rows = random.normal(size=(2_000, DIMENSION)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    ids = np.arange(1, len(rows) + 1, dtype=np.int64)
    products = [
        product(str(key), brand="half" if key % 2 else "other", color="red" if key % 20 else "blue")
        for key in ids
    ]
    none = np.empty(0, dtype=np.int64)
    collection = MilvusCollection(connect(place), place, "texts", DIMENSION)
    collection.make()
    collection.upsert(
        [
            row
            for key, one, vector in zip(ids, products, rows, strict=True)
            for row in text_rows(IndexedProduct(key, one, vector, none, rows[:0], rows[:0]))
        ]
    )
    sealed(collection)
    exact, graph = FaissIndex(ids, rows), MilvusIndex(ids, SharedRows(collection, lambda: None))
    for filters in (
        NO_FILTERS,
        Filters(any_of={"brand": ("half",)}),
        Filters(any_of={"color": ("blue",)}),
        Filters(none_of={"color": ("red",)}, any_of={"brand": ("other",)}),
    ):
        allowed = ProductTable.of(products).mask(filters)
        queries = rows[random.integers(0, len(rows), 15)] + 0.2 * random.normal(
            size=(15, DIMENSION)
        ).astype(np.float32)
        _, right = exact.search(queries, 10, allowed)
        _, found = graph.search(queries, 10, allowed, filters)
        shared = [len(set(a) & set(b)) for a, b in zip(found.tolist(), right.tolist(), strict=True)]
        assert np.mean(shared) / 10 >= 0.99, filters


def test_a_killed_server_is_told_and_loses_nothing(
    tmp_path: Path, milvus_server: MilvusServer, caplog: pytest.LogCaptureFixture
) -> None:
    place = milvus_server.folder_place(tmp_path / "store")
    with caplog.at_level(logging.INFO), closing(small_store(place, PRODUCTS)) as store:
        assert best(store, "back") == ["mug"]
        milvus_server.kill()
        try:
            store.upsert([record("later")])
            with pytest.raises(StoreUnavailableError, match=r"milvus://127\.0\.0\.1") as told:
                store.search(QUERY)
        finally:
            milvus_server.start()
        assert eventually(store, "later") == ["later"]
        assert best(store, "back") == ["mug"]
        assert held(store) == wanted(store)
        assert "made anew" not in caplog.text, "it had lost what it held"
    with closing(Store(place, SPACE)) as store:
        assert best(store, "back") == ["mug"]
    assert "Milvus@" not in str(told.value) + caplog.text


def test_a_wrong_password_is_told_as_such(place: MilvusPlace) -> None:
    with pytest.raises(StoreUnavailableError, match="does not let this user and password in"):
        connect(replace(place, token="root:wrong"))


def test_a_database_that_is_not_there_is_told(tmp_path: Path, place: MilvusPlace) -> None:
    nowhere = replace(place, database="nowhere")
    with pytest.raises(StoreUnavailableError, match="database:nowhere not found"):
        small_store(FolderPlace(tmp_path / "store", nowhere), PRODUCTS).search(QUERY)


def test_numbers_have_an_index_to_filter_by(place: MilvusPlace) -> None:
    client = connect(place)
    collection = MilvusCollection(client, place, "texts", DIMENSION)
    collection.make()
    assert {"vector", "brand", "category_1", "low"} <= set(client.list_indexes(collection.name))


_WRITER = """
import sys
from contextlib import closing
from pathlib import Path

from index.place import FolderPlace, MilvusPlace
from index.store import Store
from tests.fakes import SPACE, record
from tests.milvus import best

vectors = MilvusPlace(sys.argv[2], sys.argv[3], "FLAT", token=sys.argv[4])
with closing(Store(FolderPlace(Path(sys.argv[1]), vectors), SPACE)) as store:
    store.upsert([record("later")])
    assert best(store, "later") == ["later"]
"""


def test_what_another_process_wrote_is_found_at_once(
    tmp_path: Path, milvus_server: MilvusServer
) -> None:
    place = milvus_server.folder_place(tmp_path / "store")
    vectors = place.vectors
    assert isinstance(vectors, MilvusPlace)
    names = (str(place.folder), vectors.uri, vectors.name, vectors.token)
    with closing(small_store(place, PRODUCTS)) as store:
        assert best(store, "back") == ["mug"]
        seen = [last_write(one.collection) for one in engine_of(store)._mirrors]
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", _WRITER, *names],
            env={**os.environ, "PYTHONPATH": os.getcwd(), "OMP_NUM_THREADS": "1"},
            check=True,
        )
        assert best(store, "later") == ["later"]
        now = [last_write(one.collection) for one in engine_of(store)._mirrors]
    assert all(after > before for after, before in zip(now, seen, strict=True)), (
        "searches see what came before a write of this process: it must write after the other"
    )


def last_write(collection: MilvusCollection) -> int:
    """Of this process, as the server counts; pymilvus sends it along at the level Session."""
    client = collection._client
    endpoint, database = client._get_connection()._address, client._config.db_name
    found = get_collection_ts(collection.name, endpoint, database)
    assert found
    return int(found)
