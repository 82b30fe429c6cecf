"""The truth in SQL: what is written comes back, and nothing else."""

import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
import sqlalchemy as sa

from index import tables
from index.catalogue import Catalogue
from index.errors import (
    StoreDamagedError,
    StoreMissingError,
    StoreTooNewError,
    StoreUnwritableError,
    UnknownProductError,
)
from index.types import Price, Product
from tests.fakes import offer, picture_record, product, record
from tests.index.databases import Database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalogue.sqlite3"


@pytest.fixture
def catalogue(database: Database) -> Iterator[Catalogue]:
    opened = database.catalogue()
    yield opened
    opened.close()


FULL = product(
    "p1",
    group="g1",
    title="Tasse „blau“ 杯",
    description="two\nlines",
    brand="Luma",
    category="Home > Mugs",
    color="blue",
    gtin="4006381333931",
    attributes={"material": "stoneware", "größe": "L"},
    offers=(
        offer("Zeta", "12.50 EUR", regular_price=Price(Decimal("15.00"), "EUR"), source_id="p1"),
        offer("Alpha", None, availability="out_of_stock", link="https://x.example/1"),
        offer("Mid", "0.10 USD", source_id="m-1"),
    ),
)


def test_a_product_comes_back_as_it_was_written(catalogue: Catalogue) -> None:
    catalogue.upsert([record(FULL)])
    assert catalogue.product("p1") == FULL
    assert [one.merchant for one in catalogue.product("p1").offers] == ["Zeta", "Alpha", "Mid"]


def test_a_product_is_known_by_a_merchant_s_id_too(catalogue: Catalogue) -> None:
    catalogue.upsert([record(FULL), record("p2")])
    assert catalogue.product("m-1") == FULL
    assert catalogue.key_of("m-1") == catalogue.key_of("p1")


@pytest.mark.parametrize("ask", ["product", "key_of"])
def test_an_unknown_id_is_named(catalogue: Catalogue, ask: str) -> None:
    with pytest.raises(UnknownProductError, match="no product 'nothing'"):
        getattr(catalogue, ask)("nothing")


def test_upsert_replaces_everything_of_a_known_product(catalogue: Catalogue) -> None:
    catalogue.upsert([record(FULL, ["a", "b", "c"])])
    key = catalogue.key_of("p1")
    other = replace(FULL, title="Other", attributes={}, offers=(offer("New", "1 USD"),))
    catalogue.upsert([record(other, ["b", "d"])])
    assert catalogue.key_of("p1") == key
    assert catalogue.product("p1") == other
    assert [source for source, _ in catalogue.sources("p1")] == ["b.jpg", "d.jpg"]
    assert catalogue.count() == (1, 2)


def test_vectors_come_back_in_the_pictures_order(catalogue: Catalogue) -> None:
    written = record(FULL, ["z", "a", "m"])
    catalogue.upsert([record("other"), written])
    [found] = catalogue.indexed([catalogue.key_of("p1")])
    assert np.allclose(found.text_embedding, written.text_embedding, atol=1e-3)
    for position, one in enumerate(written.pictures):
        assert np.allclose(found.embeddings[position], one.embedding, atol=1e-3)
        assert np.allclose(found.colours[position], one.colours, atol=1e-3)
    assert len(set(found.picture_keys.tolist())) == 3


def test_a_product_without_pictures_or_offers_is_kept(catalogue: Catalogue) -> None:
    bare = product("bare", offers=())
    catalogue.upsert([record(bare, [])])
    assert catalogue.product("bare") == bare
    [found] = catalogue.indexed([catalogue.key_of("bare")])
    assert len(found.picture_keys) == 0


def test_a_batch_is_written_whole_or_not_at_all(catalogue: Catalogue) -> None:
    broken = replace(record("p2"), content_hash=None)
    with pytest.raises(sa.exc.IntegrityError, match=r"NOT NULL|not-null"):
        catalogue.upsert([record("p1"), broken])  # type: ignore[list-item]
    assert catalogue.count() == (0, 0)
    assert catalogue.sequence() == 0


def test_every_write_takes_the_next_number(catalogue: Catalogue) -> None:
    assert catalogue.sequence() == 0
    catalogue.upsert([record("p1"), record("p2")])
    assert catalogue.sequence() == 1
    catalogue.upsert([record("p1")])
    catalogue.delete(["p2"])
    assert catalogue.sequence() == 3


