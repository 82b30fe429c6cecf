"""What one transaction writes: statements for products, offers, pictures and settings."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from index import lexical
from index.catalogue_reads import read_meta
from index.history import prune_displays
from index.tables import display, meta, offer, picture, price_history, product
from index.types import Offer, PictureRecord, Price, ProductRecord, Vector


def write_record(connection: Connection, record: ProductRecord, sequence: int) -> None:
    """Adds or replaces one product with its words, offers, prices, pictures and vectors.

    What it replaces is in the past already, where a kept version needs it (``history.archive``).
    """
    values = _product_values(record, sequence)
    key = connection.scalar(sa.select(product.c.key).where(product.c.id == record.product.id))
    if key is None:
        key = connection.execute(
            sa.insert(product).values(values).returning(product.c.key)
        ).scalar_one()
    else:
        connection.execute(sa.update(product).where(product.c.key == key).values(values))
    lexical.write(connection, key, record.product)
    before = _remove_pictures(connection, key)
    _write_offers(connection, key, record.product.offers)
    for position, one in enumerate(record.pictures):
        _write_picture(connection, key, position, one)
    prune_displays(connection, before)


def _write_picture(connection: Connection, key: int, position: int, one: PictureRecord) -> None:
    known = connection.scalar(sa.select(display.c.sha256).where(display.c.sha256 == one.sha256))
    if known is None and one.display_jpeg is not None:
        connection.execute(sa.insert(display).values(sha256=one.sha256, jpeg=one.display_jpeg))
    connection.execute(
        sa.insert(picture).values(
            product_key=key,
            position=position,
            source=one.source,
            sha256=one.sha256,
            embedding=_blob(one.embedding),
            colours=_blob(one.colours),
        )
    )


def _product_values(record: ProductRecord, sequence: int) -> dict[str, Any]:
    one = record.product
    return {
        "id": one.id,
        "item_group": one.group,
        "title": one.title,
        "description": one.description,
        "brand": one.brand,
        "category": one.category,
        "color": one.color,
        "gtin": one.gtin,
        "attributes": dict(one.attributes),
        "text_embedding": _blob(record.text_embedding),
        "content_hash": record.content_hash,
        "sequence": sequence,
    }


def _write_offers(connection: Connection, key: int, offers: Sequence[Offer]) -> None:
    before = {
        row.merchant: _price(row.amount, row.currency)
        for row in connection.execute(sa.select(offer).where(offer.c.product_key == key))
    }
    connection.execute(sa.delete(offer).where(offer.c.product_key == key))
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    for position, one in enumerate(offers):
        amount = str(one.price.amount) if one.price else None
        currency = one.price.currency if one.price else None
        connection.execute(
            sa.insert(offer).values(
                product_key=key,
                merchant=one.merchant,
                position=position,
                amount=amount,
                currency=currency,
                regular_amount=str(one.regular_price.amount) if one.regular_price else None,
                availability=one.availability,
                link=one.link,
                source_id=one.source_id,
            )
        )
        if amount is not None and before.get(one.merchant) != one.price:
            connection.execute(
                sa.insert(price_history).values(
                    product_key=key,
                    merchant=one.merchant,
                    amount=amount,
                    currency=currency,
                    seen_at=now,
                )
            )


def _price(amount: str | None, currency: str | None) -> Price | None:
    return None if amount is None or currency is None else Price(Decimal(amount), currency)


def _remove_pictures(connection: Connection, key: int) -> set[str]:
    hashes = connection.scalars(sa.select(picture.c.sha256).where(picture.c.product_key == key))
    found = set(hashes.all())
    if found:
        connection.execute(sa.delete(picture).where(picture.c.product_key == key))
    return found


def next_sequence(connection: Connection) -> int:
    """Takes the next number; the caller holds the write lock."""
    sequence = int(read_meta(connection).get("sequence", "0")) + 1
    set_meta(connection, "sequence", str(sequence))
    return sequence


def set_meta(connection: Connection, key: str, value: str) -> None:
    """Writes one setting of the catalogue itself."""
    updated = connection.execute(sa.update(meta).where(meta.c.key == key).values(value=value))
    if updated.rowcount == 0:
        connection.execute(sa.insert(meta).values(key=key, value=value))


def _blob(vector: Vector) -> bytes:
    return vector.astype(np.float16).tobytes()
