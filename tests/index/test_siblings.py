"""Siblings of what a photo shows, on a small store of groups of two."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from index import siblings
from index.siblings import siblings_of
from index.store import Store
from index.types import Filters, Query
from tests.fakes import product, record, small_store, text_vector

VIEW = Query(image=text_vector("picture p2"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    records = [record(product(f"p{i}", group=f"g{i // 2}", brand=f"b{i}")) for i in range(12)]
    records.append(record(product("alone", group="alone")))
    opened = small_store(tmp_path / "store", records)
    yield opened
    opened.close()


def near(store: Store, *views: Query) -> Mapping[str, float]:
    """How near the siblings of each product are."""
    found = siblings_of(store.refresh().segments, views)
    keys = [int(key) for key in found.keys]
    assert keys == sorted(keys)
    named = store.catalogue.products(keys)
    return {named[key].id: float(score) for key, score in zip(keys, found.scores, strict=True)}


def test_the_sibling_of_what_the_photo_shows_is_nearest(store: Store) -> None:
    found = near(store, VIEW)
    assert max(found, key=lambda one: found[one]) == "p3"
    assert found["p3"] > 0.5


def test_a_products_own_look_does_not_count(store: Store) -> None:
    assert near(store, VIEW).get("p2", 0) < near(store, VIEW)["p3"] / 2


def test_who_has_no_sibling_is_not_listed(store: Store) -> None:
    assert "alone" not in near(store, Query(image=text_vector("picture alone")))


def test_filters_of_the_question_do_not_hide_what_the_photo_shows(store: Store) -> None:
    filtered = replace(VIEW, filters=Filters(any_of={"brand": ("b3",)}))
    assert near(store, filtered) == near(store, VIEW)


def test_the_better_view_counts(store: Store) -> None:
    found = near(store, VIEW, replace(VIEW, image=text_vector("picture p7")))
    assert {"p3", "p6"} == set(sorted(found, key=lambda one: -found[one])[:2])


def test_siblings_that_are_gone_are_not_listed(store: Store) -> None:
    store.delete(["p3"])
    assert not {"p2", "p3"} & set(near(store, VIEW))


def test_nearness_counts_from_the_first_group_that_is_left_out(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(siblings, "_NEAREST_GROUPS", 1)
    found = near(store, VIEW)
    assert set(found) == {"p3"}
    assert found["p3"] < 1


def test_an_empty_store_has_none(tmp_path: Path) -> None:
    empty = small_store(tmp_path / "empty", [])
    assert near(empty, VIEW) == {}
    empty.close()