def test_changes_are_those_after_a_number(catalogue: Catalogue) -> None:
    catalogue.upsert([record("p1"), record("p2")])
    catalogue.upsert([record("p3")])
    keys = {one: catalogue.key_of(one) for one in ("p1", "p2", "p3")}
    catalogue.delete(["p2"])
    changes = catalogue.changes(1)
    assert (changes.sequence, changes.upserted, changes.deleted) == (3, [keys["p3"]], [keys["p2"]])
    assert catalogue.changes(0).upserted == [keys["p1"], keys["p3"]]
    assert catalogue.changes(3).upserted == catalogue.changes(3).deleted == []


def test_delete_removes_a_product_with_all_that_is_its_own(
    catalogue: Catalogue, database: Database
) -> None:
    catalogue.upsert([record(FULL), record("p2")])
    assert catalogue.delete(["p1", "nothing"]) == 1
    assert catalogue.count() == (1, 1)
    with pytest.raises(UnknownProductError, match="p1"):
        catalogue.product("p1")
    for table in ("offer", "price_history", "picture"):
        assert database.rows(f"SELECT count(DISTINCT product_key) FROM {table}") == [(1,)]
    assert database.rows("SELECT count(*) FROM display") == [(1,)]


def test_a_key_is_never_given_twice(catalogue: Catalogue) -> None:
    catalogue.upsert([record("p1")])
    before = catalogue.key_of("p1")
    catalogue.delete(["p1"])
    catalogue.upsert([record("p1")])
    assert catalogue.key_of("p1") > before


def test_price_history_grows_only_when_a_price_changes(
    catalogue: Catalogue, database: Database
) -> None:
    def offered(*prices: str | None) -> None:
        offers = tuple(offer(f"m{i}", price) for i, price in enumerate(prices))
        catalogue.upsert([record(product("p1", offers=offers))])

    def history() -> list[tuple[object, ...]]:
        return database.rows("SELECT merchant, amount, currency FROM price_history ORDER BY key")

    offered("10.00 USD", "9.00 USD")
    first = [("m0", "10.00", "USD"), ("m1", "9.00", "USD")]
    assert history() == first
    offered("10.00 USD", "9.00 USD")
    offered("10.0 USD", "9 USD")  # the same prices, written otherwise
    assert history() == first
    offered("10.00 USD", "8.00 USD")
    assert history() == [*first, ("m1", "8.00", "USD")]
    offered("10.00 EUR", None)
    assert history() == [*first, ("m1", "8.00", "USD"), ("m0", "10.00", "EUR")]


def test_a_shared_display_picture_stays_until_its_last_product_goes(catalogue: Catalogue) -> None:
    catalogue.upsert([record("p1", ["shared", "own"]), record("p2", ["shared"])])
    catalogue.delete(["p1"])
    assert catalogue.display_jpeg("p2", 0) == b"JPEG of shared"
    catalogue.upsert([record("p3", ["shared"])])
    catalogue.upsert([record("p2", ["other"])])
    assert catalogue.display_jpeg("p3", 0) == b"JPEG of shared"
    assert catalogue.display_jpeg("p2", 0) == b"JPEG of other"


def test_a_display_picture_that_no_product_shows_is_removed(
    catalogue: Catalogue, database: Database
) -> None:
    catalogue.upsert([record("p1", ["a", "b"])])
    catalogue.upsert([record("p1", ["b"])])
    assert database.rows("SELECT jpeg FROM display") == [(b"JPEG of b",)]


def test_a_picture_that_is_kept_keeps_its_display_picture(catalogue: Catalogue) -> None:
    catalogue.upsert([record("p1", ["a"])])
    kept = replace(picture_record("a"), display_jpeg=None)
    catalogue.upsert([replace(record("p1"), pictures=(kept, picture_record("b")))])
    assert catalogue.display_jpeg("p1", 0) == b"JPEG of a"


@pytest.mark.parametrize("position", [-1, 1, 10**6])
def test_a_picture_that_is_not_there_is_named(catalogue: Catalogue, position: int) -> None:
    catalogue.upsert([record("p1")])
    with pytest.raises(UnknownProductError, match=f"'p1' has no picture {position}"):
        catalogue.display_jpeg("p1", position)


def test_one_picture_twice_in_a_product_is_two_pictures(catalogue: Catalogue) -> None:
    catalogue.upsert([record("p1", ["a", "a"])])
    assert len(catalogue.sources("p1")) == 2
    assert catalogue.display_jpeg("p1", 1) == b"JPEG of a"


