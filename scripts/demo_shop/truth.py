"""What is in the photos: boxes for the ground truth, rows for the queries."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scripts.demo_shop.photos import Photo, set_up
from scripts.demo_shop.products import PRODUCTS
from scripts.demo_shop.renderer import labels
from scripts.demo_shop.strangers import STRANGERS

Box = tuple[int, int, int, int]


def box_of(seen: npt.NDArray[np.bool_]) -> Box:
    """The tightest [x0, y0, x1, y1] round the marked pixels; x1 and y1 lie past the last one."""
    y, x = np.nonzero(seen)
    return int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1


def truth_of(photo: Photo) -> dict[str, Any]:
    """One entry of the ground truth; a box holds what is seen, not what is hidden."""
    seen = labels(set_up(photo))
    boxes = [box_of(seen == i + 1) for i in range(len(photo.items))]
    return {
        "file": f"photos/{photo.name}.jpg",
        "width": photo.view.width_px,
        "height": photo.view.height_px,
        "items": [_item(item.name, box) for item, box in zip(photo.items, boxes, strict=True)],
    }


def _item(name: str, box: Box) -> dict[str, Any]:
    if name in PRODUCTS:
        product = PRODUCTS[name]
        sold: dict[str, str | None] = {"product": name, "group": product.group.id}
        kind = {"color": product.variant.color, "category": product.group.category}
    else:
        sold = {"product": None, "group": None}
        kind = {"color": STRANGERS[name].color, "category": STRANGERS[name].category}
    return {**sold, "box": list(box), **kind}


def write_truth(photos: tuple[Photo, ...], path: Path) -> None:
    """Writes every photo's entry as JSON."""
    entries = [truth_of(photo) for photo in photos]
    path.write_text(json.dumps({"photos": entries}, indent=1) + "\n", encoding="utf-8")


def write_queries(photos: tuple[Photo, ...], path: Path) -> None:
    """Writes the photos of exactly one product, each with the product to find."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["photo", "product", "text"])
        for photo in photos:
            if len(photo.items) == 1 and photo.items[0].name in PRODUCTS:
                writer.writerow([f"photos/{photo.name}.jpg", photo.items[0].name, ""])
