"""The products of the demo shop."""

from __future__ import annotations

from scripts.demo_shop.groups import Group, Product, products_of
from scripts.demo_shop.home_groups import HOME
from scripts.demo_shop.kitchen_groups import KITCHEN
from scripts.demo_shop.outing_groups import OUTINGS

GROUPS: tuple[Group, ...] = (*KITCHEN, *HOME, *OUTINGS)
PRODUCTS: dict[str, Product] = products_of(GROUPS)