def test_known_pictures_have_their_vectors(catalogue: Catalogue) -> None:
    catalogue.upsert([record("p1", ["a", "b"]), record("p2", ["c"])])
    known = catalogue.known_pictures("p1")
    expected = picture_record("b")
    assert set(known) == {picture_record("a").sha256, expected.sha256}
    assert np.allclose(known[expected.sha256].embedding, expected.embedding, atol=1e-3)
    assert catalogue.known_pictures("nothing") == {}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_more_products_than_one_statement_takes_are_read(catalogue: Catalogue) -> None:
    ids = [f"p{i}" for i in range(503)]
    made = [product(one, group="g", gtin=f"{i:08}") for i, one in enumerate(ids)]
    catalogue.upsert([record(one, []) for one in made])
    existing = catalogue.existing([*ids, "nothing"])
    assert set(existing) == set(ids)
    assert existing["p7"][1] == record(made[7], []).content_hash
    assert [one.id for one in catalogue.variants(["g", "nothing"])["g"]] == ids
    assert catalogue.ids_by_gtin(["00000003", "", "99999999"]) == {"00000003": "p3"}
    keys = [catalogue.key_of(one) for one in ids[:2]]
    found: dict[int, Product] = catalogue.products([*keys, 10**9])
    assert [found[key].id for key in keys] == ids[:2]
    assert len(found) == 2


def test_the_oldest_product_of_a_gtin_is_given(catalogue: Catalogue) -> None:
    catalogue.upsert([record(product(one, gtin="12345678")) for one in ("b", "a")])
    assert catalogue.ids_by_gtin(["12345678"]) == {"12345678": "b"}


def test_forgotten_vectors_leave_products_that_wait(catalogue: Catalogue) -> None:
    catalogue.upsert([record(FULL), record("p2")])
    keys = [catalogue.key_of(one) for one in ("p1", "p2")]
    catalogue.forget_vectors({"space_embedder": "new"})
    assert catalogue.pending() == ["p1", "p2"]
    assert list(catalogue.indexed(keys)) == []
    assert catalogue.known_pictures("p1") == {}
    assert catalogue.product("p1") == FULL
    assert catalogue.display_jpeg("p1", 0) == b"JPEG of p1"
    assert catalogue.changes(1).upserted == keys
    assert catalogue.meta()["space_embedder"] == "new"
    catalogue.upsert([record(FULL)])
    assert catalogue.pending() == ["p2"]


def test_a_missing_database_is_not_made_unasked(path: Path) -> None:
    with pytest.raises(StoreMissingError, match=r"no catalogue\.sqlite3"):
        tables.sqlite_engine(path, create=False)
    assert not path.exists()


def test_several_that_open_a_new_database_at_once_wait_for_each_other(tmp_path: Path) -> None:
    barrier = Barrier(4)

    def opened(path: Path) -> int:
        barrier.wait()
        engine = tables.sqlite_engine(path, create=True)
        count = Catalogue(engine).count()[0]
        engine.dispose()
        return count

    with ThreadPoolExecutor(4) as pool:
        for number in range(10):
            path = tmp_path / f"{number}.sqlite3"
            assert list(pool.map(opened, [path] * 4)) == [0] * 4


def test_a_database_that_cannot_be_made_is_unwritable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnwritableError, match="cannot be written"):
        tables.sqlite_engine(tmp_path / "nothing" / "catalogue.sqlite3", create=True)


@pytest.mark.parametrize(
    "content", [b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_damaged_database_is_named(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreDamagedError, match=r"catalogue\.sqlite3 is no readable database"):
        tables.sqlite_engine(path, create=False)


def test_a_later_schema_is_refused(catalogue: Catalogue, database: Database) -> None:
    catalogue.set_meta({"schema_version": "99"})
    with pytest.raises(StoreTooNewError, match="has schema 99; this version reads up to 3"):
        database.catalogue()


@contextmanager
def full_disk() -> Iterator[None]:
    """Every write past the first bytes of a file fails, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("write", ["upsert", "delete", "set_meta", "forget_vectors"])
def test_a_full_disk_is_said_and_loses_nothing(path: Path, write: str) -> None:
    catalogue = Catalogue(tables.sqlite_engine(path, create=True))
    catalogue.upsert([record("p1")])
    argument = {
        "upsert": [record("p2")],
        "delete": ["p1"],
        "set_meta": {"x": "y"},
        "forget_vectors": {"x": "y"},
    }[write]
    with full_disk(), pytest.raises(StoreUnwritableError, match="the catalogue cannot be written"):
        getattr(catalogue, write)(argument)
    assert catalogue.count() == (1, 1)
    assert catalogue.sequence() == 1
    catalogue.upsert([record("p2")])
    assert catalogue.count() == (2, 2)
    catalogue.close()
