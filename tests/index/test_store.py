"""Catalogue and index as one: writes are seen, kept, and never mixed with another model's."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from index import live_index
from index.errors import (
    EmbedderMismatchError,
    StoreBusyError,
    StoreMissingError,
    StoreUnwritableError,
    UnknownProductError,
)
from index.store import Store, hold
from index.types import ProductRecord, Query, SpaceId
from tests.fakes import SPACE, product, record, small_store, text_vector
from tests.index.reference import brute_force

QUERY = Query(image=text_vector("picture p1"), k=100)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    opened = small_store(folder, [record("p1"), record("p2"), record("p3")])
    yield opened
    opened.close()


def found(store: Store, query: Query = QUERY) -> list[str]:
    """The ids that a search gives, best first."""
    [candidates] = store.search([query])
    products = store.catalogue.products([one.key for one in candidates])
    return [products[one.key].id for one in candidates]


def looking_like(name: str) -> Query:
    return replace(QUERY, image=text_vector(f"picture {name}"))


def test_an_upsert_is_seen_by_the_next_search(store: Store) -> None:
    assert found(store)[0] == "p1"
    store.upsert([record("p4")])
    assert found(store, looking_like("p4"))[0] == "p4"
    assert sorted(found(store)) == ["p1", "p2", "p3", "p4"]


def test_upsert_replaces_the_vector_of_a_known_product(store: Store) -> None:
    assert found(store)[0] == "p1"
    store.upsert([record(product("p1"), ["elsewhere"]), record(product("p2"), ["p1"])])
    assert found(store)[0] == "p2"
    assert found(store, looking_like("elsewhere"))[0] == "p1"
    assert sorted(found(store)) == ["p1", "p2", "p3"]


def test_a_delete_is_seen_by_the_next_search(store: Store) -> None:
    assert store.delete(["p1", "nothing"]) == 1
    assert sorted(found(store)) == ["p2", "p3"]
    store.upsert([record("p1")])
    assert found(store)[0] == "p1"


def test_all_queries_of_a_search_see_one_state(store: Store) -> None:
    first, second = store.search([QUERY, QUERY])
    assert first == second
    assert store.search([]) == []


def test_another_store_object_on_the_folder_sees_the_writes(store: Store, folder: Path) -> None:
    other = Store(folder, SPACE)
    assert sorted(found(other)) == ["p1", "p2", "p3"]
    store.upsert([record("p4")])
    store.delete(["p2"])
    assert sorted(found(other)) == ["p1", "p3", "p4"]
    other.upsert([record("p5")])
    assert "p5" in found(store)
    other.close()


@pytest.mark.parametrize("publish", [False, True])
def test_what_was_written_is_there_after_reopening(
    store: Store, folder: Path, publish: bool
) -> None:
    if publish:
        store.publish()
    store.upsert([record("p4"), record(product("p1"), ["elsewhere"])])
    store.delete(["p2"])
    before = store.search([QUERY])
    store.close()
    again = Store(folder, SPACE)
    assert again.search([QUERY]) == before
    assert sorted(found(again)) == ["p1", "p3", "p4"]
    assert again.refresh().version == ("00000001" if publish else "")
    again.close()


def test_an_empty_store_finds_nothing_and_is_published(folder: Path) -> None:
    empty = small_store(folder)
    assert empty.search([QUERY]) == [[]]
    empty.publish()
    empty.close()
    again = Store(folder, SPACE)
    assert again.search([QUERY]) == [[]]
    again.upsert([record("p1")])
    assert found(again) == ["p1"]
    again.close()


def test_publish_changes_no_answer(store: Store) -> None:
    store.upsert([record("p4")])
    store.delete(["p2"])
    before = store.search([QUERY])
    name = store.publish()
    assert store.search([QUERY]) == before
    snapshot = store.refresh()
    assert snapshot.version == name
    assert len(snapshot.segments) == 1


def test_threads_find_what_any_of_them_wrote(store: Store) -> None:
    def write_and_look(name: str) -> str:
        store.upsert([record(name)])
        if name.endswith("0"):
            store.publish()
        return found(store, looking_like(name))[0]

    names = [f"t{i}" for i in range(40)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(write_and_look, names)) == names
    assert sorted(found(store)) == sorted([*names, "p1", "p2", "p3"])


def test_publishers_at_once_save_one_version_after_another(store: Store) -> None:
    def write_and_publish(number: int) -> str:
        store.upsert([record(f"t{number}")])
        return store.publish()

    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(write_and_publish, range(24)))
    assert store.publish() == max(names)
    again = Store(store.folder, store.space)
    assert again.refresh().version == max(names)
    assert sorted(found(again)) == sorted([*(f"t{i}" for i in range(24)), "p1", "p2", "p3"])
    again.close()


def test_many_small_segments_are_joined_and_answers_stay_exact(folder: Path) -> None:
    store = small_store(folder)
    random = np.random.default_rng(0)
    alive: dict[str, ProductRecord] = {}
    counts = []
    for turn in range(60):
        name = f"p{random.integers(0, 25)}"
        if turn % 5 == 4 and name in alive:
            store.delete([name])
            del alive[name]
        else:
            one = record(product(name, group=f"g{turn % 7}"), [f"{name}-{turn}", f"x{turn}"])
            store.upsert([one])
            alive[name] = one
        by_key = {store.catalogue.key_of(one): kept for one, kept in alive.items()}
        query = replace(QUERY, image=text_vector(f"picture x{turn // 2}"), is_grouped=turn % 2 == 0)
        [candidates] = store.search([query])
        expected = brute_force(by_key, query)
        assert [one.key for one in candidates] == [key for _, key in expected]
        counts.append(len(store.refresh().segments))
    assert max(counts) <= live_index._MOST_SEGMENTS
    assert any(later < earlier for earlier, later in pairwise(counts))  # they were joined
    store.close()


def test_a_picture_s_vectors_are_given_by_product(store: Store) -> None:
    vectors = store.picture_vectors("p1")
    assert vectors is not None
    expected = record("p1")
    assert np.allclose(vectors[0], expected.pictures[0].embedding, atol=1e-3)
    assert np.allclose(vectors[1], expected.pictures[0].colours, atol=1e-3)
    assert np.allclose(vectors[2], expected.text_embedding, atol=1e-3)
    store.upsert([record("bare", [])])
    assert store.picture_vectors("bare") is None
    with pytest.raises(UnknownProductError, match="nothing"):
        store.picture_vectors("nothing")


OTHER = replace(SPACE, embedder="other (16-d, other-1)")


def test_another_embedder_is_refused_and_both_are_named(store: Store, folder: Path) -> None:
    with pytest.raises(EmbedderMismatchError, match=r"fake \(16-d, fake-1\).*other \(16-d, other"):
        Store(folder, OTHER)


def test_other_colours_are_refused_and_both_are_named(store: Store, folder: Path) -> None:
    with pytest.raises(EmbedderMismatchError, match=r"colours fake.*colours lab-2"):
        Store(folder, replace(SPACE, colour="lab-2"))


@pytest.mark.parametrize("other", [OTHER, replace(OTHER, dimension=8)])
def test_fresh_keeps_products_pending_and_out_of_the_search(
    store: Store, folder: Path, other: SpaceId
) -> None:
    store.publish()
    fresh = Store(folder, other, fresh=True)
    query = replace(QUERY, image=text_vector("picture p1", other.dimension))
    assert fresh.catalogue.pending() == ["p1", "p2", "p3"]
    assert fresh.search([query]) == [[]]
    fresh.upsert([record("p2", space=other)])
    assert fresh.catalogue.pending() == ["p1", "p3"]
    assert found(fresh, query) == ["p2"]
    fresh.publish()
    fresh.close()
    again = Store(folder, other)
    assert found(again, query) == ["p2"]
    again.close()


def test_an_open_store_notices_that_the_embedder_was_changed(store: Store, folder: Path) -> None:
    Store(folder, OTHER, fresh=True).close()
    with pytest.raises(EmbedderMismatchError, match="was made with the embedder other"):
        store.search([QUERY])


def test_an_open_store_writes_nothing_once_the_embedder_was_changed(
    store: Store, folder: Path
) -> None:
    Store(folder, OTHER, fresh=True).close()
    with pytest.raises(EmbedderMismatchError, match="was made with the embedder other"):
        store.upsert([record("p9")])
    assert sorted(store.catalogue.pending()) == ["p1", "p2", "p3"]


def test_fresh_takes_nothing_away_beside_a_process_that_indexes(store: Store, folder: Path) -> None:
    lock = hold(store.writer_lock())
    try:
        with pytest.raises(StoreBusyError):
            Store(folder, OTHER, fresh=True)
    finally:
        lock.release()
    assert sorted(found(store)) == ["p1", "p2", "p3"]


def test_fresh_with_the_same_embedder_changes_nothing(store: Store, folder: Path) -> None:
    again = Store(folder, SPACE, fresh=True)
    assert again.catalogue.pending() == []
    assert sorted(found(again)) == ["p1", "p2", "p3"]
    again.close()


@pytest.mark.parametrize("exists", [False, True])
def test_a_store_that_is_not_there_is_not_made_unasked(tmp_path: Path, exists: bool) -> None:
    folder = tmp_path / "store"
    if exists:
        folder.mkdir()
    with pytest.raises(StoreMissingError, match="there is no store"):
        Store(folder, SPACE)
    assert not (folder / "catalogue.sqlite3").exists()


def test_a_folder_that_cannot_be_made_is_unwritable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file" / "store", Path("/proc/store")):
        with pytest.raises(StoreUnwritableError, match="cannot be made"):
            Store(folder, SPACE, create=True)


def test_two_writers_do_not_index_at_once(store: Store, folder: Path) -> None:
    other = Store(folder, SPACE)
    lock = hold(store.writer_lock())
    with pytest.raises(StoreBusyError, match=f"another process is writing to {folder}"):
        hold(other.writer_lock())
    lock.release()
    hold(other.writer_lock()).release()
    other.close()


def test_a_lock_that_cannot_be_made_is_unwritable(store: Store, folder: Path) -> None:
    (folder / "writer.lock").mkdir()
    with pytest.raises(StoreUnwritableError, match=r"writer\.lock"):
        hold(store.writer_lock())
