"""OpenAI's product feed: flat rows, or products with a list of variants.

Source: https://developers.openai.com/commerce/specs/feed (its flat columns are known to
``index.feed_rows`` as other names of Google's) and /commerce/specs/spec (products with variants).
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from babel.numbers import get_currency_precision

from index.feed_formats.raw_row import RawRow

_SHARED = ("title", "description", "url", "brand")


def expanded(rows: Iterator[RawRow]) -> Iterator[RawRow]:
    """Gives one row a variant where a row is a product with ``variants``; others as they are."""
    for row in rows:
        variants = row.values.get("variants")
        if isinstance(variants, list) and variants:
            for variant in variants:
                yield _variant_row(row, variant)
        else:
            yield row


def _variant_row(row: RawRow, variant: object) -> RawRow:
    if not isinstance(variant, Mapping):
        return RawRow(row.line, {}, f"variants: holds a JSON {type(variant).__name__}, no object")
    shared = {name: _plain(row.values[name]) for name in _SHARED if name in row.values}
    own = {name: _plain(variant[name]) for name in ("id", *_SHARED) if variant.get(name)}
    values: dict[str, object] = {**shared, **own, "item_group_id": row.values.get("id")}
    values.update(_options(variant))
    price, regular = _price(variant.get("price")), _price(variant.get("list_price"))
    values.update({"price": regular or price, "sale_price": price if regular else None})
    values["availability"] = _availability(variant.get("availability"))
    values["gtin"] = _first(variant.get("barcodes"), "value")
    values["merchant"] = _first([variant.get("seller")], "name")
    media = variant.get("media") or row.values.get("media")
    urls = [one["url"] for one in _objects(media) if one.get("url")]
    values.update({"image_link": urls[0] if urls else None, "additional_image_link": urls[1:]})
    return RawRow(row.line, values)


def _plain(value: object) -> object:
    """Descriptions are objects with ``plain`` and ``html`` texts, or texts."""
    if isinstance(value, Mapping):
        return value.get("plain") or value.get("html") or ""
    return value


def _price(value: object) -> object:
    """``{"amount": 7999, "currency": "USD"}``, in minor units, as ``79.99 USD``."""
    if not isinstance(value, Mapping):
        return value
    amount, currency = value.get("amount"), str(value.get("currency", ""))
    if not isinstance(amount, int):
        return f"{amount} {currency}"
    digits = get_currency_precision(currency)
    return f"{Decimal(amount).scaleb(-digits):f} {currency}"


def _availability(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return value.get("status") or ("in_stock" if value.get("available", True) else "out_of_stock")


def _options(variant: Mapping[str, object]) -> dict[str, object]:
    pairs = _objects(variant.get("variant_options"))
    return {str(one["name"]): one.get("value") for one in pairs if one.get("name")}


def _first(values: object, field: str) -> object:
    return next((one[field] for one in _objects(values) if one.get(field)), None)


def _objects(values: object) -> list[Mapping[str, object]]:
    return [one for one in values if isinstance(one, Mapping)] if isinstance(values, list) else []
