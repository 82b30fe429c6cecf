"""What the demo shop sells for play and travel."""

from __future__ import annotations

from scripts.demo_shop import outings
from scripts.demo_shop.groups import FRONT, LOW, Group, Variant
from scripts.demo_shop.materials import metal, plastic, satin, timber

_RAINBOW = ("blue", "green", "yellow", "orange", "red")
_PASTEL = ("lilac", "sky blue", "mint", "cream", "pink")


def _bottle(color: str, finish: str) -> Variant:
    body = metal("steel", brushed=True) if color == "steel" else satin(color)
    return Variant(
        color,
        "stainless steel",
        finish,
        lambda: outings.bottle(body, satin("black"), satin("black")),
    )


OUTINGS: tuple[Group, ...] = (
    Group(
        "trail-bottle",
        "Trail Insulated Bottle",
        "Tarn",
        "Sports > Hydration > Water Bottles",
        "500 ml",
        28.0,
        "An insulated bottle, 25 cm high, with a black screw lid and a carrying loop.",
        LOW,
        (
            _bottle("green", "Steel with a forest green powder coat."),
            _bottle("coral", "Steel with a coral powder coat."),
            _bottle("steel", "Bare brushed steel."),
            _bottle("black", "Steel with a black powder coat."),
        ),
    ),
    Group(
        "whirl-top",
        "Whirl Spinning Top",
        "Oddly",
        "Toys > Classic Toys > Spinning Tops",
        "8 cm",
        9.0,
        "A spinning top, 8 cm wide, with a long handle and a painted rim.",
        FRONT,
        (
            Variant(
                "red",
                "beech wood",
                "Beech wood with a red rim and a yellow ring.",
                lambda: outings.spinning_top(timber("beech"), plastic("red"), plastic("yellow")),
            ),
            Variant(
                "blue",
                "beech wood",
                "Beech wood with a blue rim and a white ring.",
                lambda: outings.spinning_top(timber("beech"), plastic("blue"), plastic("white")),
            ),
        ),
    ),
    Group(
        "ring-tower",
        "Ring Tower",
        "Oddly",
        "Toys > Baby Toys > Stacking Toys",
        "21 cm",
        24.0,
        "A stacking toy, 18 cm high: five rings on a wooden foot with a wooden ball on top.",
        FRONT,
        (
            Variant(
                "rainbow",
                "wood",
                "Rings in blue, green, yellow, orange and red.",
                lambda: outings.stacking_rings([plastic(c) for c in _RAINBOW], timber("beech")),
            ),
            Variant(
                "pastel",
                "wood",
                "Rings in lilac, sky blue, mint, cream and pink.",
                lambda: outings.stacking_rings([plastic(c) for c in _PASTEL], timber("beech")),
            ),
        ),
    ),
    Group(
        "carry-speaker",
        "Carry Speaker",
        "Tarn",
        "Electronics > Audio > Speakers",
        "20 cm",
        65.0,
        "A portable speaker, 20 x 12 x 8 cm, with a woven front and a round dial on top.",
        FRONT,
        (
            Variant(
                "charcoal",
                "plastic",
                "Charcoal shell, grey front, copper dial.",
                lambda: outings.speaker(satin("charcoal"), "grey", metal("copper")),
            ),
            Variant(
                "red",
                "plastic",
                "Red shell, charcoal front, steel dial.",
                lambda: outings.speaker(satin("red"), "charcoal", metal("steel")),
            ),
            Variant(
                "cream",
                "plastic",
                "Cream shell, brown front, brass dial.",
                lambda: outings.speaker(satin("cream"), "brown", metal("brass")),
            ),
        ),
    ),
)
