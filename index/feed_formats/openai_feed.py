"""OpenAI's product feed: flat rows, or products with a list of variants.

Source: https://developers.openai.com/commerce/specs/feed (its flat columns are known to
``index.feed_rows`` as other names of Google's) and /commerce/specs/spec (products with variants).
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from babel.numbers import get_currency_precision

from index.feed_formats.prices import price_columns
from index.feed_formats.raw_row import RawRow

_WORDS = ("title", "description", "url", "brand")
_TAKEN_APART = {
    "id", "variants", "price", "list_price", "availability", "barcodes", "seller", "media",
    "categories", "variant_options",
}  # fmt: skip
"""Columns of a product with variants that become others; the rest stay as they are."""
_NOTHING: tuple[object, ...] = (None, "", [], {})
_ELIGIBLE = {"is_eligible_search", "enable_search"}


def expanded(rows: Iterator[RawRow]) -> Iterator[RawRow]:
    """Gives one row a variant where a row is a product with ``variants``; others as they are.

    What the shop keeps out of searches (``is_eligible_search``) is left out, with a warning.
    """
    for row in rows:
        variants = None if row.problem else row.values.get("variants")
        if isinstance(variants, list) and variants:
            for variant in variants:
                yield _eligible(_variant_row(row, variant))
        else:
            yield _eligible(row)


def _eligible(row: RawRow) -> RawRow:
    for name, value in row.values.items():
        if name.casefold() in _ELIGIBLE and str(value).strip().casefold() == "false":
            named = row.values.get("id") or row.values.get("item_id")
            return RawRow(row.line, {}, warning=f"{named!r} is not {name} and was left out")
    return row


def _variant_row(row: RawRow, variant: object) -> RawRow:
    if not isinstance(variant, Mapping):
        return RawRow(row.line, {}, f"variants: holds a JSON {type(variant).__name__}, no object")
    own = {name: value for name, value in variant.items() if value not in _NOTHING}
    both = {**row.values, **own}
    values = {name: value for name, value in both.items() if name not in _TAKEN_APART}
    values.update({name: _plain(both[name]) for name in _WORDS if name in both})
    values.update(_options(own))
    urls = [one["url"] for one in _objects(both.get("media")) if _is_picture(one)]
    taken_apart: dict[str, object] = {
        "id": own.get("id"),
        "item_group_id": row.values.get("id"),
        "availability": _availability(both.get("availability")),
        "gtin": _first(own.get("barcodes"), "value"),
        "merchant": _first([both.get("seller")], "name"),
        "product_type": _category(both.get("categories")),
        "image_link": urls[:1],
        "additional_image_link": urls[1:],
        **price_columns(_price(both.get("price")), _price(both.get("list_price"))),
    }
    values.update({name: value for name, value in taken_apart.items() if value not in _NOTHING})
    return RawRow(row.line, values)


def _is_picture(medium: Mapping[str, object]) -> bool:
    kind = str(medium.get("type") or "image").casefold()
    return bool(medium.get("url")) and kind.startswith("image")


def _category(values: object) -> object:
    """The shop's own category, else the first; each is a ``value`` and its ``taxonomy``."""
    named = [one for one in _objects(values) if one.get("value")]
    own = [one for one in named if one.get("taxonomy") == "merchant"]
    return next((one["value"] for one in own or named), values if not named else None)


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
