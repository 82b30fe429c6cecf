"""A feed row as a write takes it, in JSON Schema; what it means is read by ``index.feed_rows``."""

from typing import Any

_SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean", "null"]}
_VALUE: dict[str, Any] = {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]}


def _column(description: str, *examples: object) -> dict[str, Any]:
    return {**_VALUE, "description": description, "examples": list(examples)}


COLUMNS: dict[str, dict[str, Any]] = {
    "id": _column("at most 200 characters", "mug-navy"),
    "item_group_id": _column("what its variants share", "mug"),
    "title": _column("not empty", "Harbor mug, navy"),
    "description": _column("text, or HTML", "A mug of stoneware."),
    "brand": _column("its maker", "Harbor"),
    "product_type": _column("the shop's own category", "Kitchen > Mugs"),
    "color": _column("several with a slash", "Black/White"),
    "price": _column("amount and ISO 4217 currency", "34.00 USD"),
    "sale_price": _column("below the price", "29.00 USD"),
    "availability": _column("in_stock where it is absent", "in_stock", "out_of_stock"),
    "gtin": _column("8, 12, 13 or 14 digits", "00012345678905"),
    "link": _column("an http(s) address", "https://shop.example/mug-navy"),
    "image_link": _column("an http(s) address", "https://shop.example/mug-navy.jpg"),
    "additional_image_link": _column("more of them, separated by commas", ""),
    "merchant": _column("who sells it", "Bazaar 88"),
}
ROW: dict[str, Any] = {
    "type": "object",
    "description": "Columns of Google's product data specification. Others are kept as attributes; "
    "what is empty counts as absent. An object is allowed under variant_dict alone.",
    "properties": {**COLUMNS, "variant_dict": {"description": "columns of their own"}},
    "required": ["title"],
    "additionalProperties": _VALUE,
}
"""Of a product whose id stands in the address."""
BATCH_ROW: dict[str, Any] = {**ROW, "required": ["id", "title"]}
