"""One row of a feed: columns to a checked product, or which field is wrong and why.

Columns follow Google Merchant Center's product data specification
(https://support.google.com/merchants/answer/7052112); what is unknown is kept as an attribute.
"""

import html
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from babel.core import get_global

from index.errors import RowError
from index.types import AVAILABILITIES, Offer, Price, Product

DEFAULT_MERCHANT = ""
MAX_FIELD_CHARACTERS = 100_000

_ALIASES = {
    "google_product_category": "category",
    "product_type": "category",
    "colour": "color",
    "mpn": "mpn",
    "name": "title",
}
_KNOWN = {
    "id", "item_group_id", "title", "description", "brand", "category", "color", "gtin", "price",
    "sale_price", "availability", "link", "image_link", "additional_image_link", "merchant",
}  # fmt: skip
_AVAILABILITY_ALIASES = {
    "instock": "in_stock",
    "outofstock": "out_of_stock",
    "pre_order": "preorder",
    "back_order": "backorder",
}
_NUMBER = re.compile(r"\d{1,12}(\.\d{1,4})?")
_CURRENCIES = frozenset(get_global("all_currencies"))
_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


@dataclass(frozen=True)
class FeedRow:
    """A checked row: one merchant's offer of one product, and where its pictures are."""

    product: Product
    """With exactly one offer."""
    pictures: tuple[str, ...]
    """Paths or URLs, the main picture first."""


def parse_row(raw: Mapping[str, object]) -> FeedRow:
    """Checks a row of any feed.

    Args:
        raw: column names to values; names are case-folded, empty values count as absent.

    Raises:
        RowError: names the field, what came, and what is allowed.
    """
    row = _normalised(raw)
    product_id = _required(row, "id")
    if len(product_id) > 200:
        raise RowError("id", f"has {len(product_id)} characters; at most 200 are allowed")
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
        offers=(_offer(row, product_id),),
    )
    return FeedRow(product, _pictures(row))


def parse_price(text: str, field: str = "price") -> Price:
    """``"34.00 USD"`` or ``"USD 34.00"`` to a price.

    Raises:
        RowError: no amount, no ISO 4217 currency, or a form that could be read in two ways.
    """
    parts = text.split()
    if len(parts) == 2 and parts[0].isalpha():
        parts.reverse()
    if len(parts) != 2 or not _NUMBER.fullmatch(parts[0]):
        raise RowError(field, f"{text!r} is no price; allowed is amount and currency, 34.00 USD")
    currency = parts[1].upper()
    if currency not in _CURRENCIES:
        raise RowError(field, f"{parts[1]!r} is no ISO 4217 currency")
    try:
        return Price(Decimal(parts[0]), currency)
    except InvalidOperation as error:  # pragma: no cover - the pattern has let nothing else pass
        raise RowError(field, f"{parts[0]!r} is no decimal number") from error


def _normalised(raw: Mapping[str, object]) -> dict[str, str]:
    row: dict[str, str] = {}
    for name, value in raw.items():
        folded = str(name).strip().casefold().removeprefix("g:").replace(" ", "_")
        text = _text(folded, value)
        if not folded or not text:
            continue
        target = _ALIASES.get(folded, folded)
        # product_type is the shop's own tree and finer; Google's is the fallback
        if target not in row or folded == "product_type":
            row[target] = text
    return row


def _text(field: str, value: object) -> str:
    if isinstance(value, list | tuple):
        value = ",".join(_without_commas(text) for part in value if (text := _scalar(field, part)))
    text = _scalar(field, value)
    if len(text) > MAX_FIELD_CHARACTERS:
        raise RowError(
            field, f"has {len(text):,} characters; at most {MAX_FIELD_CHARACTERS:,} are allowed"
        )
    if "\0" in text:
        raise RowError(field, "holds a NUL character")
    if not _is_unicode(field + text):
        name = field.encode("ascii", "backslashreplace").decode()
        raise RowError(name, "holds characters that are no Unicode text")
    return text


def _without_commas(text: str) -> str:
    """An address in a list keeps its commas, escaped: the list is joined by commas."""
    return text.replace(",", "%2C") if _LINK.fullmatch(text) else text


def _scalar(field: str, value: object) -> str:
    if isinstance(value, dict | list | tuple):
        raise RowError(field, "is an object; allowed are text, numbers and lists of them")
    is_absent = value is None or (isinstance(value, float) and math.isnan(value))
    # shops export &reg; and &amp; in titles
    return "" if is_absent else html.unescape(str(value)).strip()


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


def _offer(row: Mapping[str, str], product_id: str) -> Offer:
    price = parse_price(row["price"]) if "price" in row else None
    sale = parse_price(row["sale_price"], "sale_price") if "sale_price" in row else None
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


def _pictures(row: Mapping[str, str]) -> tuple[str, ...]:
    listed = [row.get("image_link", ""), *row.get("additional_image_link", "").split(",")]
    return tuple(dict.fromkeys(part.strip() for part in listed if part.strip()))
