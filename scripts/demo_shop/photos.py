"""How a phone photo of the demo is described, and how its scene is set up."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from scripts.demo_shop.arranging import in_rows, littered, wall_behind
from scripts.demo_shop.pictures import PhoneLook
from scripts.demo_shop.products import PRODUCTS
from scripts.demo_shop.rooms import handheld, lit
from scripts.demo_shop.shapes import corners, placed
from scripts.demo_shop.strangers import CLUTTER, STRANGERS
from scripts.demo_shop.studio import View
from scripts.demo_shop.surfaces import surface
from scripts.demo_shop.types import Model, Scene, Stage, Surface

_HANGING_CM = 150.0


@dataclass(frozen=True)
class Placement:
    """A thing in a photo: a product's id or a stranger's name, and where it stands in cm."""

    name: str
    x: float = 0.0
    z: float = 0.0
    turn_deg: float = 0.0


@dataclass(frozen=True)
class Photo:
    """One phone photo. Size and shift are those of the upright picture."""

    name: str
    items: tuple[Placement, ...]
    floor: str
    wall: str
    lighting: str
    view: View
    fill: float = 0.55
    shift: tuple[float, float] = (0.0, 0.0)
    wall_z: float = -40.0
    look: PhoneLook = field(default_factory=PhoneLook)
    clutter: tuple[str, ...] = ()  # names in CLUTTER, which lie about round the items
    arranged_by: int | None = None  # a seed: the items and the wall find their own places


def model_of(name: str) -> Model:
    """The model of a product, of a stranger or of clutter."""
    if name in PRODUCTS:
        return PRODUCTS[name].variant.build()
    return {**STRANGERS, **CLUTTER}[name].build()


def set_up(photo: Photo, paint: Callable[[str, int], Surface] = surface) -> Scene:
    """The scene of a photo; its models are its items in their order, then its clutter.

    Args:
        photo: what is to be seen.
        paint: makes the floor and the wall of their names; who needs no colours needs no paint.
    """
    items, clutter, wall_z = _stood(photo)
    stage = Stage(paint(photo.floor, 1), paint(photo.wall, 4), wall_z, 0.0)
    camera = handheld(items, photo.view, photo.fill, photo.shift)
    return Scene((*items, *clutter), lit(stage, items, photo.lighting), camera)


def _stood(photo: Photo) -> tuple[tuple[Model, ...], tuple[Model, ...], float]:
    """The items and the clutter in their places, and z of the wall."""
    items = tuple(_placed(item, photo.wall_z) for item in photo.items)
    if photo.arranged_by is None:
        return items, (), photo.wall_z
    rng = random.Random(photo.arranged_by)  # noqa: S311
    items = in_rows(items, rng)
    clutter = littered(items, [model_of(name) for name in photo.clutter], rng)
    return items, clutter, wall_behind((*items, *clutter), rng)


def _placed(item: Placement, wall_z: float) -> Model:
    model = placed(model_of(item.name), (item.x, 0.0, item.z), item.turn_deg)
    if item.name not in PRODUCTS or not PRODUCTS[item.name].group.on_wall:
        return model
    low, _ = corners(model)
    return placed(model, (0.0, _HANGING_CM, wall_z - float(low[2])))
