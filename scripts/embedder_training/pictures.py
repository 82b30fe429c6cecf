"""The pictures that the embedder learns from, and those that it is measured on.

Luma is measured only: no picture and no text of it is read for training, since it stands for a
shop that the model has never seen. Nor are grocery's ``val`` and clothing's ``validation``.
"""

import csv
import json
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Picture:
    """One picture file and what it shows."""

    path: Path
    source: str
    """``grocery``, ``iconic``, ``clothing``, ``eshop``, ``luma`` or ``render-clean|phone``."""
    label: str
    """What it shows, for measuring: product id or garment class."""
    positive: str
    """Pictures of equal ``positive`` are pulled together; clothing's own path: itself alone,
    since a class of garments holds many colours and cuts."""
    caption: str
    """Key of its captions (``captions.py``); empty: none."""
    colour: str = ""
    """Its colour in a word, where known."""


def datasets_folder() -> Path:
    """Where the real data lies if it is there: ``$SNAPSHELF_DATASETS`` or ``../shared/data``."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    return Path(os.environ.get("SNAPSHELF_DATASETS") or beside)


def datasets_root() -> Path:
    """Gives the folder of the real data: ``$SNAPSHELF_DATASETS`` or ``../shared/data``.

    Raises:
        FileNotFoundError: it is not there.
    """
    root = datasets_folder()
    if not (root / "grocery" / "products.jsonl").is_file():
        raise FileNotFoundError(f"no data sets in {root}: set SNAPSHELF_DATASETS")
    return root


def training_pictures(root: Path, renders: Path | None = None) -> list[Picture]:
    """Gives every picture that may be trained on, in a fixed order."""
    pictures = iconic_pictures(root) + _grocery(root, "train") + _clothing(root, "train")
    pictures += _eshop(root)
    return pictures + (_renders(renders) if renders else [])


def validation_pictures(root: Path) -> list[Picture]:
    """Gives grocery ``val`` and clothing ``validation``: looked at once, at the end."""
    return _grocery(root, "val") + _clothing(root, "validation")


def iconic_pictures(root: Path) -> list[Picture]:
    """Gives the 81 catalogue pictures of the grocery products."""
    return [
        Picture(root / "grocery" / row["image_link"], "iconic", row["id"], row["id"], row["id"])
        for row in grocery_products(root)
    ]


def grocery_products(root: Path) -> list[dict[str, str]]:
    """Gives id, title, category, description and picture of the 81 grocery products."""
    text = (root / "grocery" / "products.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def eshop_products(root: Path) -> list[dict[str, str]]:
    """Gives the 101 products of eShop's catalogue."""
    rows: list[dict[str, str]] = json.loads(
        (root / "eshop" / "catalog.json").read_text(encoding="utf-8")
    )
    return rows


def luma_pictures(root: Path) -> tuple[list[Picture], list[Picture], dict[str, str]]:
    """Gives gallery (first pictures), queries (other views) and product id -> group id."""
    gallery, queries, groups = [], [], {}
    for row in read_rows(root / "luma" / "feed.csv"):
        product, folder = row["id"], root / "luma"
        groups[product] = row["item_group_id"]
        gallery.append(Picture(folder / row["image_link"], "luma", product, product, ""))
        others = filter(None, row["additional_image_link"].split(","))
        queries += [Picture(folder / o.strip(), "luma", product, product, "") for o in others]
    return gallery, queries, groups


def read_rows(path: Path) -> list[dict[str, str]]:
    """Gives the rows of a CSV file with a header."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _grocery(root: Path, split: str) -> list[Picture]:
    return [
        Picture(root / "grocery" / row["photo"], "grocery", *[row["product"]] * 3)
        for row in read_rows(root / "grocery" / f"{split}.csv")
    ]


def _clothing(root: Path, split: str) -> list[Picture]:
    return [
        Picture(
            root / "clothing" / row["photo"],
            "clothing",
            row["category"],
            row["photo"],
            f"clothing-{row['category']}",
        )
        for row in read_rows(root / "clothing" / f"{split}.csv")
    ]


def _eshop(root: Path) -> list[Picture]:
    return [
        Picture(root / "eshop" / "pics" / f"{row['Id']}.webp", "eshop", *[f"eshop-{row['Id']}"] * 3)
        for row in eshop_products(root)
    ]


def _renders(folder: Path) -> list[Picture]:
    """Our own renders: positives share shape and colour, so that colour stays in the vector."""
    rows = read_rows(folder / "manifest.csv")
    pictures = []
    for row in rows:
        product = f"render-{row['shape']}-{row['color_name']}"
        caption = f"{row['color_name']} {row['kind_name']}"
        source = f"render-{row['view_kind']}"
        pictures.append(Picture(folder / row["file"], source, product, product, caption))
    return pictures
