"""What is in Milvus follows what is in the catalogue, whatever was lost and whoever was killed."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import milvus_mirror, ranking
from index.errors import StoreUnavailableError
from index.milvus_collection import MilvusCollection
from index.milvus_rows import state_row
from index.place import FolderPlace
from index.store import Store
from index.types import Query
from tests.fakes import SPACE, product, record, small_store, text_vector
from tests.milvus import ENGINES, best, engine_of, held, milvus_folder, milvus_of, wanted

TWO_PICTURES = record("mug", ["front", "back"])
OTHERS = [record(f"p{number}") for number in range(5)]


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> FolderPlace:
    """An empty place."""
    return milvus_of(request, tmp_path)


@pytest.fixture(autouse=True)
def _lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of few products Milvus is asked for the nearest."""
    monkeypatch.setattr(ranking, "_FEW_ELSEWHERE", -1)
    monkeypatch.setattr(ranking, "_FIRST_DEPTH", 2)
    monkeypatch.setattr(ranking, "_DEPTH_FACTOR", 1)


def test_a_write_is_found_by_the_next_search_and_what_it_replaced_is_not(
    place: FolderPlace,
) -> None:
    with closing(small_store(place, [TWO_PICTURES, *OTHERS])) as store:
        assert best(store, "back") == ["mug"]
        store.upsert([record("mug", ["side"])])
        assert best(store, "side") == ["mug"]
        [found] = store.search([Query(image=text_vector("picture back"), k=6)])
        assert max(one.score for one in found) < 0.9
        store.delete(["mug"])
        assert "mug" not in best(store, "side", k=6)
        assert len(best(store, "side", k=6)) == 5


def test_rows_that_are_gone_stay_a_minute_for_searches_that_began_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(small_store(milvus_folder(tmp_path), [TWO_PICTURES, *OTHERS])) as store:
        before = store.refresh()
        store.upsert([record("mug", ["side"])])
        store.delete(["p1"])
        assert best(store, "side") == ["mug"]
        for name, owner in (("back", "mug"), ("p1", "p1")):
            [found] = store.search([Query(image=text_vector(f"picture {name}"))], before)
            assert found[0].score > 0.8, f"{owner} is missing from a search in flight"
        assert held(store)[0] > wanted(store)[0]
        monkeypatch.setattr(milvus_mirror, "KEPT_S", 0.0)
        store.upsert([record("another")])
        store.refresh()
        assert held(store) == wanted(store)


