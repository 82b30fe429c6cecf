"""Chinese words of the shop: colours, materials, and the names of the first groups."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from scripts.demo_shop.groups import Product

_PATH = Path(__file__).with_name("tables") / "chinese.toml"


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(_PATH.read_text("utf-8"))


def color_zh(color: str) -> str:
    """The colour's Chinese name."""
    return str(_words()["colors"][color])


def title_zh(product: Product) -> str:
    """Name and colour, as Chinese shops write them."""
    return f"{_named(product)[0]} {color_zh(product.variant.color)}"


def description_zh(product: Product) -> str:
    """Colour, material and shape in one or two sentences."""
    color, material = color_zh(product.variant.color), product.variant.material
    made_of = _words()["materials"][material]
    return f"{color}，材质：{made_of}。{_named(product)[1]}"


def _named(product: Product) -> tuple[str, str]:
    group = product.group
    if group.name_zh:
        return group.name_zh, group.shape_zh
    name, shape = _words()["groups"][group.id]
    return name, shape
