"""Facets against counts by hand, and against what the filters let through."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from index.errors import FilterError
from index.facets import FacetCount, facet_counts, passing, shop_facets
from index.store import Store
from index.types import FACETS, NO_FILTERS, Filters, Offer, Price, PriceRange, Product
from tests.fakes import record, small_store


def sold(name: str, brand: str, color: str, category: str, *offers: tuple[str, str]) -> Product:
    return Product(
        id=name,
        group=name,
        title=name,
        brand=brand,
        color=color,
        category=category,
        offers=tuple(Offer(shop, Price(Decimal(amount), "USD")) for shop, amount in offers),
    )


PRODUCTS = [
    sold("a", "Luma", "red", "Home > Mugs", ("North", "9"), ("South", "100")),
    sold("b", "luma", "blue", "Home > Bowls", ("North", "30")),
    sold("c", "Orb", "red", "Home > Mugs", ("South", "20.50")),
    sold("d", "", "", "", ("South", "9.00")),
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = small_store(tmp_path / "store", [record(one) for one in PRODUCTS])
    yield opened
    opened.close()


def counts(store: Store, field: str, filters: Filters = NO_FILTERS) -> dict[str, int]:
    values = shop_facets(store.catalogue).values[field]
    found = facet_counts(store.refresh().segments, filters, field, values)
    return {one.value: one.count for one in found}


def test_values_come_commonest_first_and_letter_case_makes_no_second_one(store: Store) -> None:
    values = shop_facets(store.catalogue).values
    assert set(values) == set(FACETS)
    assert [one.casefold() for one in values["brand"]] == ["luma", "orb"]
    assert values["color"] == ("red", "blue")
    assert values["category"] == ("Home", "Home > Mugs", "Home > Bowls")
    assert values["merchant"] == ("South", "North")


def test_prices_are_the_bounds_of_each_currency_as_numbers(store: Store) -> None:
    [bounds] = shop_facets(store.catalogue).prices
    assert bounds == PriceRange(Decimal(9), Decimal(100), "USD")  # not "9" after "100"


def test_counts_are_those_of_products_not_of_offers(store: Store) -> None:
    assert counts(store, "merchant") == {"South": 3, "North": 2}
    assert counts(store, "category") == {"Home": 3, "Home > Mugs": 2, "Home > Bowls": 1}


def test_a_count_holds_the_other_fields_filters_and_not_its_own(store: Store) -> None:
    red = Filters(any_of={"color": ("red",)})
    assert sorted(counts(store, "brand", red).values()) == [1, 1]
    assert counts(store, "color", red) == {"red": 2, "blue": 1}


def test_price_and_merchant_hold_for_one_and_the_same_offer(store: Store) -> None:
    cheap = Filters(price=PriceRange(maximum=Decimal(25)))
    assert counts(store, "merchant", cheap) == {"South": 2, "North": 1}


def test_every_count_is_what_the_filter_lets_through(store: Store) -> None:
    segments = store.refresh().segments
    for field, values in shop_facets(store.catalogue).values.items():
        for value in values:
            alone = passing(segments, Filters(any_of={field: (value,)}))
            assert facet_counts(segments, NO_FILTERS, field, [value]) == [FacetCount(value, alone)]


def test_a_deleted_product_is_no_longer_counted(store: Store) -> None:
    store.delete(["c"])
    assert counts(store, "color") == {"red": 1, "blue": 1}


def test_an_unknown_field_is_refused(store: Store) -> None:
    with pytest.raises(FilterError, match="flavour"):
        passing(store.refresh().segments, replace(NO_FILTERS, any_of={"flavour": ("x",)}))
