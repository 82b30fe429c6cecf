"""How the shop's table is written: groups of products that differ in colour or material."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scripts.demo_shop.studio import View
from scripts.demo_shop.types import Model

# two catalogue views: of things as high as wide, of tall ones, of open ones
FRONT = (View(28, 16), View(-35, 30))
LOW = (View(25, 10), View(-30, 22))
HIGH = (View(20, 24), View(-40, 42))


@dataclass(frozen=True)
class Variant:
    """One member of a group. `finish` begins its description."""

    color: str
    material: str
    finish: str
    build: Callable[[], Model]


@dataclass(frozen=True)
class Group:
    """Products of one shape."""

    id: str
    name: str
    brand: str
    category: str
    size: str
    price_usd: float
    shape: str  # the sentence of the description that all variants share
    views: tuple[View, View]
    variants: tuple[Variant, ...]
    on_wall: bool = False
    name_zh: str = ""
    shape_zh: str = ""


@dataclass(frozen=True)
class Product:
    """One catalogue product."""

    id: str
    group: Group
    variant: Variant

    @property
    def title(self) -> str:
        """Brand, name and colour, as shops write it."""
        return f"{self.group.brand} {self.group.name}, {self.variant.color}"

    @property
    def description(self) -> str:
        """What the pictures show, in two sentences."""
        return f"{self.variant.finish} {self.group.shape}"


def id_of(group: Group, variant: Variant) -> str:
    """The product's id."""
    return f"{group.id}-{variant.color.replace(' ', '-')}"


def products_of(groups: tuple[Group, ...]) -> dict[str, Product]:
    """Every variant of every group by its id, in the order of the table."""
    table = {}
    for group in groups:
        for variant in group.variants:
            id_ = id_of(group, variant)
            table[id_] = Product(id_, group, variant)
    return table
