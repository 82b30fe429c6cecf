"""Phone photos drawn by lot: what stands together, on which ground, in which light, how shaky."""

from __future__ import annotations

import random
from collections.abc import Sequence

from scripts.demo_shop.groups import Group, id_of
from scripts.demo_shop.photos import Photo, Placement
from scripts.demo_shop.pictures import PhoneLook
from scripts.demo_shop.products import GROUPS
from scripts.demo_shop.rooms import HARSH, LIGHTING
from scripts.demo_shop.splits import TEST, TRAIN, split_of
from scripts.demo_shop.strangers import ON_FLOORS, ON_TABLES, STRANGERS
from scripts.demo_shop.studio import View

SINGLES, SEVERAL, STRANGE = 48, 40, 20
_SEED = 20261129
_SIZES = ((480, 360), (360, 480), (400, 400))
_FLOOR_THINGS = frozenset(
    {
        "alder-chair",
        "orbit-table",
        "stack-shelf",
        "perch-stool",
        "puff-pouf",
        "drop-bin",
        "coil-basket",
        "pail-bucket",
        "transit-suitcase",
        "ridge-backpack",
        "drizzle-umbrella",
        "nest-cushion",
        "calm-mat",
        "curb-skateboard",
        "court-ball",
        "iron-kettlebell",
        "market-tote",
        "fixit-toolbox",
        "puddle-boot",
        "stride-sneaker",
    }
)
_SMALL_THINGS = frozenset(
    {
        "bath-duck",
        "tick-watch",
        "shade-glasses",
        "glide-mouse",
        "hatch-cup",
        "vista-camera",
        "ember-candle",
        "span-measure",
        "desk-cup",
        "harbor-mug",
        "camp-mug",
        "brook-tumbler",
        "whirl-top",
        "shield-case",
        "rollo-car",
        "beacon-flashlight",
        "grip-screwdriver",
        "stroke-brush",
        "field-notebook",
        "puffer-train",
    }
)
_ALONE = frozenset({"stack-shelf", "alder-chair", "drizzle-umbrella"})
_BIG_STRANGERS = frozenset({"traffic-cone", "dumbbell", "dog-bowl"})
_TABLES = ("oak table", "walnut table", "marble", "linen", "blue cloth", "check cloth", "terrazzo")
_FLOORS = ("oak floor", "dark floor", "slate tiles", "green tiles", "concrete", "carpet")
_WALLS = (
    "white wall", "cream wall", "blue wall", "sage wall", "pink wall", "grey wall", "brick",
    "white tiles",
)  # fmt: skip
_TINTS = ((1.0, 1.0, 1.0), (1.07, 1.0, 0.84), (0.92, 1.0, 1.1), (1.02, 1.0, 0.94))


def snapshots() -> tuple[Photo, ...]:
    """The photos: of one product, of two to five, of what is not sold; always the same ones."""
    rng = random.Random(_SEED)  # noqa: S311
    return (*_singles(rng), *_several(rng), *_strange(rng))


def _singles(rng: random.Random) -> list[Photo]:
    """One product each, every group of the test split before any comes twice."""
    order = [*_shuffled(rng, TEST), *_shuffled(rng, TRAIN)]
    chosen = sorted(order[:SINGLES], key=lambda group: group.id)
    return [
        _photo(f"single-{number:03d}-{group.id}", [_variant(group, rng)], [group], rng)
        for number, group in enumerate(chosen, start=1)
    ]


def _shuffled(rng: random.Random, split: str) -> list[Group]:
    groups = [group for group in GROUPS if split_of(group) == split]
    return rng.sample(groups, len(groups))


def _variant(group: Group, rng: random.Random) -> str:
    return id_of(group, rng.choice(group.variants[:2]))


def _several(rng: random.Random) -> list[Photo]:
    """Two to five products of like size, of one split: three photos in four of the test split."""
    photos = []
    for number in range(1, SEVERAL + 1):
        split = TRAIN if number % 4 == 0 else TEST
        kind = rng.choice(["small", "table", "table", "floor"])
        groups = [
            group
            for group in GROUPS
            if split_of(group) == split and _kind(group) == kind and group.id not in _ALONE
        ]
        count = min(2 + number % 4, len(groups), 3 if kind == "floor" else 5)
        drawn = rng.sample(groups, count)
        items = [_variant(group, rng) for group in drawn]
        photos.append(_photo(f"several-{number:03d}", items, drawn, rng))
    return photos


def _kind(group: Group) -> str:
    if group.on_wall:
        return "wall"
    if group.id in _FLOOR_THINGS:
        return "floor"
    return "small" if group.id in _SMALL_THINGS else "table"


def _strange(rng: random.Random) -> list[Photo]:
    """Things that are not sold, each at least once."""
    names = sorted(STRANGERS)
    drawn = [*rng.sample(names, len(names)), *rng.sample(names, STRANGE - len(names))]
    return [
        _photo(f"stranger-{number:03d}-{name}", [name], [], rng)
        for number, name in enumerate(drawn, start=1)
    ]


def _photo(name: str, items: Sequence[str], groups: Sequence[Group], rng: random.Random) -> Photo:
    on_wall = any(group.on_wall for group in groups)
    on_floor = any(_kind(group) == "floor" for group in groups) or items[0] in _BIG_STRANGERS
    is_cropped = len(items) == 1 and rng.random() < 0.16
    wide, high = rng.choice(_SIZES if len(items) < 3 else _SIZES[:1])
    low, steep = (-8, 12) if on_wall else (24, 46) if len(items) > 3 else (9, 44)
    litter = sorted(ON_FLOORS if on_floor else ON_TABLES)
    is_cluttered = not on_wall and rng.random() < 0.6
    reach = 0.34 if is_cropped else 0.16 if len(items) == 1 else 0.06
    return Photo(
        name,
        tuple(Placement(item, turn_deg=0 if on_wall else rng.uniform(-50, 50)) for item in items),
        rng.choice(_FLOORS if on_floor or on_wall else _TABLES),
        rng.choice(_WALLS),
        rng.choice([*sorted(LIGHTING), *sorted(HARSH), *sorted(HARSH)]),
        View(rng.uniform(-24, 24), rng.uniform(low, steep), wide, high),
        rng.uniform(0.95, 1.15)
        if is_cropped
        else rng.uniform(0.42, 0.68) + 0.18 * (len(items) > 1),
        (rng.uniform(-reach, reach), rng.uniform(-reach, reach * 0.5)),
        look=_look(rng),
        clutter=tuple(rng.sample(litter, rng.randint(1, 3))) if is_cluttered else (),
        arranged_by=None if on_wall else rng.randrange(2**31),
    )


def _look(rng: random.Random) -> PhoneLook:
    return PhoneLook(
        rng.choice(_TINTS),
        exposure=rng.choice([0.2, 0.26, 0.3, 0.3, 0.34, 0.42]),
        blur_px=rng.choice([0.5, 0.6, 0.7, 0.9, 1.3, 1.9]),
        grain=rng.choice([0.006, 0.012, 0.012, 0.02, 0.035, 0.055]),
        orientation=rng.choice([1, 1, 1, 1, 1, 3, 6, 8]),
    )
