"""What the demo shop's merchants asked in the year before the feed."""

from __future__ import annotations

import csv
import datetime
import random
import zlib
from collections.abc import Iterator
from pathlib import Path

from scripts.demo_shop.feed import offers
from scripts.demo_shop.groups import Product

COLUMNS = ("id", "merchant", "date", "price")
_LAST_DAY = datetime.date(2026, 11, 22)  # a week before the feed
_WEEKS = 50


def past_prices(product: Product, number: int, seed: int) -> Iterator[tuple[str, ...]]:
    """Two to five earlier prices of each offer, oldest first, a few per cent apart.

    Args:
        product: what was sold.
        number: of the product, as `feed.offers` takes it.
        seed: of the feed.
    """
    for offer in offers(product, number, seed):
        merchant = offer["merchant"]
        rng = random.Random(zlib.crc32(f"{seed}/{product.id}/{merchant}".encode()))  # noqa: S311
        weeks = sorted(rng.sample(range(_WEEKS), rng.randint(2, 5)), reverse=True)
        now = float(offer["price"].split()[0])
        for week in weeks:
            price = max(0.5, round(now * rng.uniform(0.85, 1.15) * 2) / 2)
            day = _LAST_DAY - datetime.timedelta(weeks=week)
            yield product.id, merchant, day.isoformat(), f"{price:.2f} USD"


def write_past_prices(products: dict[str, Product], path: Path, seed: int) -> int:
    """Writes `price_history.csv` and returns the number of its rows."""
    numbered = enumerate(products.values(), start=1001)
    rows = [row for number, product in numbered for row in past_prices(product, number, seed)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return len(rows)
