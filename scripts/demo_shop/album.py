"""The phone photos of the demo: what stands where, in which light, seen from where."""

from __future__ import annotations

from scripts.demo_shop.photos import Photo, Placement
from scripts.demo_shop.pictures import PhoneLook
from scripts.demo_shop.snapshots import snapshots
from scripts.demo_shop.studio import View

_WARM = (1.06, 1.0, 0.86)
_COOL = (0.93, 1.0, 1.08)
_WIDE, _TALL = (480, 360), (360, 480)


def _view(azimuth: float, elevation: float, size: tuple[int, int]) -> View:
    return View(azimuth, elevation, *size)


def _one(name: str, turn_deg: float = 0.0) -> tuple[Placement, ...]:
    return (Placement(name, turn_deg=turn_deg),)


_COMPOSED: tuple[Photo, ...] = (
    Photo(
        "breakfast-mug",
        _one("harbor-mug-navy", -40),
        "oak table",
        "cream wall",
        "window",
        _view(14, 26, _WIDE),
        0.5,
        (-0.16, -0.08),
        -28,
        PhoneLook(_WARM),
    ),
    Photo(
        "counter-teapot",
        _one("pebble-teapot-green", 25),
        "marble",
        "white tiles",
        "right window",
        _view(-12, 18, _WIDE),
        0.62,
        (0.14, -0.1),
        -26,
        PhoneLook(_COOL),
    ),
    Photo(
        "table-bowl",
        _one("block-bowl-walnut", 30),
        "check cloth",
        "sage wall",
        "ceiling",
        _view(8, 36, _WIDE),
        0.62,
        (0.1, 0.05),
        -45,
        PhoneLook(blur_px=0.8),
    ),
    Photo(
        "hall-vase",
        _one("dune-vase-teal"),
        "walnut table",
        "pink wall",
        "two lamps",
        _view(-20, 12, _TALL),
        0.5,
        (0.08, -0.14),
        -24,
        PhoneLook(_WARM),
    ),
    Photo(
        "mantel-candlestick",
        _one("spire-candlestick-brass"),
        "marble",
        "brick",
        "evening lamp",
        _view(10, 9, _TALL),
        0.62,
        (-0.18, -0.1),
        -18,
        PhoneLook(_WARM, 0.26, grain=0.02),
    ),
    Photo(
        "bedside-lamp",
        _one("porcini-lamp-mustard"),
        "oak table",
        "blue wall",
        "window",
        _view(-16, 8, _TALL),
        0.6,
        (0.1, -0.08),
        -30,
        PhoneLook(orientation=6),
    ),
    Photo(
        "kitchen-clock",
        _one("noon-clock-mint"),
        "oak floor",
        "brick",
        "right window",
        _view(-24, -6, _WIDE),
        0.6,
        (0.16, 0.06),
        -60,
        PhoneLook(_COOL, blur_px=0.7),
    ),
    Photo(
        "studio-stool",
        _one("perch-stool-oak", 70),
        "dark floor",
        "grey wall",
        "sun",
        _view(18, 24, _TALL),
        0.66,
        (-0.06, 0.02),
        -55,
        PhoneLook(orientation=8),
    ),
    Photo(
        "gym-bottle",
        _one("trail-bottle-coral", 60),
        "concrete",
        "grey wall",
        "two lamps",
        _view(12, 22, _TALL),
        0.52,
        (0.16, -0.08),
        -60,
        PhoneLook(_COOL, grain=0.018),
    ),
    Photo(
        "carpet-top",
        _one("whirl-top-blue", -120),
        "carpet",
        "white wall",
        "sun",
        _view(20, 32, _WIDE),
        0.46,
        (-0.12, -0.06),
        -70,
        PhoneLook(blur_px=0.9),
    ),
    Photo(
        "shelf-of-two",
        (Placement("carry-speaker-red", -13, 0, 18), Placement("cellar-vase-amber", 9, -3)),
        "oak table",
        "white wall",
        "window",
        _view(4, 12, _WIDE),
        0.62,
        (0.04, -0.05),
        -22,
    ),
    Photo(
        "tea-for-one",
        (
            Placement("pebble-teapot-white", -14, -5, 20),
            Placement("harbor-mug-terracotta", 8, 6, -35),
            Placement("tide-bowl-blue", 27, -8),
        ),
        "linen",
        "cream wall",
        "right window",
        _view(-4, 30, _WIDE),
        0.82,
        (0.0, -0.04),
        -50,
        PhoneLook(_WARM),
    ),
    Photo(
        "sill-cactus",
        _one("cactus", 15),
        "white tiles",
        "sage wall",
        "sun",
        _view(-10, 16, _TALL),
        0.55,
        (-0.12, -0.1),
        -30,
        PhoneLook(_WARM),
    ),
    Photo(
        "floor-dumbbell",
        _one("dumbbell", 35),
        "slate tiles",
        "white wall",
        "ceiling",
        _view(10, 34, _WIDE),
        0.55,
        (0.1, 0.0),
        -70,
        PhoneLook(_COOL),
    ),
)

PHOTOS: tuple[Photo, ...] = (*_COMPOSED, *snapshots())
