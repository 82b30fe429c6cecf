"""What the demo shop sells for the home."""

from __future__ import annotations

from scripts.demo_shop import homeware
from scripts.demo_shop.groups import FRONT, LOW, Group, Variant
from scripts.demo_shop.materials import (
    fabric,
    glass,
    glazed,
    matte,
    metal,
    plastic,
    satin,
    speckled,
    timber,
)
from scripts.demo_shop.studio import View


def _stool(color: str, finish: str) -> Variant:
    if color == "white":
        return Variant(color, "wood", finish, lambda: homeware.stool(satin("white"), timber("oak")))
    return Variant(color, "wood", finish, lambda: homeware.stool(timber(color, "x"), timber(color)))


HOME: tuple[Group, ...] = (
    Group(
        "dune-vase",
        "Dune Vase",
        "Kiln Street",
        "Home > Decor > Vases",
        "26 cm",
        34.0,
        "A bellied vase, 26 cm high, with a narrow neck and a flared lip.",
        LOW,
        (
            Variant(
                "teal",
                "ceramic",
                "Unglazed matte teal ceramic.",
                lambda: homeware.vase(matte("teal")),
            ),
            Variant(
                "sand",
                "stoneware",
                "Sand-coloured stoneware with brown specks.",
                lambda: homeware.vase(speckled("sand")),
            ),
            Variant(
                "black",
                "ceramic",
                "Ceramic with a shiny black glaze.",
                lambda: homeware.vase(glazed("black")),
            ),
        ),
    ),
    Group(
        "cellar-vase",
        "Cellar Bottle Vase",
        "Lumen",
        "Home > Decor > Vases",
        "28 cm",
        22.0,
        "A bottle-shaped vase, 28 cm high, with sloping shoulders and a slim neck.",
        LOW,
        (
            Variant(
                "green", "glass", "Clear green glass.", lambda: homeware.bottle_vase(glass("green"))
            ),
            Variant(
                "amber", "glass", "Clear amber glass.", lambda: homeware.bottle_vase(glass("amber"))
            ),
        ),
    ),
    Group(
        "spire-candlestick",
        "Spire Candlestick",
        "Lumen",
        "Home > Decor > Candlesticks",
        "34 cm",
        29.0,
        "A turned candlestick with a tapering candle, 34 cm high together.",
        FRONT,
        (
            Variant(
                "brass",
                "brass",
                "Polished brass with a cream candle.",
                lambda: homeware.candlestick(metal("brass"), satin("cream")),
            ),
            Variant(
                "black",
                "steel",
                "Powder-coated black steel with a red candle.",
                lambda: homeware.candlestick(satin("black"), satin("red")),
            ),
        ),
    ),
    Group(
        "noon-clock",
        "Noon Wall Clock",
        "Pine & Peg",
        "Home > Decor > Wall Clocks",
        "30 cm",
        45.0,
        "A round wall clock, 30 cm wide, with bar marks and two plain hands.",
        (View(0, 0), View(34, 14)),
        (
            Variant(
                "oak",
                "wood",
                "Oak rim, white dial, black hands.",
                lambda: homeware.wall_clock(timber("oak", "x"), satin("white"), satin("black")),
            ),
            Variant(
                "black",
                "metal",
                "Black metal rim and dial, brass hands.",
                lambda: homeware.wall_clock(satin("black"), satin("charcoal"), metal("brass")),
            ),
            Variant(
                "mint",
                "metal",
                "Mint green metal rim, white dial, black hands.",
                lambda: homeware.wall_clock(plastic("mint"), satin("white"), satin("black")),
            ),
        ),
        on_wall=True,
    ),
    Group(
        "porcini-lamp",
        "Porcini Table Lamp",
        "Lumen",
        "Home > Lighting > Table Lamps",
        "38 cm",
        89.0,
        "A table lamp, 38 cm high, with a domed metal shade on a slim stem.",
        LOW,
        (
            Variant(
                "mustard",
                "metal",
                "Mustard yellow shade on a brass stem.",
                lambda: homeware.mushroom_lamp(satin("mustard"), metal("brass")),
            ),
            Variant(
                "black",
                "metal",
                "Black shade on a brass stem.",
                lambda: homeware.mushroom_lamp(satin("black"), metal("brass")),
            ),
            Variant(
                "mint",
                "metal",
                "Mint green shade on a white stem.",
                lambda: homeware.mushroom_lamp(plastic("mint"), satin("white")),
            ),
        ),
    ),
    Group(
        "gourd-lamp",
        "Gourd Table Lamp",
        "Lumen",
        "Home > Lighting > Table Lamps",
        "44 cm",
        75.0,
        "A table lamp, 44 cm high, with a cloth drum shade on a gourd-shaped foot.",
        LOW,
        (
            Variant(
                "blue",
                "ceramic",
                "Shiny blue ceramic foot, cream linen shade.",
                lambda: homeware.drum_lamp(fabric("cream"), glazed("blue")),
            ),
            Variant(
                "terracotta",
                "ceramic",
                "Matte terracotta foot, white linen shade.",
                lambda: homeware.drum_lamp(fabric("white"), matte("terracotta")),
            ),
        ),
    ),
    Group(
        "perch-stool",
        "Perch Stool",
        "Pine & Peg",
        "Furniture > Seating > Stools",
        "45 cm",
        95.0,
        "A three-legged stool, 45 cm high, with a round seat and rungs.",
        FRONT,
        (
            _stool("oak", "Solid pale oak, oiled."),
            _stool("walnut", "Solid dark walnut, oiled."),
            _stool("white", "White lacquered seat on oak legs."),
        ),
    ),
)
