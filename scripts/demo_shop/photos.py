"""How a phone photo of the demo is described, and how its scene is set up."""

from __future__ import annotations

from dataclasses import dataclass, field

from scripts.demo_shop.pictures import PhoneLook
from scripts.demo_shop.products import PRODUCTS
from scripts.demo_shop.rooms import handheld, lit
from scripts.demo_shop.shapes import corners, placed
from scripts.demo_shop.strangers import STRANGERS
from scripts.demo_shop.studio import View
from scripts.demo_shop.surfaces import surface
from scripts.demo_shop.types import Model, Scene, Stage

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


def model_of(name: str) -> Model:
    """The model of a product or of a stranger."""
    return PRODUCTS[name].variant.build() if name in PRODUCTS else STRANGERS[name].build()


def set_up(photo: Photo) -> Scene:
    """The scene of a photo; its models are in the order of `photo.items`."""
    models = tuple(_placed(item, photo.wall_z) for item in photo.items)
    stage = Stage(surface(photo.floor), surface(photo.wall, 4), photo.wall_z, 0.0)
    camera = handheld(models, photo.view, photo.fill, photo.shift)
    return Scene(models, lit(stage, models, photo.lighting), camera)


def _placed(item: Placement, wall_z: float) -> Model:
    model = placed(model_of(item.name), (item.x, 0.0, item.z), item.turn_deg)
    if item.name not in PRODUCTS or not PRODUCTS[item.name].group.on_wall:
        return model
    low, _ = corners(model)
    return placed(model, (0.0, _HANGING_CM, wall_z - float(low[2])))
