"""What the demo shop sells for the kitchen."""

from __future__ import annotations

from scripts.demo_shop import kitchenware
from scripts.demo_shop.groups import FRONT, HIGH, Group, Variant
from scripts.demo_shop.materials import glazed, metal, satin, speckled, timber


def _mug(color: str, finish: str) -> Variant:
    return Variant(
        color, "ceramic", finish, lambda: kitchenware.mug(glazed(color), glazed("white"))
    )


KITCHEN: tuple[Group, ...] = (
    Group(
        "harbor-mug",
        "Harbor Mug",
        "Kiln Street",
        "Home > Kitchen > Mugs",
        "350 ml",
        14.0,
        "A straight mug, 9.5 cm high, with a round handle and a white inside.",
        FRONT,
        (
            _mug("navy", "Ceramic with a shiny navy blue glaze."),
            _mug("white", "Ceramic with a shiny white glaze."),
            _mug("terracotta", "Ceramic with a shiny terracotta glaze."),
            _mug("sage", "Ceramic with a shiny sage green glaze."),
        ),
    ),
    Group(
        "camp-mug",
        "Camp Mug",
        "Tarn",
        "Home > Kitchen > Mugs",
        "400 ml",
        12.0,
        "A flared mug, 8 cm high, with a flat strap handle and a rolled dark rim.",
        FRONT,
        (
            Variant(
                "cream",
                "enamel",
                "Cream enamel on steel.",
                lambda: kitchenware.camp_mug(glazed("cream"), glazed("navy")),
            ),
            Variant(
                "red",
                "enamel",
                "Red enamel on steel.",
                lambda: kitchenware.camp_mug(glazed("red"), glazed("black")),
            ),
        ),
    ),
    Group(
        "tide-bowl",
        "Tide Serving Bowl",
        "Kiln Street",
        "Home > Kitchen > Bowls",
        "24 cm",
        26.0,
        "A round bowl, 24 cm wide and 9 cm high, on a small foot.",
        HIGH,
        (
            Variant(
                "pink",
                "ceramic",
                "Ceramic, glazed pink outside and white inside.",
                lambda: kitchenware.bowl(glazed("pink"), glazed("white")),
            ),
            Variant(
                "blue",
                "ceramic",
                "Ceramic, glazed blue outside and white inside.",
                lambda: kitchenware.bowl(glazed("blue"), glazed("white")),
            ),
            Variant(
                "speckled cream",
                "stoneware",
                "Cream stoneware with fine brown specks.",
                lambda: kitchenware.bowl(speckled("cream"), speckled("cream")),
            ),
        ),
    ),
    Group(
        "block-bowl",
        "Block Salad Bowl",
        "Pine & Peg",
        "Home > Kitchen > Bowls",
        "26 cm",
        48.0,
        "A deep bowl, 26 cm wide, with a thick wall, turned from one block.",
        HIGH,
        (
            Variant(
                "walnut",
                "walnut wood",
                "Oiled dark walnut.",
                lambda: kitchenware.wooden_bowl(timber("walnut", "x")),
            ),
            Variant(
                "oak",
                "oak wood",
                "Oiled pale oak.",
                lambda: kitchenware.wooden_bowl(timber("oak", "x")),
            ),
        ),
    ),
    Group(
        "pebble-teapot",
        "Pebble Teapot",
        "Kiln Street",
        "Home > Kitchen > Teapots",
        "1.1 l",
        42.0,
        "A round teapot, 14 cm high, with a curved spout, an ear handle and a lid.",
        FRONT,
        (
            Variant(
                "green",
                "ceramic",
                "Ceramic with a shiny bottle green glaze.",
                lambda: kitchenware.teapot(glazed("green"), glazed("green")),
            ),
            Variant(
                "white",
                "ceramic",
                "White glazed ceramic with a wooden knob.",
                lambda: kitchenware.teapot(glazed("white"), timber("beech")),
            ),
            Variant(
                "black",
                "ceramic",
                "Matte black ceramic with a brass knob.",
                lambda: kitchenware.teapot(satin("black"), metal("brass")),
            ),
        ),
    ),
    Group(
        "larder-jar",
        "Larder Jar",
        "Tarn",
        "Home > Kitchen > Canisters",
        "1 l",
        19.0,
        "A straight storage jar, 17 cm high, with a wooden lid and a turned knob.",
        FRONT,
        (
            Variant(
                "mustard",
                "ceramic",
                "Ceramic in mustard yellow.",
                lambda: kitchenware.canister(glazed("mustard"), timber("beech", "x")),
            ),
            Variant(
                "sky blue",
                "ceramic",
                "Ceramic in pale sky blue.",
                lambda: kitchenware.canister(glazed("sky blue"), timber("beech", "x")),
            ),
            Variant(
                "charcoal",
                "ceramic",
                "Ceramic in dark charcoal grey.",
                lambda: kitchenware.canister(satin("charcoal"), timber("walnut", "x")),
            ),
        ),
    ),
)
