"""Products as Milvus keeps them, and filters as Milvus reads them.

Values are the hashes of ``filters``, signed as Milvus counts. An expression lets through every
product that passes, and may let through a few more: an offer's price, merchant and availability are
columns of the product here, so that those of two offers mix. Who searches looks at each row that
comes back with the columns in memory.

Source: https://milvus.io/docs/boolean.md
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np

from index.catalogue_reads import IndexedProduct
from index.filters import (
    CATEGORY_SEPARATOR,
    asked_hashes,
    asks_offers,
    category_path,
    facet_hashes,
    offer_hashes,
    value_hash,
)
from index.picture_vectors import indexed_vectors
from index.types import OFFER_FACETS, Filters, PriceRange, Product, Vector

Row: TypeAlias = dict[str, Any]

STATE_KEY = 0
"""No product and no picture has it: the row that says how far a collection is."""
CATEGORY_LEVELS = 3
"""Those with a column of their own; a deeper category is looked for among all values."""
MOST_VALUES = 4096
"""Of an array. Source: https://milvus.io/docs/limitations.md"""
_UNKNOWN = 0
"""In the place of more values than fit: such a row passes whatever is asked."""
_CONTAINS = "array_contains_any"
_NO_PRICE = (1e300, -1e300)


def picture_rows(one: IndexedProduct) -> Iterator[Row]:
    """Gives a row a picture: its vector, its product's columns."""
    columns = _columns(one)
    for key, vector in zip(one.picture_keys, indexed_vectors(one), strict=True):
        yield {"key": int(key), "vector": vector, **columns}


def text_rows(one: IndexedProduct) -> Iterator[Row]:
    """Gives the one row of a product's text."""
    yield {"key": one.key, "vector": one.text_embedding, **_columns(one)}


def state_row(state: str, dimension: int) -> Row:
    """Gives the row that says how far a collection is; its similarity to anything is 0."""
    nothing: Vector = np.zeros(dimension, dtype=np.float32)
    columns = _product_columns(Product(id="", group="", title=""))
    return {"key": STATE_KEY, "vector": nothing, "product": 0, **columns, "state": state}


def expression(filters: Filters, *, has_arrays: bool = True) -> str:
    """Gives Milvus's condition for at least the products that pass; empty: all.

    Args:
        filters: what is asked.
        has_arrays: whether conditions on arrays (colours, attributes, merchants) are among them.
    """
    conditions = [*_product_conditions(filters), *_offer_conditions(filters)]
    if not has_arrays:
        conditions = [one for one in conditions if _CONTAINS not in one]
    return " and ".join(f"({one})" for one in conditions)


def _columns(one: IndexedProduct) -> Row:
    return {"product": one.key, **_product_columns(one.product), "state": ""}


def _product_columns(product: Product) -> Row:
    path = category_path(product.category)
    levels = [CATEGORY_SEPARATOR.join(path[:depth]) for depth in range(1, len(path) + 1)]
    levels += [""] * CATEGORY_LEVELS
    amounts = [float(one.price.amount) for one in product.offers if one.price is not None]
    currencies = [one.price.currency for one in product.offers if one.price is not None]
    offered = [value for offer in product.offers for value in offer_hashes(offer)]
    return {
        "brand": _signed(value_hash("brand", product.brand)),
        **{
            f"category_{level + 1}": _signed(value_hash("category", levels[level]))
            for level in range(CATEGORY_LEVELS)
        },
        "facets": _values(facet_hashes(product)),
        "offers": len(product.offers),
        "offer_facets": _values([*offered, *(value_hash("currency", one) for one in currencies)]),
        "low": min(amounts, default=_NO_PRICE[0]),
        "high": max(amounts, default=_NO_PRICE[1]),
    }


def _product_conditions(filters: Filters) -> Iterator[str]:
    for field, values in _asked(filters.any_of):
        if field not in OFFER_FACETS:
            yield " or ".join(_holds(field, values, [_UNKNOWN]))
    for field, values in _asked(filters.none_of):
        if field not in OFFER_FACETS:
            yield f"not ({' or '.join(_holds(field, values, []))})"


def _offer_conditions(filters: Filters) -> Iterator[str]:
    if asks_offers(filters):
        yield "offers >= 1"
    for field, values in _asked(filters.any_of):
        if field in OFFER_FACETS:
            yield _contains("offer_facets", [*asked_hashes(field, values), _UNKNOWN])
    for field, values in _asked(filters.none_of):
        if field in OFFER_FACETS:  # of several offers another one may pass
            yield f"offers > 1 or not {_contains('offer_facets', asked_hashes(field, values))}"
    if filters.price is not None:
        yield from _price_conditions(filters.price)


def _price_conditions(price: PriceRange) -> Iterator[str]:
    if price.minimum is not None:
        yield f"high >= {float(price.minimum)!r}"
    if price.maximum is not None:
        yield f"low <= {float(price.maximum)!r}"
    if price.currency is not None:
        yield _contains("offer_facets", [value_hash("currency", price.currency), _UNKNOWN])


def _holds(field: str, values: tuple[str, ...], among: list[int]) -> Iterator[str]:
    """Alternatives; columns of one value where there are, since they are quicker than arrays."""
    hashes = asked_hashes(field, values)
    if field == "brand":
        yield f"brand in {_listed(hashes)}"
        return
    rest = hashes
    if field == "category":
        depths = [len(category_path(value)) for value in values]
        for level in range(1, CATEGORY_LEVELS + 1):
            own = [one for one, depth in zip(hashes, depths, strict=True) if depth == level]
            if own:
                yield f"category_{level} in {_listed(own)}"
        rest = [
            one
            for one, depth in zip(hashes, depths, strict=True)
            if not 1 <= depth <= CATEGORY_LEVELS
        ]
    if rest:
        yield _contains("facets", [*rest, *among])


def _asked(conditions: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Those that name a value; without one nothing is asked of Milvus."""
    return ((field, values) for field, values in conditions.items() if values)


def _contains(column: str, hashes: Iterable[int]) -> str:
    return f"{_CONTAINS}({column}, {_listed(hashes)})"


def _listed(hashes: Iterable[int]) -> str:
    return f"[{', '.join(str(_signed(one)) for one in hashes)}]"


def _values(hashes: Iterable[int]) -> list[int]:
    unique = sorted({_signed(one) for one in hashes})
    return unique if len(unique) <= MOST_VALUES else [_UNKNOWN]


def _signed(value: int) -> int:
    return value - 2**64 if value >= 2**63 else value
