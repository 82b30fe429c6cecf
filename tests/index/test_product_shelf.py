"""Products that are read once give what the catalogue gives, until something is written."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from index.product_shelf import ProductShelf
from index.store import Store
from tests.fakes import product, record, small_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = [product(name, group=name[0]) for name in ("a1", "a2", "b1")]
    with_gtin = product("c1", gtin="4006381333931")
    opened = small_store(tmp_path, [record(one) for one in (*made, with_gtin)])
    yield opened
    opened.close()


def test_a_shelf_gives_what_the_catalogue_gives_at_the_first_and_the_second_time(
    store: Store,
) -> None:
    shelf, catalogue = store.shelf(store.refresh()), store.catalogue
    keys = catalogue.keys_of(["a1", "a2", "b1", "c1"])
    for _ in range(2):
        assert shelf.products([*keys, 999]) == catalogue.products(keys)
        assert shelf.groups_and_gtins([*keys, 999]) == catalogue.groups_and_gtins(keys)
        assert shelf.variants(["b", "a", "none"]) == catalogue.variants(["a", "b"])
        assert shelf.keys_of(["c1", "a1", "none"]) == catalogue.keys_of(["c1", "a1"])
        assert shelf.keys_of(["c1", "a1"]) == catalogue.keys_of(["c1", "a1"])  # kept by then


def test_what_was_read_once_is_not_asked_of_the_database_again(store: Store) -> None:
    shelf = store.shelf(store.refresh())
    keys = store.catalogue.keys_of(["a1", "a2"])
    ask(shelf, keys)
    said: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        said.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        ask(shelf, keys)
        assert said == []
        ask(store.shelf(replace(store.refresh(), sequence=10**6)), keys)  # an empty one does ask
        assert len(said) > 3
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def ask(shelf: ProductShelf, keys: list[int]) -> None:
    shelf.products(keys)
    shelf.groups_and_gtins(keys)
    shelf.variants(["a"])
    shelf.keys_of(["a1"])


def test_a_write_takes_the_shelf_away_and_an_older_search_keeps_its_own(store: Store) -> None:
    before = store.refresh()
    shelf = store.shelf(before)
    key = store.catalogue.key_of("a1")
    assert shelf.products([key])[key].title == product("a1").title
    store.upsert([record(product("a1", group="a", title="Another"))])
    after = store.refresh()
    assert store.shelf(after).products([key])[key].title == "Another"
    assert store.shelf(after) is store.shelf(after)
    assert store.shelf(before).sequence == before.sequence
    store.delete(["a1"])
    assert store.shelf(store.refresh()).products([key]) == {}
