"""Things that stand in the photos but are not sold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scripts.demo_shop import homeware
from scripts.demo_shop.materials import matte, metal, satin
from scripts.demo_shop.types import Model


@dataclass(frozen=True)
class Stranger:
    """A thing that the shop does not sell."""

    color: str
    category: str
    build: Callable[[], Model]


STRANGERS = {
    "cactus": Stranger(
        "green",
        "Home > Plants > Cacti",
        lambda: homeware.cactus(satin("green"), matte("terracotta")),
    ),
    "dumbbell": Stranger(
        "purple",
        "Sports > Fitness > Dumbbells",
        lambda: homeware.dumbbell(satin("purple"), metal("steel", brushed=True)),
    ),
}
