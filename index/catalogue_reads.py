"""Rows of the catalogue's tables to products and vectors."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from index.tables import meta, offer, picture, product
from index.types import Ids, Offer, Price, Product, Vector, Vectors

_CHUNK = 500
"""Keys a statement; SQLite allows 32,766 variables, PostgreSQL's planner likes few."""


@dataclass(frozen=True)
class IndexedProduct:
    """What the vector index needs of one product."""

    key: int
    product: Product
    text_embedding: Vector
    picture_keys: Ids
    """``(m,)``"""
    embeddings: Vectors
    """``(m, d)``"""
    colours: Vectors
    """``(m, c)``"""


@dataclass(frozen=True)
class KnownPicture:
    """A picture that is embedded already."""

    embedding: Vector
    colours: Vector


def find_key(connection: Connection, product_id: str) -> int | None:
    """The key of a product's id, or of the id under which a merchant lists it."""
    key = connection.scalar(sa.select(product.c.key).where(product.c.id == product_id))
    if key is None:
        key = connection.scalar(
            sa.select(offer.c.product_key).where(offer.c.source_id == product_id).limit(1)
        )
    return key


def find_keys(connection: Connection, product_ids: Sequence[str]) -> list[int]:
    """The keys of those of a few ids that exist, in no order."""
    query = sa.select(product.c.key).where(product.c.id.in_(product_ids))
    return list(connection.scalars(query))


def read_products(connection: Connection, keys: Sequence[int]) -> dict[int, Product]:
    """Products by key, with their offers in order; unknown keys are left out."""
    found: dict[int, Product] = {}
    for chunk in chunks(list(keys)):
        offers: dict[int, list[Offer]] = {}
        asked = sa.select(offer).where(offer.c.product_key.in_(chunk)).order_by(offer.c.position)
        for row in connection.execute(asked):
            offers.setdefault(row.product_key, []).append(_offer(row))
        for row in connection.execute(sa.select(product).where(product.c.key.in_(chunk))):
            found[row.key] = _product(row, offers.get(row.key, []))
    return found


def read_members(connection: Connection, groups: Iterable[str]) -> dict[str, list[int]]:
    """Keys of the products of each group, in the order in which they came."""
    found: dict[str, list[int]] = {}
    query = sa.select(product.c.key, product.c.item_group).order_by(product.c.key)
    for chunk in chunks(list(groups)):
        for row in connection.execute(query.where(product.c.item_group.in_(chunk))):
            found.setdefault(row.item_group, []).append(row.key)
    return found


def _product(row: Row[Any], offers: Sequence[Offer]) -> Product:
    return Product(
        id=row.id,
        group=row.item_group,
        title=row.title,
        description=row.description,
        brand=row.brand,
        category=row.category,
        color=row.color,
        gtin=row.gtin,
        attributes=row.attributes,
        offers=tuple(offers),
    )


def _offer(row: Row[Any]) -> Offer:
    def price(amount: str | None) -> Price | None:
        return None if amount is None else Price(Decimal(amount), row.currency)

    return Offer(
        merchant=row.merchant,
        price=price(row.amount),
        regular_price=price(row.regular_amount),
        availability=row.availability,
        link=row.link,
        source_id=row.source_id,
    )


def read_text_embeddings(connection: Connection, keys: Sequence[int]) -> dict[int, Vector]:
    """Text vectors by product key; products that wait for a new embedder are left out."""
    rows = connection.execute(
        sa.select(product.c.key, product.c.text_embedding).where(product.c.key.in_(keys))
    )
    return {row.key: vector_of(row.text_embedding) for row in rows if row.text_embedding}


def read_picture_rows(connection: Connection, keys: Sequence[int]) -> dict[int, list[Any]]:
    """Rows of (key, product_key, embedding, colours) by product, in the pictures' order."""
    found: dict[int, list[Any]] = {}
    query = sa.select(
        picture.c.key, picture.c.product_key, picture.c.embedding, picture.c.colours
    ).order_by(picture.c.product_key, picture.c.position)
    for row in connection.execute(query.where(picture.c.product_key.in_(keys))):
        found.setdefault(row.product_key, []).append(row)
    return found


def indexed_product(
    key: int, found: Product, text: Vector, pictures: Sequence[Row[Any]]
) -> IndexedProduct:
    """Joins one product's vectors."""
    empty = np.empty((0, 0), dtype=np.float32)
    return IndexedProduct(
        key=key,
        product=found,
        text_embedding=text,
        picture_keys=np.array([row.key for row in pictures], dtype=np.int64),
        embeddings=np.stack([vector_of(row.embedding) for row in pictures]) if pictures else empty,
        colours=np.stack([vector_of(row.colours) for row in pictures]) if pictures else empty,
    )


def read_meta(connection: Connection) -> dict[str, str]:
    """All settings of the catalogue itself."""
    return {row.key: row.value for row in connection.execute(sa.select(meta))}


def vector_of(blob: bytes) -> Vector:
    """Float16 bytes to ``(d,)`` float32."""
    return np.frombuffer(blob, dtype=np.float16).astype(np.float32)


def chunks(values: list[Any]) -> Iterator[list[Any]]:
    """Values in lists of a length that every database takes in one statement."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
