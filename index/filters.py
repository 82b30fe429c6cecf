"""Filters over a columnar table of products in memory: conditions in, a mask out.

Every value is kept as the 64-bit hash of ``field`` and folded value, sorted, so that a condition is
two binary searches, and adding a field needs no schema. Cost: O(rows that match) a condition.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.errors import FilterError
from index.types import (
    ATTRIBUTE_PREFIX,
    FACETS,
    OFFER_FACETS,
    Filters,
    Mask,
    Offer,
    PriceRange,
    Product,
)

CATEGORY_SEPARATOR = ">"
_SEVERAL = re.compile(r"\s*[,/;]\s*")
"""Feeds write several colours as ``Black/White`` and several materials as ``Nylon, Wool``."""


@dataclass(frozen=True)
class Postings:
    """Which rows hold which value: two arrays of equal length, sorted by value."""

    values: NDArray[np.uint64]
    rows: NDArray[np.int32]

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> "Postings":
        """Builds from (value hash, row) pairs in any order."""
        unique = sorted(set(pairs))
        return cls(
            np.array([value for value, _ in unique], dtype=np.uint64),
            np.array([row for _, row in unique], dtype=np.int32),
        )

    @classmethod
    def joined(cls, parts: Sequence["Postings"], sizes: Sequence[int]) -> "Postings":
        """Gives the postings of rows that follow each other: ``sizes`` rows of each part."""
        starts = np.cumsum([0, *sizes[:-1]], dtype=np.int64)
        values = np.concatenate([one.values for one in parts])
        rows = np.concatenate(
            [one.rows + np.int32(start) for one, start in zip(parts, starts, strict=True)]
        )
        order = np.argsort(values, kind="stable")  # the rows of each part ascend already
        return cls(values[order], rows[order])

    def mask(self, hashes: Iterable[int], size: int) -> Mask:
        """Gives ``(size,)``: the rows that hold any of the values."""
        found = np.zeros(size, dtype=np.bool_)
        for value in hashes:
            low = np.searchsorted(self.values, np.uint64(value), side="left")
            high = np.searchsorted(self.values, np.uint64(value), side="right")
            found[self.rows[low:high]] = True
        return found


@dataclass(frozen=True)
class ProductTable:
    """The filterable columns of n products and of all their offers."""

    size: int
    facets: Postings
    """Brand, category path, colour and attributes; rows are products."""
    offer_rows: NDArray[np.int32]
    """``(m,)`` product of each offer."""
    offer_facets: Postings
    """Merchant and availability; rows are offers."""
    amounts: NDArray[np.float64]
    """``(m,)`` price of each offer, NaN where it has none."""
    currencies: NDArray[np.uint64]
    """``(m,)`` hash of each offer's currency."""

    @classmethod
    def of(cls, products: list[Product]) -> "ProductTable":
        """Builds the columns; row i is ``products[i]``."""
        offers = [(row, offer) for row, product in enumerate(products) for offer in product.offers]
        prices = [offer.price for _, offer in offers]
        return cls(
            size=len(products),
            facets=Postings.of(
                (value, row)
                for row, product in enumerate(products)
                for value in facet_hashes(product)
            ),
            offer_rows=np.array([row for row, _ in offers], dtype=np.int32),
            offer_facets=Postings.of(
                (value, i) for i, (_, offer) in enumerate(offers) for value in offer_hashes(offer)
            ),
            amounts=np.array([float(p.amount) if p else np.nan for p in prices], dtype=np.float64),
            currencies=np.array(
                [value_hash("currency", p.currency if p else "") for p in prices], dtype=np.uint64
            ),
        )

    @classmethod
    def joined(cls, parts: Sequence["ProductTable"]) -> "ProductTable":
        """Gives the columns of at least one table's products and then the next one's."""
        sizes = [one.size for one in parts]
        offers = [len(one.offer_rows) for one in parts]
        starts = np.repeat(np.cumsum([0, *sizes[:-1]], dtype=np.int64), offers)
        offer_rows = np.concatenate([one.offer_rows for one in parts])
        return cls(
            size=sum(sizes),
            facets=Postings.joined([one.facets for one in parts], sizes),
            offer_rows=(offer_rows + starts).astype(np.int32),
            offer_facets=Postings.joined([one.offer_facets for one in parts], offers),
            amounts=np.concatenate([one.amounts for one in parts]),
            currencies=np.concatenate([one.currencies for one in parts]),
        )

    def mask(self, filters: Filters) -> Mask:
        """Gives ``(size,)``: the products that pass.

        Raises:
            FilterError: a field that cannot be filtered by.
        """
        check_fields(filters)
        passing = np.ones(self.size, dtype=np.bool_)
        for field, values in filters.any_of.items():
            if field not in OFFER_FACETS:
                passing &= self.facets.mask(asked_hashes(field, values), self.size)
        for field, values in filters.none_of.items():
            if field not in OFFER_FACETS:
                passing &= ~self.facets.mask(asked_hashes(field, values), self.size)
        if asks_offers(filters):
            offered = np.zeros(self.size, dtype=np.bool_)
            offered[self.offer_rows[self._offers(filters)]] = True
            passing &= offered
        return passing

    def _offers(self, filters: Filters) -> Mask:
        """The offers that meet price, merchant and availability at once."""
        count = len(self.offer_rows)
        passing = np.ones(count, dtype=np.bool_)
        for field in OFFER_FACETS:
            if field in filters.any_of:
                hashes = asked_hashes(field, filters.any_of[field])
                passing &= self.offer_facets.mask(hashes, count)
            if field in filters.none_of:
                hashes = asked_hashes(field, filters.none_of[field])
                passing &= ~self.offer_facets.mask(hashes, count)
        return passing if filters.price is None else passing & self._priced(filters.price)

    def _priced(self, price: PriceRange) -> Mask:
        passing = ~np.isnan(self.amounts)
        if price.minimum is not None:
            passing &= self.amounts >= float(price.minimum)
        if price.maximum is not None:
            passing &= self.amounts <= float(price.maximum)
        if price.currency is not None:
            passing &= self.currencies == np.uint64(value_hash("currency", price.currency))
        return passing


