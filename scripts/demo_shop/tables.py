"""Groups of products that stand in `tables/*.toml`: one shape, several materials, two languages.

Keys of a group: those of `Group`; `views` names one of `VIEWS`, `model` a function as
"module.function"; each variant lists colour, material, the sentence on its finish, and the
materials that the function takes, as `material_named` reads them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from scripts.demo_shop import (
    furnishings,
    gear,
    luggage,
    materials,
    playthings,
    tableware,
    tools,
    wearables,
)
from scripts.demo_shop.groups import FRONT, HIGH, LOW, Group, Variant
from scripts.demo_shop.studio import View
from scripts.demo_shop.types import Material, Model

FOLDER = Path(__file__).with_name("tables")
VIEWS = {
    "front": FRONT,
    "low": LOW,
    "high": HIGH,
    "top": (View(16, 46), View(-34, 58)),
    "wall": (View(0, 0), View(34, 14)),
    "shoe": (View(-38, 22), View(52, 30)),
    "glasses": (View(14, 18), View(-38, 34)),
}
_FINISHES: Mapping[str, Callable[[str], Material]] = {
    "glazed": materials.glazed,
    "speckled": materials.speckled,
    "matte": materials.matte,
    "satin": materials.satin,
    "plastic": materials.plastic,
    "metal": materials.metal,
    "brushed": partial(materials.metal, brushed=True),
    "mirror": materials.mirror,
    "fabric": materials.fabric,
    "glass": materials.glass,
    "timber": materials.timber,
}
_MODULES = {
    "furnishings": furnishings,
    "gear": gear,
    "luggage": luggage,
    "playthings": playthings,
    "tableware": tableware,
    "tools": tools,
    "wearables": wearables,
}


def material_named(text: str) -> Material:
    """A finish and a colour, "glazed sky blue"; wood may end with the axis of its grain."""
    finish, _, color = text.partition(" ")
    if finish == "timber" and color[-2:] in {" x", " y", " z"}:
        return materials.timber(color[:-2], color[-1])
    return _FINISHES[finish](color)


def groups_in(path: Path) -> tuple[Group, ...]:
    """The groups of one table, in its order."""
    return tuple(_group(row) for row in tomllib.loads(path.read_text("utf-8"))["group"])


def _group(row: dict[str, Any]) -> Group:
    module, _, function = row.pop("model").partition(".")
    build = getattr(_MODULES[module], function)
    variants = tuple(_variant(build, *one) for one in row.pop("variants"))
    return Group(**{**row, "views": VIEWS[row["views"]], "variants": variants})


def _variant(
    build: Callable[..., Model], color: str, material: str, finish: str, *made: str
) -> Variant:
    return Variant(color, material, finish, lambda: build(*map(material_named, made)))
