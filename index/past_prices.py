"""Prices of the past, from a file into the catalogue's price history, and out of it.

An indexing run notes a price when it changes. What was asked before Snapshelf was there stands in a
shop's own records; this reads them.
"""

import csv
import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from index.catalogue import Catalogue
from index.errors import FeedError, RowError
from index.feed_formats.prices import parse_price
from index.tables import price_history, product
from index.types import Price

COLUMNS = ("id", "merchant", "date", "price")
MAX_SHOWN = 500
"""The newest of a product's prices: more than a year of a merchant that changes them daily."""


@dataclass(frozen=True)
class PastPrice:
    """What a merchant asked for a product from a day on."""

    product: str
    merchant: str
    day: datetime.date
    price: Price


@dataclass(frozen=True)
class AskedPrice:
    """What a merchant asked for a product from a moment on."""

    merchant: str
    price: Price
    since: str
    """ISO 8601, UTC: when an indexing run saw it first, or midnight of an imported day."""


@dataclass(frozen=True)
class Imported:
    """What became of the rows."""

    added: int
    known: int
    """The same product, merchant and day were there."""
    without_product: int
    """No product of the catalogue has this id."""


def read_past_prices(path: Path) -> Iterator[PastPrice]:
    """Reads a CSV file with the columns ``COLUMNS``; dates are ISO 8601, prices as in a feed.

    Raises:
        FeedError: it cannot be read, lacks a column, or a row is wrong: file, line, field, reason.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = set(COLUMNS) - set(reader.fieldnames or [])
            if missing:
                raise FeedError(f"{path.name}: no column {', '.join(sorted(missing))}")
            for row in reader:
                yield _past_price(row, f"{path.name} line {reader.line_num}")
    except (OSError, UnicodeDecodeError) as error:
        raise FeedError(f"{path}: {error}") from error


def _past_price(row: Mapping[str, str | None], place: str) -> PastPrice:
    values = {name: (row.get(name) or "").strip() for name in COLUMNS}
    try:
        day = datetime.date.fromisoformat(values["date"])
        price = parse_price(values["price"], "price")
    except ValueError as error:
        raise FeedError(f"{place}: date: {error}; allowed is 2026-11-29") from error
    except RowError as error:
        raise FeedError(f"{place}: {error}") from error
    if not values["id"]:
        raise FeedError(f"{place}: id is empty")
    return PastPrice(values["id"], values["merchant"], day, price)


def price_history_of(catalogue: Catalogue, product_id: str) -> list[AskedPrice]:
    """Gives what a product's merchants asked, oldest first: the newest ``MAX_SHOWN`` prices.

    Args:
        catalogue: holds the history.
        product_id: the product's own id; an unknown one has no history.
    """
    query = (
        sa.select(price_history)
        .join(product, product.c.key == price_history.c.product_key)
        .where(product.c.id == product_id)
        .order_by(price_history.c.seen_at.desc(), price_history.c.key.desc())
        .limit(MAX_SHOWN)
    )
    found = catalogue.rows(query)
    return [
        AskedPrice(merchant, Price(Decimal(amount), currency), seen_at)
        for _, _, merchant, amount, currency, seen_at in reversed(found)
    ]


def import_past_prices(catalogue: Catalogue, prices: Iterable[PastPrice]) -> Imported:
    """Adds prices of the past; run again, it adds nothing. One transaction.

    Raises:
        StoreUnwritableError: the database is read-only or the disk is full.
    """
    given = list(prices)
    with catalogue.writing() as connection:
        keys = {
            row.id: row.key for row in connection.execute(sa.select(product.c.id, product.c.key))
        }
        past = sa.select(
            price_history.c.product_key, price_history.c.merchant, price_history.c.seen_at
        )
        known = {(row.product_key, row.merchant, row.seen_at) for row in connection.execute(past)}
        of_catalogue = [one for one in given if one.product in keys]
        rows = {
            (keys[one.product], one.merchant, _seen_at(one.day)): one.price for one in of_catalogue
        }
        new = [_values(place, price) for place, price in rows.items() if place not in known]
        if new:
            connection.execute(sa.insert(price_history), new)
    return Imported(len(new), len(of_catalogue) - len(new), len(given) - len(of_catalogue))


def _seen_at(day: datetime.date) -> str:
    midnight = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    return midnight.isoformat(timespec="seconds")


def _values(place: tuple[int, str, str], price: Price) -> dict[str, object]:
    key, merchant, seen_at = place
    return {
        "product_key": key,
        "merchant": merchant,
        "amount": str(price.amount),
        "currency": price.currency,
        "seen_at": seen_at,
    }
