"""Filters and ranking once more, product by product and without an index: what must come out."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from index.catalogue_reads import IndexedProduct
from index.segment import Segment
from index.segment_build import build_segment
from index.types import (
    Filters,
    Offer,
    PriceRange,
    Product,
    ProductRecord,
    Query,
    Vector,
    Vectors,
)
from tests.fakes import SPACE

OFFER_FIELDS = ("merchant", "availability")


def fold(text: str) -> str:
    return " ".join(text.casefold().split())


def path(category: str) -> tuple[str, ...]:
    return tuple(fold(part) for part in category.split(">") if part.strip())


def values_of(product: Product, field: str) -> list[str]:
    """The folded values that a product has in a field with several values."""
    written = product.color
    if field.startswith("attributes."):
        named = {name.casefold(): value for name, value in product.attributes.items()}
        written = named.get(field.removeprefix("attributes.").casefold(), "")
    return [fold(written), *(fold(part) for part in re.split("[,/;]", written))] if written else []


def has_any(product: Product, field: str, values: Sequence[str]) -> bool:
    if field == "brand":
        return fold(product.brand) in [fold(value) for value in values]
    if field == "category":
        own = path(product.category)
        return any(path(value) and own[: len(path(value))] == path(value) for value in values)
    return any(fold(value) in values_of(product, field) for value in values)


def offer_passes(offer: Offer, filters: Filters) -> bool:
    for field in OFFER_FIELDS:
        own = fold(getattr(offer, field))
        if field in filters.any_of and own not in [fold(one) for one in filters.any_of[field]]:
            return False
        if own in [fold(one) for one in filters.none_of.get(field, ())]:
            return False
    return filters.price is None or is_priced(offer, filters.price)


def is_priced(offer: Offer, wanted: PriceRange) -> bool:
    if offer.price is None:
        return False
    amount, currency = offer.price.amount, offer.price.currency
    return (
        (wanted.minimum is None or amount >= wanted.minimum)
        and (wanted.maximum is None or amount <= wanted.maximum)
        and (wanted.currency is None or currency.casefold() == wanted.currency.casefold())
    )


def passes(product: Product, filters: Filters) -> bool:
    """Whether a product passes, condition by condition."""
    for field, values in filters.any_of.items():
        if field not in OFFER_FIELDS and not has_any(product, field, values):
            return False
    for field, values in filters.none_of.items():
        if field not in OFFER_FIELDS and has_any(product, field, values):
            return False
    asks = filters.price or {*filters.any_of, *filters.none_of} & {*OFFER_FIELDS}
    return not asks or any(offer_passes(offer, filters) for offer in product.offers)


def score(record: ProductRecord, query: Query, key: int = 0) -> float:
    """A product's score: its best picture, its text and its words, weighted."""
    weights = query.weights
    embeddings = drawn_to_mean([one.embedding for one in record.pictures])
    colours = drawn_to_mean([one.colours for one in record.pictures])
    pictures = []
    for place in range(len(record.pictures)):
        total = 0.0
        if query.image is not None:
            total += weights.image * float(embeddings[place] @ query.image)
        if query.colours is not None:
            total += weights.colour * float(colours[place] @ query.colours)
        if query.text is not None:
            total += weights.text_image * float(embeddings[place] @ query.text)
        pictures.append(total)
    total = max(pictures, default=0.0)
    if query.text is not None:
        total += weights.text * float(stored(record.text_embedding) @ query.text)
    if query.lexical is not None:
        shares = dict(zip(query.lexical.keys.tolist(), query.lexical.scores, strict=True))
        total += weights.lexical * float(shares.get(key, 0.0))
    if query.siblings is not None:
        near = dict(zip(query.siblings.keys.tolist(), query.siblings.scores, strict=True))
        total += weights.siblings * float(near.get(key, 0.0))
    return total / asked_weight(query)


def asked_weight(query: Query) -> float:
    weights = query.weights
    asked = weights.image if query.image is not None else 0.0
    asked += weights.colour if query.colours is not None else 0.0
    asked += weights.lexical if query.lexical is not None else 0.0
    asked += weights.siblings if query.siblings is not None else 0.0
    return asked + (weights.text_image + weights.text if query.text is not None else 0.0)


def drawn_to_mean(vectors: Sequence[Vector]) -> list[np.ndarray]:
    """Two parts of each picture's vector and one of the mean of all of its product."""
    rows = [stored(one) for one in vectors]
    mean = sum(rows, np.zeros(1))
    mean = mean / np.linalg.norm(mean) if mean.any() else mean
    return rows if len(rows) < 2 else [stored((2 * one + mean) / 3) for one in rows]


def stored(vector: np.ndarray) -> np.ndarray:
    """What is left of a vector in the catalogue."""
    return vector.astype(np.float16).astype(np.float64)


def brute_force(records: Mapping[int, ProductRecord], query: Query) -> list[tuple[float, int]]:
    """(score, key) of everything that should come back, best first, ties by key."""
    scored = sorted(
        (-score(record, query, key), key)
        for key, record in records.items()
        if passes(record.product, query.filters)
    )
    if query.is_grouped:
        best: dict[str, tuple[float, int]] = {}
        for entry in scored:
            best.setdefault(records[entry[1]].product.group, entry)
        scored = sorted(best.values())
    return [(-negative, key) for negative, key in scored[: query.k]]


def segment_of(records: Mapping[int, ProductRecord]) -> Segment:
    """A segment straight from records; picture keys run against product keys."""
    return build_segment([indexed(key, record) for key, record in sorted(records.items())], SPACE)


def indexed(key: int, record: ProductRecord) -> IndexedProduct:
    """A product as the catalogue gives it to the index."""
    return IndexedProduct(
        key=key,
        product=record.product,
        text_embedding=stored(record.text_embedding).astype(np.float32),
        picture_keys=100_000 - 10 * key + np.arange(len(record.pictures), dtype=np.int64),
        embeddings=_rows([one.embedding for one in record.pictures]),
        colours=_rows([one.colours for one in record.pictures]),
    )


def _rows(vectors: Sequence[Vector]) -> Vectors:
    rows = [stored(vector).astype(np.float32) for vector in vectors]
    return np.stack(rows) if rows else np.empty((0, 0), dtype=np.float32)
