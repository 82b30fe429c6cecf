"""Shopify's product export: a product's variants and pictures stand in rows that follow each other.

Source: https://help.shopify.com/en/manual/products/import-export/using-csv; the column names of
exports before and after 2025 are both known.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from index.feed_formats.prices import price_columns
from index.feed_formats.raw_row import RawRow

MAX_PRODUCT_ROWS = 5_000
"""Shopify allows 2,048 variants and 250 pictures a product."""

_NAMES = {
    "url handle": "handle",
    "body (html)": "description",
    "vendor": "brand",
    "type": "product_type",
    "product category": "google_product_category",
    "image src": "image",
    "product image url": "image",
    "variant image": "variant_image",
    "variant image url": "variant_image",
    "variant sku": "sku",
    "variant barcode": "barcode",
    "variant price": "price",
    "compare-at price": "compare_at",
    "variant compare at price": "compare_at",
    "variant inventory qty": "quantity",
    "inventory quantity": "quantity",
    "variant inventory policy": "policy",
    "continue selling when out of stock": "policy",
    "variant inventory tracker": "tracker",
    "inventory tracker": "tracker",
}
_STOCK = {"quantity", "tracker"}
_TAG = re.compile(r"<[^<>]*>")
_SHARED = ("title", "description", "brand", "product_type", "google_product_category", "tags")

Cells = Mapping[str, str]


def is_shopify(header: Sequence[str]) -> bool:
    """Whether a header is that of Shopify's export."""
    names = set(map(_name, header))
    return {"handle", "title"} <= names and bool(names & {"option1 value", "sku", "image"})


def shopify_rows(rows: Iterator[RawRow], currency: str) -> Iterator[RawRow]:
    """Gives one row a variant: with the product's words, its own options, price and pictures.

    Args:
        rows: the export as it stands.
        currency: ISO 4217, of the prices; empty: prices are left out, with a warning.
    """
    for handle, group in groupby(_with_handles(rows), key=lambda one: one[0]):
        product: list[tuple[RawRow, Cells]] = []
        faults = 0
        for _, row, cells in group:
            if row.problem:
                faults += 1
                yield row
            elif not handle:
                yield RawRow(row.line, {}, "has no handle, so it belongs to no product")
            elif len(product) >= MAX_PRODUCT_ROWS:
                yield RawRow(row.line, {}, f"{handle!r} has more than {MAX_PRODUCT_ROWS:,} rows")
            else:
                product.append((row, cells))
        if product:
            yield from _variants(handle, product, currency, faults)


def _with_handles(rows: Iterator[RawRow]) -> Iterator[tuple[str, RawRow, Cells]]:
    """A row that cannot be read counts with the product before it, and parts it no more."""
    handle = ""
    for row in rows:
        cells = _cells(row.values)
        handle = handle if row.problem else cells.get("handle", "")
        yield handle, row, cells


def _cells(values: Mapping[str, object]) -> dict[str, str]:
    return {_name(name): text for name, value in values.items() if (text := str(value).strip())}


def _name(column: str) -> str:
    folded = column.strip().casefold()
    return _NAMES.get(folded, folded)


def _variants(
    handle: str, product: list[tuple[RawRow, Cells]], currency: str, faults: int
) -> Iterator[RawRow]:
    first_row, first = product[0]
    status = first.get("status", "active").casefold()
    if status in {"draft", "archived"}:
        warning = f"{handle!r} is {status} in the shop and was left out"
        yield RawRow(first_row.line, {}, warning=warning)
        return
    pictures = [cells["image"] for _, cells in product if "image" in cells]
    shared = _shared(handle, first)
    names = {number: first.get(f"option{number} name", "") for number in "123"}
    is_single = sum(_is_variant(cells) for _, cells in product) <= 1
    # a faulty row may have been a variant, so that the one that is left keeps its name
    is_single &= not (faults and _has_options(first))
    for row, cells in product:
        if _is_variant(cells) or row is first_row:
            own = _own(cells, names, currency)
            variant = "" if is_single else _variant_name(cells)
            own["id"] = cells.get("sku") or "/".join(part for part in (handle, variant) if part)
            shown = [cells["variant_image"]] if "variant_image" in cells else []
            values = {**shared, **own, "additional_image_link": [*shown, *pictures]}
            warnings = [row.warning] if row.warning else []
            if row.warning and not _STOCK.issubset(map(_name, row.values)):
                values["availability"] = "unknown"
            if "price" in cells and not currency:
                warnings.append(_no_currency(cells["price"]))
            yield RawRow(row.line, values, warning="; ".join(warnings))
        elif row.warning:
            yield RawRow(row.line, {}, warning=row.warning)


def _has_options(cells: Cells) -> bool:
    return cells.get("option1 value", "Default Title") != "Default Title"


def _is_variant(cells: Cells) -> bool:
    return bool({"option1 value", "sku", "price"} & cells.keys())


def _shared(handle: str, first: Cells) -> dict[str, object]:
    shared: dict[str, object] = {name: first[name] for name in _SHARED if name in first}
    if "description" in first:
        text = html.unescape(_TAG.sub(" ", first["description"]))
        shared["description"] = " ".join(text.split())
    return {**shared, "item_group_id": handle}


def _own(cells: Cells, names: Mapping[str, str], currency: str) -> dict[str, object]:
    own: dict[str, object] = {}
    for number, name in names.items():
        value = cells.get(f"option{number} value", "")
        if name and value and value != "Default Title":
            own[name] = value
    digits = cells.get("barcode", "").lstrip("'")
    own["gtin" if digits.isdigit() and len(digits) in {8, 12, 13, 14} else "barcode"] = digits
    own["availability"] = "in_stock" if _is_sold(cells) else "out_of_stock"
    price, before = cells.get("price", ""), cells.get("compare_at", "")
    if currency and price:
        own.update(price_columns(f"{price} {currency}", before and f"{before} {currency}"))
    return own


def _is_sold(cells: Cells) -> bool:
    is_counted = "tracker" in cells and cells.get("policy", "deny").casefold() in {"deny", "false"}
    quantity = cells.get("quantity", "")
    return not (is_counted and quantity.lstrip("-").isdigit() and int(quantity) <= 0)


def _variant_name(cells: Cells) -> str:
    return "-".join(cells[name] for name in sorted(cells) if re.fullmatch(r"option\d value", name))


def _no_currency(price: str) -> str:
    return f"the price {price} was left out: Shopify names no currency; give one with --currency"