def test_a_product_that_a_rollback_brings_back_is_not_deleted_a_minute_later(
    place: FolderPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(small_store(place, [TWO_PICTURES, *OTHERS])) as store:
        version = store.publish()
        store.delete(["mug"])
        store.upsert([record("p1", ["changed"])])
        store.refresh()
        store.rollback(version)
        assert best(store, "back") == ["mug"]
        monkeypatch.setattr(milvus_mirror, "KEPT_S", 0.0)
        store.upsert([record("another")])
        assert best(store, "back") == ["mug"]
        assert best(store, "p1") == ["p1"]
        assert held(store) == wanted(store)


@pytest.mark.parametrize("kind", [0, 1])
def test_a_collection_that_is_lost_at_work_is_made_again(place: FolderPlace, kind: int) -> None:
    query = Query(image=text_vector("picture back"), text=text_vector("Title of mug"))
    query = replace(query, weights=replace(query.weights, text=1.0))
    with closing(small_store(place, [TWO_PICTURES, *OTHERS])) as store:
        [right] = store.search([query])
        collection = engine_of(store)._mirrors[kind].collection
        collection._client.drop_collection(collection.name)
        engine_of(store)._pictures.forget()
        engine_of(store)._texts.forget()
        with pytest.raises(StoreUnavailableError, match=r"not exist|not found|released"):
            store.search([query])
        assert store.search([query]) == [right]
        assert held(store) == wanted(store)


def no_rows(collection: MilvusCollection) -> None:
    collection.make()


def some_rows(collection: MilvusCollection) -> None:
    collection.delete(list(collection.keys())[:3])


def foreign_rows(collection: MilvusCollection) -> None:
    near = np.resize(text_vector("picture back"), collection.dimension)
    row = state_row("", collection.dimension)
    collection.upsert([{**row, "key": 10_000, "product": 77, "vector": near}])


def older_state(collection: MilvusCollection) -> None:
    state = collection.open()
    collection.write_state(state.replace('"sequence": 2', '"sequence": 1'))


def later_state(collection: MilvusCollection) -> None:
    """As where the catalogue was put back to an older state: the numbers mean other writes."""
    for key in list(collection.keys()):
        collection.upsert([{**state_row("", collection.dimension), "key": key, "product": 1}])
    collection.write_state(collection.open().replace('"sequence": 2', '"sequence": 9'))


def another_catalogue(collection: MilvusCollection) -> None:
    state = collection.open()
    collection.write_state(state.replace('"catalogue": "', '"catalogue": "another'))


def unreadable_state(collection: MilvusCollection) -> None:
    collection.write_state("[1]")


@pytest.mark.parametrize(
    "damage",
    [
        no_rows,
        some_rows,
        foreign_rows,
        older_state,
        later_state,
        another_catalogue,
        unreadable_state,
    ],
    ids=lambda one: one.__name__,
)
def test_a_start_finds_what_is_lost_or_stale_and_mends_it(
    tmp_path: Path, damage: Callable[[MilvusCollection], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(milvus_mirror, "KEPT_S", 0.0)
    place = milvus_folder(tmp_path)
    with closing(small_store(place, [TWO_PICTURES])) as store:
        store.upsert(OTHERS)
        assert best(store, "back") == ["mug"]
        for one in engine_of(store)._mirrors:
            damage(one.collection)
    with closing(Store(place, SPACE)) as store:
        assert held(store) == wanted(store)
        assert best(store, "back") == ["mug"]
        assert best(store, "p3") == ["p3"]


def test_what_one_process_writes_another_finds(place: FolderPlace) -> None:
    with closing(small_store(place, [TWO_PICTURES])) as one, closing(Store(place, SPACE)) as other:
        assert best(other, "back") == ["mug"]
        one.upsert(OTHERS)
        assert best(one, "p1") == ["p1"]
        assert best(other, "p1") == ["p1"]
        other.delete(["p1"])
        assert best(one, "p1") != ["p1"]


def test_a_product_that_is_written_again_and_again_is_never_missing(place: FolderPlace) -> None:
    """Two processes search while a third one writes; ``same`` is its picture each time."""
    stores = [small_store(place, [TWO_PICTURES, *OTHERS]) for _ in range(3)]
    writes = [record(product("mug", title=f"mug {number}"), ["same"]) for number in range(40)]
    stores[0].upsert(writes[:1])
    is_over = threading.Event()

    def search(store: Store) -> list[str]:
        seen = []
        while not is_over.is_set() or not seen:
            seen += best(store, "same")
        return seen

    with ThreadPoolExecutor(2) as threads:
        seen = [threads.submit(search, store) for store in stores[1:]]
        for one in writes:
            stores[0].upsert([one])
        is_over.set()
        assert [set(one.result()) for one in seen] == [{"mug"}] * 2
    for store in stores:
        store.close()


def test_another_embedder_fills_the_collections_anew(tmp_path: Path) -> None:
    place = milvus_folder(tmp_path)
    small_store(place, [TWO_PICTURES]).close()
    wider = replace(SPACE, embedder="another", dimension=24)
    with closing(Store(place, wider, fresh=True)) as store:
        assert held(store) == (set(), set())
        store.upsert([record("mug", ["front"], wider)])
        [found] = store.search([Query(image=text_vector("picture front", 24))])
        assert found[0].score == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("step", [1, 3, 4, 5, 7, 8])
def test_a_writer_that_ends_at_any_step_loses_nothing(
    tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call to Milvus in turn is the last one of a process."""
    place = milvus_folder(tmp_path)
    with closing(small_store(place, [TWO_PICTURES, *OTHERS[:2]])) as store:
        assert best(store, "back") == ["mug"]
        store.upsert([record("mug", ["side"]), *OTHERS[2:]])
        store.delete(["p0"])
        calls = iter(range(1, 1000))

        def counted(self: MilvusCollection, ask: Callable[[], Any]) -> Any:
            if next(calls) >= step:
                raise KeyboardInterrupt
            return ask()

        with monkeypatch.context() as patch:
            patch.setattr(MilvusCollection, "_tell", counted)
            with pytest.raises(KeyboardInterrupt):
                store.search([Query(image=text_vector("picture side"))])
    monkeypatch.setattr(milvus_mirror, "KEPT_S", 0.0)
    with closing(Store(place, SPACE)) as store:
        assert best(store, "side") == ["mug"]
        assert "p0" not in best(store, "p0", k=6)
        assert best(store, "p4") == ["p4"]
        assert held(store) == wanted(store)


def test_versions_of_one_engine_are_not_read_by_the_other(tmp_path: Path) -> None:
    place = milvus_folder(tmp_path)
    here = FolderPlace(place.folder)
    with closing(small_store(place, [TWO_PICTURES, *OTHERS])) as store:
        assert store.publish() == "00000001"
    with closing(Store(here, SPACE)) as store:
        assert store.refresh().version == ""
        assert best(store, "back") == ["mug"]
        assert store.publish() == "00000002"
    with closing(Store(place, SPACE)) as store:
        assert store.refresh().version == "00000001"
        assert best(store, "back") == ["mug"]
        assert all(store.version_states().values())


def test_a_product_without_pictures_is_found_by_its_words(tmp_path: Path) -> None:
    bare = record(product("bare"), [])
    with closing(small_store(milvus_folder(tmp_path), [bare, *OTHERS])) as store:
        query = Query(text=text_vector("Title of bare"))
        query = replace(query, weights=replace(query.weights, image=0.0, text=1.0))
        [found] = store.search([query])
        assert found[0].key == store.catalogue.key_of("bare")
        assert held(store)[1] == {int(key) for key in store.catalogue.keys_of(["bare"])} | set(
            store.catalogue.keys_of(one.product.id for one in OTHERS)
        )
