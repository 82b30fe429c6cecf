"""Going back: what was valid at a sequence number becomes valid again, under a new one."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from index import lexical
from index.catalogue_reads import chunks, read_products
from index.history import archive, prune_displays
from index.history_tables import (
    feed_write,
    past_caption,
    past_offer,
    past_picture,
    past_price_history,
    past_product,
)
from index.tables import caption, deletion, offer, picture, price_history, product


@dataclass(frozen=True)
class Restored:
    """What going back changed."""

    restored: tuple[str, ...]
    """Ids of products that are again what they were, in the order of their keys."""
    removed: tuple[str, ...]
    """Ids of products that came later and are gone."""


def restore(connection: Connection, to: int, sequence: int, *, is_feed_only: bool) -> Restored:
    """Brings back every row that was valid at a sequence number and removes what came later.

    What is replaced stays in the past as with any write, as far as a kept version needs it.

    Args:
        connection: a writing transaction.
        to: the sequence number of a kept version.
        sequence: the number of this write.
        is_feed_only: leave what others than the present indexing run wrote.
    """
    present = _ids_of_later(connection, to, is_feed_only=is_feed_only)
    gone = _keys_of_deleted(connection, to, is_feed_only=is_feed_only)
    valid = _valid(connection, [*present, *gone], to)
    removed = {key: one for key, one in present.items() if key not in valid}
    for chunk in chunks(list(removed)):
        archive(connection, chunk, sequence, are_removed=True)
        remove(connection, chunk, sequence)
    back = _without_taken(connection, valid)
    for chunk in chunks(sorted(back)):
        archive(connection, [key for key in chunk if key in present], sequence)
        _bring_back(connection, chunk, to, sequence)
    connection.execute(sa.delete(feed_write))
    return Restored(tuple(back[key] for key in sorted(back)), tuple(removed.values()))


def remove(connection: Connection, keys: Sequence[int], sequence: int) -> None:
    """Removes products with all that is theirs; at most as many as one statement takes."""
    hashes = _hashes_of(connection, keys)
    lexical.remove(connection, keys)
    if keys:
        gone = [{"product_key": key, "sequence": sequence} for key in keys]
        connection.execute(sa.insert(deletion), gone)
    connection.execute(sa.delete(picture).where(picture.c.product_key.in_(keys)))
    connection.execute(sa.delete(product).where(product.c.key.in_(keys)))
    prune_displays(connection, hashes)


def _ids_of_later(connection: Connection, to: int, *, is_feed_only: bool) -> dict[int, str]:
    query = sa.select(product.c.key, product.c.id).where(product.c.sequence > to)
    if is_feed_only:
        query = query.where(product.c.sequence.in_(sa.select(feed_write.c.sequence)))
    return {row.key: row.id for row in connection.execute(query.order_by(product.c.key))}


def _keys_of_deleted(connection: Connection, to: int, *, is_feed_only: bool) -> list[int]:
    query = sa.select(deletion.c.product_key).where(deletion.c.sequence > to)
    if is_feed_only:
        query = query.where(deletion.c.sequence.in_(sa.select(feed_write.c.sequence)))
    return list(connection.scalars(query))


def _valid(connection: Connection, keys: list[int], to: int) -> dict[int, str]:
    """Those of the keys that were there at a sequence number, each with its id."""
    query = sa.select(past_product.c.key, past_product.c.id).where(_was_valid(to))
    return {
        row.key: row.id
        for chunk in chunks(keys)
        for row in connection.execute(query.where(past_product.c.key.in_(chunk)))
    }


def _was_valid(to: int) -> sa.ColumnElement[bool]:
    return sa.and_(past_product.c.sequence <= to, past_product.c.until > to)


def _without_taken(connection: Connection, valid: dict[int, str]) -> dict[int, str]:
    """Leaves out ids that another product bears now, which others than the run wrote."""
    query = sa.select(product.c.key, product.c.id)
    taken = {
        row.id
        for chunk in chunks(list(valid.values()))
        for row in connection.execute(query.where(product.c.id.in_(chunk)))
        if valid.get(row.key) != row.id
    }
    return {key: one for key, one in valid.items() if one not in taken}


def _bring_back(connection: Connection, keys: list[int], to: int, sequence: int) -> None:
    present = set(connection.scalars(sa.select(product.c.key).where(product.c.key.in_(keys))))
    hashes = _hashes_of(connection, keys)
    query = sa.select(past_product).where(past_product.c.key.in_(keys), _was_valid(to))
    for row in connection.execute(query).mappings().all():
        values = {one.name: row[one.name] for one in product.columns} | {"sequence": sequence}
        if row["key"] in present:
            connection.execute(sa.update(product).where(product.c.key == row["key"]), values)
        else:
            connection.execute(sa.insert(product), values)
    _note_prices(connection, sorted(present), to)
    for table, past in ((offer, past_offer), (picture, past_picture), (caption, past_caption)):
        connection.execute(sa.delete(table).where(table.c.product_key.in_(keys)))
        _copy_back(connection, past, table, _of_valid(past, keys, to))
    returned = past_price_history.c.product_key.in_([key for key in keys if key not in present])
    latest = past_price_history.alias()
    is_last = past_price_history.c.until == (
        sa.select(sa.func.max(latest.c.until))
        .where(latest.c.product_key == past_price_history.c.product_key)
        .scalar_subquery()
    )
    _copy_back(connection, past_price_history, price_history, sa.and_(returned, is_last))
    connection.execute(sa.delete(deletion).where(deletion.c.product_key.in_(keys)))
    lexical.write(connection, read_products(connection, keys))
    prune_displays(connection, hashes)


def _copy_back(
    connection: Connection, past: sa.Table, table: sa.Table, chosen: sa.ColumnElement[bool]
) -> None:
    """Copies rows under new keys of their own."""
    names = [one.name for one in table.columns if one.name != "key"]
    rows = sa.select(*(past.c[name] for name in names)).where(chosen)
    ordered = rows.order_by(past.c.key) if "key" in past.c else rows
    connection.execute(sa.insert(table).from_select(names, ordered))


def _note_prices(connection: Connection, keys: Sequence[int], to: int) -> None:
    """Adds the prices that hold again to the history of products that never went."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    names = ("product_key", "merchant", "amount", "currency")
    is_same = sa.exists().where(*(offer.c[name] == past_offer.c[name] for name in names))
    rows = sa.select(*(past_offer.c[name] for name in names), sa.literal(now)).where(
        _of_valid(past_offer, keys, to), past_offer.c.amount.is_not(None), ~is_same
    )
    connection.execute(sa.insert(price_history).from_select([*names, "seen_at"], rows))


def _of_valid(past: sa.Table, keys: Sequence[int], to: int) -> sa.ColumnElement[bool]:
    """Rows of a past table that belong to what these products were at a sequence number."""
    return sa.and_(
        past.c.product_key.in_(keys),
        sa.exists().where(
            past_product.c.key == past.c.product_key,
            past_product.c.until == past.c.until,
            _was_valid(to),
        ),
    )


def _hashes_of(connection: Connection, keys: Sequence[int]) -> list[str]:
    query = sa.select(picture.c.sha256).where(picture.c.product_key.in_(keys)).distinct()
    return list(connection.scalars(query))