def check_fields(filters: Filters) -> None:
    """Refuses a field that no product can have.

    Raises:
        FilterError: names the field and the allowed ones.
    """
    for field in [*filters.any_of, *filters.none_of]:
        named = field.startswith(ATTRIBUTE_PREFIX) and len(field) > len(ATTRIBUTE_PREFIX)
        if field not in FACETS and not named:
            allowed = ", ".join(["price", *FACETS, "attributes.NAME"])
            raise FilterError(f"no filter {field!r}; allowed are {allowed}")


def value_hash(field: str, value: str) -> int:
    """64 bits of a field's value, letter case and outer spaces folded."""
    folded = " ".join(value.casefold().split())
    digest = hashlib.blake2b(f"{field}\0{folded}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def group_hash(group: str) -> int:
    """64 bits of a group's name, as signed integer; letter case counts."""
    digest = hashlib.blake2b(group.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def category_path(text: str) -> tuple[str, ...]:
    """``"Women>Tops"`` to ``("Women", "Tops")``."""
    return tuple(part.strip() for part in text.split(CATEGORY_SEPARATOR) if part.strip())


def asks_offers(filters: Filters) -> bool:
    """Whether a product passes by one of its offers, so that one without any does not."""
    asked = {*filters.any_of, *filters.none_of}
    return filters.price is not None or bool(asked & set(OFFER_FACETS))


def asked_hashes(field: str, values: Iterable[str]) -> list[int]:
    """The hashes of the values that a condition names."""
    if field == "category":
        return [
            value_hash(field, CATEGORY_SEPARATOR.join(category_path(value))) for value in values
        ]
    return [value_hash(field.casefold(), value) for value in values]


def facet_hashes(product: Product) -> Iterable[int]:
    """The hashes of what a product is: brand, category with those above it, colours, attributes."""
    yield value_hash("brand", product.brand)
    path = category_path(product.category)
    for depth in range(1, len(path) + 1):  # a category matches itself and everything below it
        yield value_hash("category", CATEGORY_SEPARATOR.join(path[:depth]))
    yield from _several("color", product.color)
    yield from _attribute_facets(product.attributes)


def _attribute_facets(attributes: Mapping[str, str]) -> Iterable[int]:
    for name, value in attributes.items():
        yield from _several(f"{ATTRIBUTE_PREFIX}{name}".casefold(), value)


def _several(field: str, value: str) -> Iterable[int]:
    if value:
        yield value_hash(field, value)
        for part in _SEVERAL.split(value):
            yield value_hash(field, part)


def offer_hashes(offer: Offer) -> Iterable[int]:
    """The hashes of an offer's merchant and availability."""
    yield value_hash("merchant", offer.merchant)
    yield value_hash("availability", offer.availability)
