"""What one transaction writes: statements for products, offers, pictures and settings."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from index import lexical
from index.captions import write_captions
from index.catalogue_reads import chunks, read_meta
from index.history import prune_displays
from index.tables import display, meta, offer, picture, price_history, product
from index.types import Offer, PictureRecord, Price, ProductRecord, Vector


def write_records(connection: Connection, records: Sequence[ProductRecord], sequence: int) -> None:
    """Adds or replaces products with their words, captions, offers, prices, pictures and vectors.

    One statement a table and not one a row: SQLAlchemy takes longer to build a statement than the
    database to run it. What is replaced is in the past already, where a kept version needs it
    (``history.archive``).

    Args:
        connection: a writing transaction.
        records: at most as many as one statement takes; a product that comes again replaces itself.
        sequence: the number of this write.
    """
    for unique in _without_repeats(records):
        known = _keys(connection, unique)
        _write_products(connection, unique, known, sequence)
        keys = _keys(connection, unique)
        found = {keys[one.product.id]: one for one in unique}
        write_captions(connection, {key: one.caption for key, one in found.items()})
        lexical.write(connection, {key: one.product for key, one in found.items()})
        _write_offers(connection, found, list(known.values()))
        _write_pictures(connection, found, list(known.values()))


def _without_repeats(records: Sequence[ProductRecord]) -> Iterator[list[ProductRecord]]:
    """Runs of records in which each product is there once."""
    unique: dict[str, ProductRecord] = {}
    for one in records:
        if one.product.id in unique:
            yield list(unique.values())
            unique = {}
        unique[one.product.id] = one
    if unique:
        yield list(unique.values())


def _keys(connection: Connection, records: Sequence[ProductRecord]) -> dict[str, int]:
    """The keys of those products that are there, by id."""
    ids = [one.product.id for one in records]
    rows = connection.execute(sa.select(product.c.id, product.c.key).where(product.c.id.in_(ids)))
    return {row.id: row.key for row in rows}


def _write_products(
    connection: Connection,
    records: Sequence[ProductRecord],
    known: Mapping[str, int],
    sequence: int,
) -> None:
    values = [_product_values(one, sequence) for one in records]
    _insert(connection, product, [one for one in values if one["id"] not in known])
    if known:
        names = [name for name in values[0] if name != "id"]
        update = (
            sa.update(product)
            .where(product.c.key == sa.bindparam("of"))
            .values({name: sa.bindparam(f"new_{name}") for name in names})
        )
        changed = [
            {"of": known[one["id"]], **{f"new_{name}": one[name] for name in names}}
            for one in values
            if one["id"] in known
        ]
        connection.execute(update, changed)


def _write_pictures(
    connection: Connection, found: Mapping[int, ProductRecord], replaced: Sequence[int]
) -> None:
    """In place of those of the products ``replaced``."""
    owned = picture.c.product_key.in_(replaced)
    before = set(connection.scalars(sa.select(picture.c.sha256).where(owned)))
    connection.execute(sa.delete(picture).where(owned))
    _write_displays(connection, [one for record in found.values() for one in record.pictures])
    rows = [
        {
            "product_key": key,
            "position": position,
            "source": one.source,
            "sha256": one.sha256,
            "embedding": _blob(one.embedding),
            "colours": _blob(one.colours),
        }
        for key, record in found.items()
        for position, one in enumerate(record.pictures)
    ]
    _insert(connection, picture, rows)
    prune_displays(connection, before)


def _write_displays(connection: Connection, pictures: Sequence[PictureRecord]) -> None:
    """The small pictures that are not there yet; one that many products show is kept once."""
    jpegs = {one.sha256: one.display_jpeg for one in pictures if one.display_jpeg is not None}
    for chunk in chunks(list(jpegs)):
        known = sa.select(display.c.sha256).where(display.c.sha256.in_(chunk))
        missing = set(chunk) - set(connection.scalars(known))
        rows = [{"sha256": one, "jpeg": jpegs[one]} for one in chunk if one in missing]
        _insert(connection, display, rows)


def _insert(connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)


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


def _write_offers(
    connection: Connection, found: Mapping[int, ProductRecord], replaced: Sequence[int]
) -> None:
    """In place of those of the products ``replaced``; prices that changed are noted."""
    owned = offer.c.product_key.in_(replaced)
    before = {
        (row.product_key, row.merchant): _price(row.amount, row.currency)
        for row in connection.execute(sa.select(offer).where(owned))
    }
    connection.execute(sa.delete(offer).where(owned))
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    offers = [
        (key, position, one)
        for key, record in found.items()
        for position, one in enumerate(record.product.offers)
    ]
    _insert(connection, offer, [_offer_values(*one) for one in offers])
    prices = [
        {
            "product_key": key,
            "merchant": one.merchant,
            "amount": str(one.price.amount),
            "currency": one.price.currency,
            "seen_at": now,
        }
        for key, _, one in offers
        if one.price is not None and before.get((key, one.merchant)) != one.price
    ]
    _insert(connection, price_history, prices)


def _offer_values(key: int, position: int, one: Offer) -> dict[str, Any]:
    return {
        "product_key": key,
        "merchant": one.merchant,
        "position": position,
        "amount": str(one.price.amount) if one.price else None,
        "currency": one.price.currency if one.price else None,
        "regular_amount": str(one.regular_price.amount) if one.regular_price else None,
        "availability": one.availability,
        "link": one.link,
        "source_id": one.source_id,
    }


def _price(amount: str | None, currency: str | None) -> Price | None:
    return None if amount is None or currency is None else Price(Decimal(amount), currency)


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
