"""Prices of the past, from a file into the price history."""

import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from index.errors import FeedError
from index.past_prices import (
    MAX_SHOWN,
    AskedPrice,
    Imported,
    PastPrice,
    import_past_prices,
    price_history_of,
    read_past_prices,
)
from index.types import Price
from tests.fakes import record
from tests.index.databases import Database

HEAD = "id,merchant,date,price\n"
GOOD = HEAD + "p1,north,2026-01-05,12.50 USD\np1,north,2026-03-02,11 USD\np9,,2026-03-02,5 EUR\n"
HISTORY = "SELECT merchant, amount, currency, seen_at FROM price_history ORDER BY seen_at"


def a_file(folder: Path, text: str) -> Path:
    path = folder / "past.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_past_prices_join_the_history_once_and_unknown_products_are_counted(
    database: Database, tmp_path: Path
) -> None:
    catalogue = database.catalogue()
    catalogue.upsert([record("p1")])
    before = database.rows(HISTORY)
    prices = list(read_past_prices(a_file(tmp_path, GOOD)))
    assert import_past_prices(catalogue, prices) == Imported(2, 0, 1)
    assert import_past_prices(catalogue, prices) == Imported(0, 2, 1)
    catalogue.close()
    assert database.rows(HISTORY) == [
        ("north", "12.50", "USD", "2026-01-05T00:00:00+00:00"),
        ("north", "11", "USD", "2026-03-02T00:00:00+00:00"),
        *before,
    ]


def test_of_two_prices_of_one_day_the_last_wins(database: Database, tmp_path: Path) -> None:
    catalogue = database.catalogue()
    catalogue.upsert([record("p1")])
    text = HEAD + "p1,north,2026-01-05,12 USD\np1,north,2026-01-05,13 USD\n"
    import_past_prices(catalogue, read_past_prices(a_file(tmp_path, text)))
    catalogue.close()
    assert database.rows(HISTORY)[0][:2] == ("north", "13")


def test_a_products_history_is_its_own_oldest_first_the_newest_of_many(
    database: Database, tmp_path: Path
) -> None:
    catalogue = database.catalogue()
    catalogue.upsert([record("p1"), record("p2")])
    [now] = price_history_of(catalogue, "p1")
    import_past_prices(catalogue, read_past_prices(a_file(tmp_path, GOOD)))
    assert price_history_of(catalogue, "p1") == [
        AskedPrice("north", Price(Decimal("12.50"), "USD"), "2026-01-05T00:00:00+00:00"),
        AskedPrice("north", Price(Decimal("11"), "USD"), "2026-03-02T00:00:00+00:00"),
        now,
    ]
    assert len(price_history_of(catalogue, "p2")) == 1
    assert price_history_of(catalogue, "p9") == []
    day = datetime.date(2000, 1, 1)
    many = [
        PastPrice("p2", "north", day + datetime.timedelta(n), Price(Decimal(n + 1), "USD"))
        for n in range(MAX_SHOWN)
    ]
    import_past_prices(catalogue, many)
    shown = price_history_of(catalogue, "p2")
    assert (len(shown), shown[0].price.amount) == (MAX_SHOWN, 2)
    catalogue.close()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("id,date,price\n", "no column merchant"),
        (HEAD + "p1,north,yesterday,12 USD\n", "line 2: date: .*yesterday"),
        (HEAD + "p1,north,2026-01-05,12\n", "line 2: price: "),
        (HEAD + ",north,2026-01-05,12 USD\n", "line 2: id is empty"),
    ],
)
def test_a_wrong_file_is_refused_with_line_field_and_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    with pytest.raises(FeedError, match=reason):
        list(read_past_prices(a_file(tmp_path, text)))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"absent\.csv"):
        list(read_past_prices(tmp_path / "absent.csv"))
