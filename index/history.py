"""Past rows: kept when they are replaced, dropped when no kept version needs them."""

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from index.catalogue_reads import chunks
from index.history_tables import (
    feed_write,
    kept_version,
    past_caption,
    past_offer,
    past_picture,
    past_price_history,
    past_product,
)
from index.tables import caption, display, offer, picture, price_history, product

_PENDING = ""
"""The name of a version that is being made."""
_ALL = 2**62
"""Its sequence number: later than any, so that every row that is replaced meanwhile stays."""


def archive(
    connection: Connection, keys: Sequence[int], until: int, *, are_removed: bool = False
) -> None:
    """Copies rows that a kept version needs to the past, before they are replaced or removed.

    Args:
        connection: a writing transaction.
        keys: products; at most as many as one statement takes.
        until: the sequence number of the write that replaces them.
        are_removed: the products go; their price history is copied too.
    """
    newest = connection.scalar(sa.select(sa.func.max(kept_version.c.sequence)))
    if newest is None:
        return
    asked = sa.select(product.c.key).where(
        product.c.key.in_(keys), product.c.sequence <= newest, product.c.sequence < until
    )
    needed = list(connection.scalars(asked))
    _copy(connection, product, past_product, product.c.key.in_(needed), until)
    for present, past in ((offer, past_offer), (picture, past_picture), (caption, past_caption)):
        _copy(connection, present, past, present.c.product_key.in_(needed), until)
    if are_removed:
        has_past = sa.exists().where(past_product.c.key == price_history.c.product_key)
        owned = sa.and_(price_history.c.product_key.in_(keys), has_past)
        _copy(connection, price_history, past_price_history, owned, until)


def keep_everything(connection: Connection) -> None:
    """From now on every row that is replaced stays, until ``keep`` says what is needed."""
    connection.execute(sa.delete(kept_version).where(kept_version.c.name == _PENDING))
    connection.execute(sa.insert(kept_version).values(name=_PENDING, sequence=_ALL))


def keep(connection: Connection, versions: Mapping[str, int]) -> None:
    """Drops the past that none of these versions needs.

    Args:
        connection: a writing transaction.
        versions: the last sequence number that each kept version holds; the newest holds the
            writes of every indexing run.
    """
    connection.execute(sa.delete(kept_version))
    for name, sequence in versions.items():
        connection.execute(sa.insert(kept_version).values(name=name, sequence=sequence))
    is_needed = sa.exists().where(
        kept_version.c.sequence >= past_product.c.sequence,
        kept_version.c.sequence < past_product.c.until,
    )
    connection.execute(sa.delete(past_product).where(~is_needed))
    hashes = sa.select(past_picture.c.sha256).where(~_has_product(past_picture)).distinct()
    orphaned = list(connection.scalars(hashes))
    for table in (past_offer, past_picture, past_caption):
        connection.execute(sa.delete(table).where(~_has_product(table)))
    has_past = sa.exists().where(past_product.c.key == past_price_history.c.product_key)
    connection.execute(sa.delete(past_price_history).where(~has_past))
    connection.execute(sa.delete(feed_write))
    prune_displays(connection, orphaned)


def kept() -> sa.Select[tuple[str, int]]:
    """Asks for the versions that can be gone back to, and the last sequence number of each."""
    return sa.select(kept_version.c.name, kept_version.c.sequence).where(
        kept_version.c.name != _PENDING
    )


def mark_feed_write(connection: Connection, sequence: int) -> None:
    """Notes that a write belongs to an indexing run."""
    connection.execute(sa.insert(feed_write).values(sequence=sequence))


def prune_displays(connection: Connection, hashes: Iterable[str]) -> None:
    """Removes those display pictures that no product shows, neither now nor in a kept version."""
    is_shown = sa.exists().where(picture.c.sha256 == display.c.sha256)
    was_shown = sa.exists().where(past_picture.c.sha256 == display.c.sha256)
    for chunk in chunks(list(hashes)):
        unused = sa.delete(display).where(display.c.sha256.in_(chunk), ~is_shown, ~was_shown)
        connection.execute(unused)


def _copy(
    connection: Connection,
    present: sa.Table,
    past: sa.Table,
    chosen: sa.ColumnElement[bool],
    until: int,
) -> None:
    names = [one.name for one in present.columns]
    rows = sa.select(*present.columns, sa.literal(until)).where(chosen)
    connection.execute(sa.insert(past).from_select([*names, "until"], rows))


def _has_product(past: sa.Table) -> sa.Exists:
    return sa.exists().where(
        past_product.c.key == past.c.product_key, past_product.c.until == past.c.until
    )
