"""One row of a feed: columns to a checked product, or which field is wrong and why.

Columns follow Google Merchant Center's product data specification
(https://support.google.com/merchants/answer/7052112); what is unknown is kept as an attribute.
"""

import html
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from index.errors import RowError
from index.feed_formats.prices import parse_price
from index.feed_formats.raw_row import folded_name
from index.types import AVAILABILITIES, Offer, Product

__all__ = ["FeedRow", "parse_price", "parse_row", "row_id"]

DEFAULT_MERCHANT = ""
MAX_FIELD_CHARACTERS = 100_000
MAX_PICTURES = 100
MAX_ID_CHARACTERS = 200

_ALIASES = {
    "google_product_category": "category",
    "product_type": "category",
    "product_category": "category",
    "colour": "color",
    "name": "title",
    # OpenAI's product feed
    "item_id": "id",
    "group_id": "item_group_id",
    "url": "link",
    "image_url": "image_link",
    "additional_image_urls": "additional_image_link",
    "seller_name": "merchant",
}
_KNOWN = {
    "id", "item_group_id", "title", "description", "brand", "category", "color", "gtin", "price",
    "sale_price", "availability", "link", "image_link", "additional_image_link", "merchant",
}  # fmt: skip
_PICTURE_COLUMNS = ("image_link", "additional_image_link")
_NO_WORDS = {"id", "item_group_id", "gtin", "link", *_PICTURE_COLUMNS}
"""Taken as they stand: ``&copy=2`` in an address is no sign, ``a&amp;b.jpg`` may be a file."""
_AVAILABILITY_ALIASES = {
    "instock": "in_stock",
    "outofstock": "out_of_stock",
    "pre_order": "preorder",
    "back_order": "backorder",
    "unknown": "out_of_stock",  # OpenAI's; nobody may be promised what may not be there
}
_FORMULA = re.compile(r"[=@]\s*[A-Za-z][\w.]*\(|=\$?[A-Za-z]{1,3}\$?\d|[=+@-]\w+\|")
"""What a spreadsheet would compute: ``=SUM(A1)``, ``=A2*2``, ``=cmd|'...'``."""
_SPREADSHEET_ERROR = re.compile(r"#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)")
_QUOTED_TEXT = re.compile(r'="([^"]*)"')
"""How spreadsheets are told to keep leading zeros."""
_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_NEXT_LINK = re.compile(r",(?=https?://)", re.IGNORECASE)


@dataclass(frozen=True)
class FeedRow:
    """A checked row: one merchant's offer of one product, and where its pictures are."""

    product: Product
    """With exactly one offer."""
    pictures: tuple[str, ...]
    """Paths or URLs, the main picture first."""


def parse_row(raw: Mapping[str, object], currency: str = "") -> FeedRow:
    """Checks a row of any feed.

    Args:
        raw: column names to values; names are case-folded, empty values count as absent.
        currency: ISO 4217, of prices that name none; empty: they are refused.

    Raises:
        RowError: names the field, what came, and what is allowed.
    """
    row, pictures = _normalised(raw)
    product_id = _required(row, "id")
    if len(product_id) > MAX_ID_CHARACTERS:
        reason = f"has {len(product_id)} characters; at most {MAX_ID_CHARACTERS} are allowed"
        raise RowError("id", reason)
    product = Product(
        id=product_id,
        group=row.get("item_group_id") or product_id,
        title=_required(row, "title"),
        description=row.get("description", ""),
        brand=row.get("brand", ""),
        category=row.get("category", ""),
        color=row.get("color", ""),
        gtin=_gtin(row.get("gtin", "")),
        attributes={name: value for name, value in row.items() if name not in _KNOWN},
        offers=(_offer(row, product_id, currency),),
    )
    return FeedRow(product, pictures)


def row_id(raw: Mapping[str, object]) -> str:
    """Gives the id that a row names, also where ``parse_row`` refuses it; empty: none."""
    for name, value in raw.items():
        folded = folded_name(name)
        is_id = _ALIASES.get(folded, folded) == "id" and not isinstance(value, dict | list | tuple)
        if is_id and (text := _scalar("id", value)):
            return text
    return ""


