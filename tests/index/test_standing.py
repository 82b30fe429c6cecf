"""How a photo's ranking lies in the whole catalogue."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index import verdict
from index.filters import group_hash
from index.standing import standing
from index.store import Store
from index.types import Filters, Query
from tests.fakes import product, record, small_store, text_vector

VIEW = Query(image=text_vector("picture p1"), k=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    records = [record(product(f"p{i}", group=f"g{i // 2}", brand=f"b{i}")) for i in range(8)]
    opened = small_store(tmp_path / "store", records)
    yield opened
    opened.close()


def test_it_is_the_ungrouped_ranking_of_the_search(store: Store) -> None:
    ranking = standing(store.refresh().segments, [VIEW])
    [found] = store.search([replace(VIEW, k=8, is_grouped=False)])
    assert [one.product for one in ranking] == [one.key for one in found]
    assert [one.score for one in ranking] == [one.score for one in found]
    names = store.catalogue.products([one.key for one in found])
    assert [one.group for one in ranking] == [group_hash(names[one.key].group) for one in found]


def test_filters_do_not_count(store: Store) -> None:
    filtered = replace(VIEW, filters=Filters(any_of={"brand": ("b7",)}))
    segments = store.refresh().segments
    assert standing(segments, [filtered]) == standing(segments, [VIEW])


def test_a_product_counts_with_its_better_view(store: Store) -> None:
    other = replace(VIEW, image=text_vector("picture p6"))
    ranking = standing(store.refresh().segments, [VIEW, other])
    first = {store.catalogue.products([one.product])[one.product].id for one in ranking[:2]}  # type: ignore[list-item,index]
    assert first == {"p1", "p6"}


def test_rewritten_and_deleted_products_count_as_they_are_now(store: Store) -> None:
    store.upsert([record(product("p1", group="new"))])
    store.delete(["p0"])
    ranking = standing(store.refresh().segments, [VIEW])
    assert ranking[0].group == group_hash("new")
    assert len(ranking) == 7


def test_it_looks_no_deeper_than_it_says(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.standing.DEPTH", 3)
    assert verdict.DEPTH > 3
    assert len(standing(store.refresh().segments, [VIEW])) == 3
