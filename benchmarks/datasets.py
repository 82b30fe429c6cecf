"""The real data sets as feeds and labelled queries; third-party, never copied into this repository.

They lie in ``$SNAPSHELF_DATASETS`` or in ``../shared/data`` beside the repository.
"""

import csv
import json
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from scripts.embedder_training.pictures import datasets_folder

ROOT = datasets_folder()


@dataclass(frozen=True)
class Task:
    """A gallery and its queries."""

    name: str
    rows: list[dict[str, str]]
    """Feed rows; picture paths are relative to ``root``."""
    queries: list[tuple[str, str]]
    """(photo path, product id)."""
    root: Path
    mislabelled: frozenset[str] = frozenset()
    """Photos of ``queries`` that do not show the product that the data set names."""


def luma() -> Task:
    """First picture of each product in the gallery, its other views as queries."""
    root = ROOT / "luma"
    with (root / "feed.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    queries = [
        (view.strip(), row["id"])
        for row in rows
        for view in row["additional_image_link"].split(",")
        if view.strip()
    ]
    gallery = [{**row, "additional_image_link": ""} for row in rows]
    listed = tomllib.loads((Path(__file__).parent / "luma_views.toml").read_text(encoding="utf-8"))
    wrong = frozenset(listed["another_thing"] + listed["another_colour"])
    return Task("luma, other views", gallery, queries, root, wrong)


def grocery(*, with_photos: bool) -> Task:
    """Iconic pictures, or those and the ``train`` photos; ``val`` photos as queries."""
    root = ROOT / "grocery"
    lines = (root / "products.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    for row in rows:
        row.pop("label", None)
    if with_photos:
        photos = defaultdict(list)
        for photo, product in _pairs(root / "train.csv"):
            photos[product].append(photo)
        rows = [{**row, "additional_image_link": ",".join(photos[row["id"]])} for row in rows]
    name = "grocery, iconic and photos" if with_photos else "grocery, iconic"
    return Task(name, rows, _pairs(root / "val.csv"), root)


def clothing() -> Task:
    """Validation photos as products without telling words; their classes are the text queries."""
    root = ROOT / "clothing"
    pairs = _pairs(root / "validation.csv")
    rows = [
        {"id": f"{i:04d}", "item_group_id": kind, "title": f"photo {i}", "image_link": photo}
        for i, (photo, kind) in enumerate(pairs)
    ]
    return Task("clothing, words for a class", rows, pairs, root)


def eshop() -> Task:
    """The catalogue alone: one picture a product, no photo queries."""
    root = ROOT / "eshop"
    rows = [
        {
            "id": f"eshop-{one['Id']}",
            "title": one["Name"],
            "description": one["Description"],
            "brand": one["Brand"],
            "product_type": one["Type"],
            "price": f"{one['Price']} USD",
            "image_link": f"pics/{one['Id']}.webp",
        }
        for one in json.loads((root / "catalog.json").read_text(encoding="utf-8"))
    ]
    return Task("eshop", rows, [], root)


def _pairs(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8") as file:
        reader = csv.reader(file)
        next(reader)
        return [(photo, label) for photo, label in reader]