def _normalised(raw: Mapping[str, object]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Columns of a row under the names that we use, and its pictures."""
    row: dict[str, str] = {}
    listed: dict[str, list[str]] = {}
    for name, value in _flat(raw):
        folded = folded_name(name)
        texts = _texts(folded, value)
        if not folded or not texts:
            continue
        target = _ALIASES.get(folded, folded)
        if target in _PICTURE_COLUMNS:
            listed.setdefault(
                target, _sources(target, texts, is_list=isinstance(value, list | tuple))
            )
        # product_type is the shop's own tree and finer; Google's is the fallback
        elif target not in row or folded == "product_type":
            row[target] = ",".join(texts)
    return row, _pictures(listed)


def _flat(raw: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Columns and values; OpenAI's ``variant_dict`` is columns of its own, after the others."""
    options: object = None
    for name, value in raw.items():
        if name == "variant_dict":
            options = value
        else:
            yield name, value
    if isinstance(options, str) and options:
        try:
            options = json.loads(options)
        except (ValueError, RecursionError) as error:
            raise RowError("variant_dict", f"no readable JSON: {error}") from error
    if isinstance(options, Mapping):
        yield from options.items()


def _texts(field: str, value: object) -> list[str]:
    """The texts of a value, each checked; those of a list apart. Empty ones are left out."""
    if _ALIASES.get(field, field) not in _KNOWN and _is_nested(value):
        parts = [_json(field, value)] if value else []
    elif isinstance(value, list | tuple):
        parts = [_scalar(field, part) for part in value]
    else:
        parts = [_scalar(field, value)]
    texts = [_checked(field, part) for part in parts if part]
    characters = sum(map(len, texts))
    if characters > MAX_FIELD_CHARACTERS:
        raise RowError(
            field, f"has {characters:,} characters; at most {MAX_FIELD_CHARACTERS:,} are allowed"
        )
    return texts


def _is_nested(value: object) -> bool:
    """Whether it is an object, or a list that holds objects or lists."""
    if isinstance(value, list | tuple):
        return any(isinstance(part, dict | list | tuple) for part in value)
    return isinstance(value, dict)


def _json(field: str, value: object) -> str:
    """An attribute that has parts; dates and the like inside it as text."""
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError) as error:
        raise RowError(field, f"cannot be written as JSON: {error}") from error


def _checked(field: str, text: str) -> str:
    if _ALIASES.get(field, field) in _KNOWN:
        _refuse_formula(field, text)
    if "\0" in text:
        raise RowError(field, "holds a NUL character")
    if not _is_unicode(field + text):
        name = field.encode("ascii", "backslashreplace").decode()
        raise RowError(name, "holds characters that are no Unicode text")
    return text


def _refuse_formula(field: str, text: str) -> None:
    if _FORMULA.match(text):
        raise RowError(field, f"{text[:80]!r} is a spreadsheet's formula, not its value")
    if _SPREADSHEET_ERROR.fullmatch(text):
        raise RowError(field, f"{text!r} is a spreadsheet's error")


def _scalar(field: str, value: object) -> str:
    if isinstance(value, dict | list | tuple):
        raise RowError(field, "is an object; allowed are text, numbers and lists of them")
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    text = str(value).strip()
    if quoted := _QUOTED_TEXT.fullmatch(text):
        text = quoted.group(1)
    is_plain = "&" not in text or _ALIASES.get(field, field) in _NO_WORDS
    if is_plain or _LINK.fullmatch(text):
        return text
    return html.unescape(text).strip()  # shops export &reg; and &amp; in titles


def _is_unicode(text: str) -> bool:
    """False for half a surrogate pair, which JSON can write and UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _required(row: Mapping[str, str], field: str) -> str:
    if field not in row:
        raise RowError(field, "is missing or empty")
    return row[field]


def _gtin(text: str) -> str:
    digits = text.replace("-", "").replace(" ", "")
    if digits and not (digits.isascii() and digits.isdigit() and len(digits) in {8, 12, 13, 14}):
        raise RowError("gtin", f"{text!r} has not 8, 12, 13 or 14 digits")
    return digits


def _offer(row: Mapping[str, str], product_id: str, currency: str) -> Offer:
    price, sale = (
        parse_price(row[field], field, currency) if field in row else None
        for field in ("price", "sale_price")
    )
    if price and sale and price.currency != sale.currency:
        raise RowError("sale_price", f"is in {sale.currency}, the price in {price.currency}")
    is_sale = sale is not None and price is not None and sale.amount < price.amount
    return Offer(
        merchant=row.get("merchant", DEFAULT_MERCHANT),
        price=sale if is_sale else price or sale,
        regular_price=price if is_sale else None,
        availability=_availability(row.get("availability", "in_stock")),
        link=_link(row.get("link", "")),
        source_id=product_id,
    )


def _availability(text: str) -> str:
    folded = text.casefold().rsplit("/", 1)[-1].replace(" ", "_").replace("-", "_")
    folded = _AVAILABILITY_ALIASES.get(folded, folded)
    if folded not in AVAILABILITIES:
        raise RowError("availability", f"{text!r}; allowed are {', '.join(AVAILABILITIES)}")
    return folded


def _link(text: str) -> str:
    if text and not _LINK.fullmatch(text):
        raise RowError("link", f"{text[:80]!r} is no http(s) address")
    return text


def _pictures(listed: Mapping[str, list[str]]) -> tuple[str, ...]:
    parts = (part.strip() for column in _PICTURE_COLUMNS for part in listed.get(column, ()))
    pictures = tuple(dict.fromkeys(part for part in parts if part))
    if len(pictures) > MAX_PICTURES:
        reason = f"with image_link {len(pictures):,} pictures; at most {MAX_PICTURES} are allowed"
        raise RowError("additional_image_link", reason)
    return pictures


def _sources(column: str, texts: list[str], *, is_list: bool) -> list[str]:
    """Splits a column of more pictures at its commas; an address in a list keeps its own."""
    if column == "image_link":
        return texts
    return [
        part
        for text in texts
        for part in (
            _NEXT_LINK.split(text) if is_list and _LINK.fullmatch(text) else text.split(",")
        )
    ]
