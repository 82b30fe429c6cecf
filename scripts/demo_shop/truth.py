"""What is in the photos: boxes for the ground truth, rows for the queries."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scripts.demo_shop.chinese import color_zh
from scripts.demo_shop.groups import Product
from scripts.demo_shop.photos import Photo, set_up
from scripts.demo_shop.products import GROUPS, PRODUCTS
from scripts.demo_shop.renderer import labels
from scripts.demo_shop.splits import TEST, split_of
from scripts.demo_shop.strangers import CLUTTER, STRANGERS
from scripts.demo_shop.surfaces import plain

Box = tuple[int, int, int, int]
_LEAST_PIXELS = 20
"""Of clutter: what shows less of itself is not listed. Items show more in every photo."""
_WISHES = ("but in {}", "the same in {}, please", "I want this one in {}")
_WISHES_ZH = ("要{}的", "同款，换成{}")


def box_of(seen: npt.NDArray[np.bool_]) -> Box:
    """The tightest [x0, y0, x1, y1] round the marked pixels; x1 and y1 lie past the last one."""
    y, x = np.nonzero(seen)
    return int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1


def truth_of(photo: Photo) -> dict[str, Any]:
    """One entry of the ground truth; a box holds what is seen, not what is hidden."""
    seen = labels(set_up(photo, lambda _name, _seed: plain((0.5, 0.5, 0.5))))
    names = [*(item.name for item in photo.items), *photo.clutter]
    count = len(photo.items)
    shown = [
        (i, _item(name, box_of(seen == i + 1)))
        for i, name in enumerate(names)
        if i < count or int((seen == i + 1).sum()) >= _LEAST_PIXELS
    ]
    return {
        "file": f"photos/{photo.name}.jpg",
        "width": photo.view.width_px,
        "height": photo.view.height_px,
        "split": photo_split(photo),
        "items": [entry for i, entry in shown if i < count],
        "clutter": [entry for i, entry in shown if i >= count],
    }


def photo_split(photo: Photo) -> str:
    """The split of what is sold in it; what shows nothing that is sold is for tests."""
    splits = {split_of(PRODUCTS[item.name].group) for item in photo.items if item.name in PRODUCTS}
    return splits.pop() if len(splits) == 1 else TEST


def _item(name: str, box: Box) -> dict[str, Any]:
    if name in PRODUCTS:
        product = PRODUCTS[name]
        sold: dict[str, str | None] = {"product": name, "group": product.group.id}
        kind = {
            "color": product.variant.color,
            "category": product.group.category,
            "material": product.variant.material,
        }
    else:
        stranger = {**STRANGERS, **CLUTTER}[name]
        sold = {"product": None, "group": None}
        kind = {"color": stranger.color, "category": stranger.category}
    return {**sold, "box": list(box), **kind}


def write_truth(photos: Sequence[Photo], path: Path) -> None:
    """Writes every photo's entry as JSON, and the split of every group.

    Entries that are there already are kept, as their pictures are.
    """
    known = _known(path)
    entries = [known.get(f"photos/{photo.name}.jpg") or truth_of(photo) for photo in photos]
    whole = {"splits": {group.id: split_of(group) for group in GROUPS}, "photos": entries}
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(path)


def _known(path: Path) -> dict[str, dict[str, Any]]:
    if not path.exists():
        return {}
    entries = json.loads(path.read_text("utf-8"))["photos"]
    return {entry["file"]: entry for entry in entries if "split" in entry}


def write_queries(photos: Sequence[Photo], folder: Path) -> None:
    """Writes what `snapshelf eval` reads.

    `queries.csv`: the photos of exactly one product and that product. `queries_test.csv`: those
    of the test split. `composed.csv`: the same photos with words, and the variant that both mean.
    """
    single = [
        photo for photo in photos if len(photo.items) == 1 and photo.items[0].name in PRODUCTS
    ]
    rows = [(_file(photo), photo.items[0].name, "") for photo in single]
    tested = [row for row, photo in zip(rows, single, strict=True) if photo_split(photo) == TEST]
    _write(rows, folder / "queries.csv")
    _write(tested, folder / "queries_test.csv")
    _write(_composed(single), folder / "composed.csv")


def _file(photo: Photo) -> str:
    return f"photos/{photo.name}.jpg"


def _composed(photos: Sequence[Photo]) -> Iterable[tuple[str, str, str]]:
    """A photo of one variant and words for another; every fourth in Chinese."""
    number = 0
    for photo in photos:
        shown = PRODUCTS[photo.items[0].name]
        for wanted in _other_variants(shown)[:1]:
            number += 1
            yield _file(photo), wanted.id, _wish(wanted, number)


def _other_variants(product: Product) -> list[Product]:
    same = [one for one in PRODUCTS.values() if one.group is product.group]
    return [one for one in same if one is not product]


def _wish(wanted: Product, number: int) -> str:
    if number % 4 == 0:
        wish = _WISHES_ZH[number // 4 % len(_WISHES_ZH)]
        return wish.format(color_zh(wanted.variant.color))
    return _WISHES[number % len(_WISHES)].format(wanted.variant.color)


def _write(rows: Iterable[tuple[str, str, str]], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["photo", "product", "text"])
        writer.writerows(rows)
