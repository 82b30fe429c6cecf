"""The products of the demo shop."""

from __future__ import annotations

from scripts.demo_shop.groups import Group, Product, products_of
from scripts.demo_shop.home_groups import HOME
from scripts.demo_shop.kitchen_groups import KITCHEN
from scripts.demo_shop.outing_groups import OUTINGS
from scripts.demo_shop.tables import FOLDER, groups_in

_TABLES = ("kitchen", "home", "desk", "play", "outing", "workshop")
GROUPS: tuple[Group, ...] = (
    *KITCHEN,
    *HOME,
    *OUTINGS,
    *(group for name in _TABLES for group in groups_in(FOLDER / f"{name}.toml")),
)
PRODUCTS: dict[str, Product] = products_of(GROUPS)
