"""What a catalogue can be filtered by: the values of each field, and how many products hold them.

Values are read in SQL once a state of the catalogue; counts come from the columns in memory, by the
same masks that a search uses, so that a count is what the filter would let through.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import sqlalchemy as sa

from index.catalogue import Catalogue
from index.filters import CATEGORY_SEPARATOR, category_path
from index.ranking import LiveSegment
from index.tables import offer, product
from index.types import Filters, PriceRange

MOST_VALUES = 60
"""A field; those that most products hold."""

_COLUMNS = {
    "brand": product.c.brand,
    "category": product.c.category,
    "color": product.c.color,
    "merchant": offer.c.merchant,
    "availability": offer.c.availability,
}


@dataclass(frozen=True)
class ShopFacets:
    """The values that a catalogue holds."""

    values: Mapping[str, tuple[str, ...]]
    """Of each field of ``FACETS``, commonest first; a category's parents are values too."""
    prices: tuple[PriceRange, ...]
    """The lowest and highest price of each currency, both given; commonest currency first."""


@dataclass(frozen=True)
class FacetCount:
    """How many products a value would let through."""

    value: str
    count: int


def shop_facets(catalogue: Catalogue) -> ShopFacets:
    """Reads what a catalogue can be filtered by.

    Cost: five scans of its tables; keep it with the catalogue's sequence number.
    """
    found = {}
    for name, column in _COLUMNS.items():
        rows = catalogue.rows(sa.select(column, sa.func.count()).group_by(column))
        found[name] = _commonest(_with_parents(rows) if name == "category" else rows)
    return ShopFacets(found, _prices(catalogue))


def passing(segments: Iterable[LiveSegment], filters: Filters) -> int:
    """Gives how many products pass.

    Raises:
        FilterError: a field that cannot be filtered by.
    """
    return sum(int(one.segment.mask(filters, one.alive).sum()) for one in segments)


def facet_counts(
    segments: Sequence[LiveSegment], filters: Filters, field: str, values: Iterable[str]
) -> list[FacetCount]:
    """Gives how many products each value would let through beside the other fields' filters.

    Args:
        segments: the searched state.
        filters: those in force; what they allow of ``field`` itself does not count.
        field: of ``FACETS``.
        values: in any order; they come out in the same.
    """
    return [
        FacetCount(
            value,
            passing(segments, replace(filters, any_of={**filters.any_of, field: (value,)})),
        )
        for value in values
    ]


def _prices(catalogue: Catalogue) -> tuple[PriceRange, ...]:
    amount = sa.cast(offer.c.amount, sa.Numeric(18, 4))
    query = (
        sa.select(offer.c.currency, sa.func.min(amount), sa.func.max(amount))
        .where(offer.c.amount.is_not(None))
        .group_by(offer.c.currency)
        .order_by(sa.func.count().desc(), offer.c.currency)
    )
    return tuple(
        PriceRange(Decimal(low).normalize(), Decimal(high).normalize(), currency)
        for currency, low, high in catalogue.rows(query)
    )


def _with_parents(rows: Iterable[tuple[str, int]]) -> Iterable[tuple[str, int]]:
    for category, count in rows:
        path = category_path(category)
        for depth in range(1, len(path) + 1):
            yield f" {CATEGORY_SEPARATOR} ".join(path[:depth]), count


def _commonest(rows: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """Values that differ in letter case alone are one; empty ones are none."""
    counts: dict[str, int] = {}
    spelled: dict[str, str] = {}
    for value, count in rows:
        if value and value.strip():
            key = " ".join(value.casefold().split())
            spelled.setdefault(key, value)
            counts[key] = counts.get(key, 0) + count
    ordered = sorted(counts, key=lambda key: (-counts[key], key))
    return tuple(spelled[key] for key in ordered[:MOST_VALUES])
