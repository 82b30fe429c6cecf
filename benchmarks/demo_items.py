"""Photos of several products of the demo shop: whose box is found, and whose product.

    python -m benchmarks.demo_items

The photos of `data/demo` with two to five products, by split. A product's box is found where one
of the search's has an intersection over union of 0.5; its product where it is among the first
matches of that box, or of the box nearest to it where none is that near.
"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.composites import intersection_over_union
from benchmarks.items import MATCH, ratio
from benchmarks.machine import machine_line
from benchmarks.retrieval import text
from service.pipeline import SearchPipeline
from service.settings import load_settings
from service.shop import open_shop
from service.types import SearchRequest
from vision.types import Box

DEMO = Path(__file__).resolve().parents[1] / "data" / "demo"
DEPTH = 5


@dataclass(frozen=True)
class Counts:
    """Of one photo."""

    items: int
    boxes: int
    """That the search found."""
    found: int
    """Items with a box of their own."""
    first: int
    """Items whose product is the first match of their box."""
    among: int
    """Items whose product is among the first ``DEPTH``."""


def main() -> None:
    photos = json.loads((DEMO / "ground_truth.json").read_text("utf-8"))["photos"]
    several = [photo for photo in photos if len(photo["items"]) > 1]
    print(machine_line())
    with tempfile.TemporaryDirectory() as folder:
        shop = open_shop(DEMO / "feed.csv", Path(folder), load_settings(captioner="none"))
        for split in ("train", "test"):
            of_split = [one for one in several if one["split"] == split]
            report(split, [counted(shop.pipeline, one) for one in of_split])
        shop.close()


def counted(pipeline: SearchPipeline, entry: dict[str, Any]) -> Counts:
    """Searches one photo."""
    photo = (DEMO / entry["file"]).read_bytes()
    seen = [one for one in pipeline.search(SearchRequest(photo, k=DEPTH)).items if one.item]
    free = list(range(len(seen)))
    found, places = 0, []
    for item in entry["items"]:
        box = Box(*item["box"])
        overlaps = [intersection_over_union(one.item.box, box) for one in seen if one.item]
        nearest = int(np.argmax(overlaps))
        if overlaps[nearest] >= MATCH and nearest in free:
            free.remove(nearest)
            found += 1
        ids = [match.product.id for match in seen[nearest].matches]
        places.append(ids.index(item["product"]) if item["product"] in ids else DEPTH)
    return Counts(
        len(places), len(seen), found, places.count(0), sum(one < DEPTH for one in places)
    )


def report(split: str, counts: list[Counts]) -> None:
    """Prints shares of items, with intervals from resampled photos."""
    items = np.array([one.items for one in counts], dtype=np.float64)
    boxes = np.array([one.boxes for one in counts], dtype=np.float64)
    found = np.array([one.found for one in counts], dtype=np.float64)
    print(f"{split}: {len(counts)} photos, {items.sum():.0f} items, {boxes.sum():.0f} boxes")
    print(f"  boxes at IoU {MATCH}: precision {text(ratio(found, boxes))}")
    for name, values in (
        ("boxes found", found),
        ("product is first", np.array([one.first for one in counts], dtype=np.float64)),
        (f"among {DEPTH}", np.array([one.among for one in counts], dtype=np.float64)),
    ):
        print(f"  {name:18} {text(ratio(values, items))}")


if __name__ == "__main__":
    main()
