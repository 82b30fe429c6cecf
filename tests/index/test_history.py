"""Going back: the catalogue is again what it was, and nothing of the present is lost."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from index import tables
from index.backends import recorded_space
from index.errors import (
    EmbedderMismatchError,
    StoreBusyError,
    StoreDamagedError,
    UnknownVersionError,
)
from index.store import Store, hold
from index.types import Query, SpaceId
from tests.fakes import SPACE, offer, product, record, small_store, text_vector
from tests.index.databases import Database
from tests.index.test_verdict import CALIBRATION

OTHER = replace(SPACE, embedder="other (16-d, other-1)")


SQLITE_ALONE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    opened = small_store(database.place, [record("p1"), record("p2"), record("p3")])
    yield opened
    opened.close()


def state(store: Store) -> dict[str, Any]:
    """Everything that a shopper or the index can see of each product, by id."""
    seen = {}
    for name in store.catalogue.scalars(sa.select(tables.product.c.id).order_by("id")):
        catalogue = store.catalogue
        [indexed] = catalogue.indexed([catalogue.key_of(name)])
        sources = catalogue.sources(name)
        seen[name] = (
            catalogue.product(name),
            catalogue.existing([name])[name][1],
            sources,
            [catalogue.display_jpeg(name, position) for position in range(len(sources))],
            indexed.text_embedding.tobytes(),
            indexed.embeddings.tobytes(),
            indexed.colours.tobytes(),
        )
    return seen


def found(store: Store) -> list[tuple[str, float]]:
    """Every product by its likeness to one picture, as a search gives them."""
    query = Query(image=text_vector("picture p1"), k=1000, is_grouped=False)
    [candidates] = store.search([query])
    products = store.catalogue.products([one.key for one in candidates])
    return sorted((products[one.key].id, round(one.score, 5)) for one in candidates)


def test_going_back_restores_what_was_changed_and_removes_what_came_later(store: Store) -> None:
    before, looks = state(store), found(store)
    first = store.publish()
    store.upsert([record(product("p1", title="Changed"), ["x", "y"]), record("p4")])
    store.delete(["p2"])
    changed = store.rollback(first)
    assert set(changed.restored) == {"p1", "p2"}
    assert changed.removed == ("p4",)
    assert state(store) == before
    assert found(store) == looks


def test_going_back_can_itself_be_taken_back(store: Store) -> None:
    first = store.publish()
    store.upsert([record(product("p1", title="Changed"), ["x"]), record("p4")])
    store.delete(["p2"])
    later, looks = state(store), found(store)
    store.rollback(first)  # saves what is there as a version before
    [second] = set(store.history.versions()) - {first}
    store.rollback(second)
    assert state(store) == later
    assert found(store) == looks


def test_another_process_s_index_follows_and_so_does_a_new_start(
    store: Store, database: Database
) -> None:
    looks = found(store)
    first = store.publish()
    other = Store(database.place, SPACE)
    store.upsert([record(product("p1"), ["x"]), record("p4")])
    store.delete(["p3"])
    assert found(other) == found(store) != looks
    store.rollback(first)
    assert found(other) == looks
    other.close()
    again = Store(database.place, SPACE)
    assert found(again) == looks
    again.publish()
    assert found(again) == looks
    again.close()


def test_words_follow(store: Store) -> None:
    def titled(word: str) -> list[str]:
        scores = store.lexical(word)
        products = store.catalogue.products(scores.keys.tolist() if scores else [])
        return sorted(one.id for one in products.values())

    store.upsert([record(product("p1", title="Walnut"))])
    first = store.publish()
    store.upsert([record(product("p1", title="Birch")), record(product("p4", title="Birch"))])
    assert (titled("walnut"), titled("birch")) == ([], ["p1", "p4"])
    store.rollback(first)
    assert (titled("walnut"), titled("birch")) == (["p1"], [])


def test_prices_seen_meanwhile_stay_in_the_history(store: Store, database: Database) -> None:
    def prices(name: str) -> list[str]:
        key = store.catalogue.key_of(name)
        query = f"SELECT amount FROM price_history WHERE product_key = {key} ORDER BY key"
        return [amount for (amount,) in database.rows(query)]

    def offered(name: str, price: str) -> None:
        store.upsert([record(product(name, offers=(offer("", price),)))])

    first = store.publish()
    offered("p1", "12.00 USD")
    offered("p2", "12.00 USD")
    offered("p2", "14.00 USD")
    store.delete(["p2"])
    store.rollback(first)
    assert prices("p1") == ["10.00", "12.00", "10.00"]
    assert prices("p2") == ["10.00", "12.00", "14.00"]
    assert prices("p3") == ["10.00"]


def test_the_calibration_follows(store: Store) -> None:
    calibration = replace(CALIBRATION, space=str(SPACE))
    store.calibrate(calibration)
    first = store.publish()
    store.calibrate(replace(calibration, trials=99))
    store.rollback(first)
    assert store.refresh().calibration == calibration


def test_only_changed_rows_are_kept_and_dropped_with_the_version_that_needs_them(
    store: Store, database: Database
) -> None:
    def past() -> list[tuple[str, int]]:
        query = "SELECT id, until FROM past_product ORDER BY until, id"
        return [(str(name), int(until)) for name, until in database.rows(query)]

    store.upsert([record(product("p1"), ["a"])])
    assert past() == []  # no version is kept yet
    store.publish()  # at 2
    store.upsert([record(product("p1"), ["b"])])
    store.upsert([record(product("p1"), ["c"]), record("p4")])
    store.delete(["p4"])
    assert past() == [("p1", 3)]  # what came and went between versions is in none
    assert store.catalogue.display_jpeg("p1", 0) == b"JPEG of c"
    assert (b"JPEG of b",) not in database.rows("SELECT jpeg FROM display")
    assert database.rows("SELECT count(*) FROM display") == [(4,)]
    for turn in range(3):
        store.upsert([record("p3", [f"turn {turn}"])])
        store.publish()
    assert ("p1", 3) not in past()
    assert len(past()) == 2  # of p3, for two older versions
    assert (b"JPEG of a",) not in database.rows("SELECT jpeg FROM display")
    assert database.rows("SELECT count(*) FROM past_picture") == [(2,)]
    assert database.rows("SELECT count(*) FROM past_offer") == [(2,)]


@pytest.mark.parametrize(
    ("database", "seed", "turns"),
    [*(("sqlite", seed, 60) for seed in range(6)), ("postgresql", 1, 15)],
    indirect=["database"],
)
def test_any_kept_version_comes_back_after_any_writes(
    database: Database, seed: int, turns: int
) -> None:
    """Checked against a plain copy of the state at each version."""
    draw = random.Random(seed)
    store = small_store(database.place, [record("p0")])
    other = Store(database.place, SPACE)
    states: dict[str, dict[str, Any]] = {}
    for turn in range(turns):
        names = [f"p{draw.randrange(8)}" for _ in range(draw.randrange(1, 4))]
        act = draw.random()
        if act < 0.55:
            price = f"{draw.randrange(9)}.00 USD"
            made = [product(name, title=f"T{turn}", offers=(offer("", price),)) for name in names]
            store.upsert([record(one, [f"v{draw.randrange(9)}", one.id]) for one in made])
        elif act < 0.75:
            store.delete(names)
        elif act < 0.9:
            states[store.publish()] = state(store)
        elif kept := sorted(store.history.versions().keys() & states.keys()):
            before, target = state(store), draw.choice(kept)
            store.rollback(target)
            assert state(store) == states[target]
            saved = max(store.history.versions())
            assert states.setdefault(saved, before) == before
        assert found(other) == found(store)
        shown = {name for name, _ in found(store)}
        assert shown == set(state(store))
    hashes = "SELECT sha256 FROM picture UNION SELECT sha256 FROM past_picture"
    assert database.rows(f"{hashes} EXCEPT SELECT sha256 FROM display") == []
    assert database.rows(f"SELECT 1 FROM display WHERE sha256 NOT IN ({hashes})") == []
    other.close()
    store.close()


def test_a_change_of_embedder_can_be_taken_back(store: Store, database: Database) -> None:
    before, looks = state(store), found(store)
    first = store.publish()
    fresh = Store(database.place, OTHER, fresh=True)
    fresh.upsert([record(name, space=OTHER) for name in ("p1", "p2", "p3")])
    fresh.publish()
    assert recorded_space(database.place) == OTHER
    with pytest.raises(EmbedderMismatchError):
        store.search([])
    fresh.rollback(first)
    fresh.close()
    assert recorded_space(database.place) == SPACE
    assert found(store) == looks
    assert state(store) == before


def test_an_unknown_version_is_named_with_those_that_are_there(store: Store) -> None:
    with pytest.raises(UnknownVersionError, match="no version '7'; there are: none"):
        store.rollback("7")
    store.publish()
    with pytest.raises(UnknownVersionError, match=r"no version '\.\./x'; there are: 00000001"):
        store.rollback("../x")


def test_a_pruned_version_cannot_be_gone_back_to(store: Store) -> None:
    first = store.publish()
    for _ in range(3):
        store.upsert([record("p1")])
        store.publish()
    with pytest.raises(UnknownVersionError, match="there are: 00000002, 00000003, 00000004"):
        store.rollback(first)


@SQLITE_ALONE
def test_a_damaged_version_is_not_gone_back_to_and_nothing_changes(store: Store) -> None:
    first = store.publish()
    store.upsert([record("p4")])
    before = state(store)
    (store.folder / "versions" / first / "table.npz").write_bytes(b"damaged")
    with pytest.raises(StoreDamagedError, match=f"{first}/table.npz is missing or damaged"):
        store.rollback(first)
    assert state(store) == before


@SQLITE_ALONE
def test_a_version_of_an_earlier_program_holds_no_past(store: Store, database: Database) -> None:
    first = store.publish()
    database.rows("DELETE FROM kept_version")
    store.upsert([record(product("p1"), ["x"])])
    with pytest.raises(UnknownVersionError, match="those that can be gone back to: none"):
        store.rollback(first)
    second = store.publish()
    assert list(store.history.versions()) == [second]


def test_going_back_waits_for_no_indexing_run_and_says_so(store: Store, database: Database) -> None:
    first = store.publish()
    other = Store(database.place, SPACE)
    lock = hold(other.writer_lock())
    with pytest.raises(StoreBusyError, match="another process is writing"):
        store.rollback(first)
    lock.release()
    other.close()


def test_a_run_is_taken_back_and_what_others_wrote_meanwhile_stays(
    store: Store, database: Database
) -> None:
    run = Store(database.place, SPACE)
    store.upsert([record(product("p3"), ["by hand"])])  # no version holds it yet
    start = run.begin_run()
    before = state(store)
    run.upsert([record(product("p1"), ["swapped"]), record("by the run")])
    run.delete(["p2"])
    store.upsert([record("by hand")])
    changed = run.undo_run(start)
    assert set(changed.restored) == {"p1", "p2"}
    assert changed.removed == ("by the run",)
    assert state(store) == {**before, "by hand": state(store)["by hand"]}
    run.close()


def test_a_run_that_was_cut_off_is_taken_back_with_the_one_that_goes_on(
    store: Store, database: Database
) -> None:
    before = state(store)
    first = Store(database.place, SPACE)
    start = first.begin_run()
    first.upsert([record(product("p1"), ["swapped"])])
    first.close()
    second = Store(database.place, SPACE)
    assert second.begin_run() == start
    second.upsert([record(product("p2"), ["swapped"])])
    assert set(second.undo_run(start).restored) == {"p1", "p2"}
    assert state(store) == before
    second.close()


def test_the_first_run_of_a_new_store_has_nothing_to_go_back_to(database: Database) -> None:
    for _ in range(2):
        new = small_store(database.place)
        assert new.begin_run() == ""
        new.upsert([record("p1")])
        new.close()


def test_the_space_of_a_store_is_known_without_its_model(store: Store, database: Database) -> None:
    assert recorded_space(database.place) == SPACE
    assert isinstance(recorded_space(database.place), SpaceId)
