"""Things that stand in the photos but are not sold: what is asked for, and what only lies about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scripts.demo_shop import homeware, oddments
from scripts.demo_shop.materials import (
    fabric,
    glazed,
    matte,
    metal,
    plastic,
    satin,
    timber,
)
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
    "bananas": Stranger(
        "yellow", "Food > Fruit > Bananas", lambda: oddments.bananas(satin("yellow"))
    ),
    "wine-bottle": Stranger(
        "green",
        "Food > Drinks > Wine",
        lambda: oddments.wine_bottle(plastic("green"), matte("cream")),
    ),
    "traffic-cone": Stranger(
        "orange",
        "Street > Signs > Traffic Cones",
        lambda: oddments.traffic_cone(satin("orange"), satin("white")),
    ),
    "chess-pawn": Stranger(
        "black", "Games > Chess > Pieces", lambda: oddments.chess_pawn(satin("black"))
    ),
    "light-bulb": Stranger(
        "white", "Home > Lighting > Bulbs", lambda: oddments.light_bulb(satin("white"))
    ),
    "padlock": Stranger("brass", "Hardware > Locks", lambda: oddments.padlock(metal("brass"))),
    "trophy": Stranger(
        "brass",
        "Sports > Awards > Trophies",
        lambda: oddments.trophy(metal("brass"), satin("black")),
    ),
    "hourglass": Stranger(
        "walnut", "Home > Decor > Hourglasses", lambda: oddments.hourglass(timber("walnut"))
    ),
    "hand-bell": Stranger(
        "copper",
        "Music > Bells",
        lambda: oddments.hand_bell(metal("copper"), timber("walnut")),
    ),
    "gift-box": Stranger(
        "lilac",
        "Gifts > Wrapped Boxes",
        lambda: oddments.gift_box(satin("lilac"), satin("yellow")),
    ),
    "birdhouse": Stranger(
        "sky blue",
        "Garden > Birds > Bird Houses",
        lambda: oddments.birdhouse(satin("sky blue"), timber("walnut", "y")),
    ),
    "table-fan": Stranger(
        "mint",
        "Home > Climate > Fans",
        lambda: oddments.table_fan(glazed("mint"), plastic("cream")),
    ),
    "toy-drum": Stranger(
        "red", "Music > Drums", lambda: oddments.toy_drum(plastic("red"), plastic("yellow"))
    ),
    "pumpkin": Stranger(
        "orange", "Food > Vegetables > Pumpkins", lambda: oddments.pumpkin(satin("orange"))
    ),
    "dog-bowl": Stranger(
        "blue",
        "Pets > Dogs > Bowls",
        lambda: oddments.dog_bowl(plastic("blue"), fabric("brown")),
    ),
    "apple": Stranger("green", "Food > Fruit > Apples", lambda: oddments.apple(glazed("mint"))),
}

ON_TABLES = {
    "paper": Stranger("white", "Clutter > Paper", oddments.paper_sheets),
    "coins": Stranger("brass", "Clutter > Coins", oddments.coins),
    "cable": Stranger("white", "Clutter > Cables", oddments.cable),
    "napkin": Stranger("lilac", "Clutter > Napkins", lambda: oddments.napkin(fabric("lilac"))),
    "can": Stranger("red", "Clutter > Cans", lambda: oddments.drinking_can(metal("steel"))),
    "red-apple": Stranger("red", "Clutter > Apples", lambda: oddments.apple(glazed("red"))),
}
ON_FLOORS = {
    "carton": Stranger("brown", "Clutter > Cartons", oddments.carton),
    "leaves": Stranger("brown", "Clutter > Leaves", lambda: oddments.leaves(matte("brown"))),
    "towel": Stranger("blue", "Clutter > Towels", lambda: oddments.napkin(fabric("blue"))),
    "newspaper": Stranger("white", "Clutter > Paper", oddments.paper_sheets),
}
CLUTTER = {**ON_TABLES, **ON_FLOORS}
