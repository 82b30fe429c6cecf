"""The feed of the demo shop: one row an offer, in the words of Google's product data."""

from __future__ import annotations

import csv
import random
import zlib
from collections.abc import Iterator
from pathlib import Path

from scripts.demo_shop.chinese import description_zh, title_zh
from scripts.demo_shop.groups import Product

MERCHANTS = {
    "Northlight Home": ("northlight.example", 1.0),
    "Kettle & Co": ("kettle.example", 1.08),
    "Bazaar 88": ("bazaar88.example", 0.91),
}
COLUMNS = (
    "id",
    "item_group_id",
    "title",
    "description",
    "brand",
    "google_product_category",
    "color",
    "material",
    "size",
    "gtin",
    "price",
    "sale_price",
    "availability",
    "link",
    "image_link",
    "additional_image_link",
    "condition",
    "merchant",
    "title_zh",
    "description_zh",
)
_DEMO_PREFIX = "952"  # GS1 keeps this prefix for examples; no real product carries it


def gtin_13(number: int) -> str:
    """A valid GTIN-13 of the demonstration prefix.

    Source: GS1 General Specifications, section 7.9, check digit calculation.
    """
    body = f"{_DEMO_PREFIX}{number:09d}"
    total = sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(body))
    return f"{body}{-total % 10}"


def image_names(product: Product) -> tuple[str, str]:
    """The product's two pictures, relative to the feed."""
    return f"images/{product.id}-0.jpg", f"images/{product.id}-1.jpg"


def offers(product: Product, number: int, seed: int) -> Iterator[dict[str, str]]:
    """The rows of one product, one for each merchant that sells it."""
    rng = random.Random(zlib.crc32(f"{seed}/{product.id}".encode()))  # noqa: S311
    count = rng.choices([1, 2, 3], [1, 5, 5])[0]
    for merchant in sorted(rng.sample(list(MERCHANTS), count)):
        host, level = MERCHANTS[merchant]
        price = round(product.group.price_usd * level * rng.uniform(0.95, 1.06) * 2) / 2
        sale = f"{price * 0.8:.2f} USD" if rng.random() < 0.14 else ""
        yield {
            **_shared(product, number),
            "price": f"{price:.2f} USD",
            "sale_price": sale,
            "availability": "out_of_stock" if rng.random() < 0.12 else "in_stock",
            "link": f"https://{host}/p/{product.id}",
            "merchant": merchant,
        }


def _shared(product: Product, number: int) -> dict[str, str]:
    first, second = image_names(product)
    group, variant = product.group, product.variant
    return {
        "id": product.id,
        "item_group_id": group.id,
        "title": product.title,
        "description": product.description,
        "brand": group.brand,
        "google_product_category": group.category,
        "color": variant.color,
        "material": variant.material,
        "size": group.size,
        "gtin": gtin_13(number),
        "image_link": first,
        "additional_image_link": second,
        "condition": "new",
        "title_zh": title_zh(product),
        "description_zh": description_zh(product),
    }


def write_feed(products: dict[str, Product], path: Path, seed: int) -> int:
    """Writes the whole feed and returns the number of its rows."""
    numbered = enumerate(products.values(), start=1001)
    rows = [row for number, product in numbered for row in offers(product, number, seed)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)
