"""Figures of a finished captioner on photos that no choice was made on."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from scripts.captioner_training.examples import kinds_of, labelled_pictures
from scripts.embedder_training.pictures import (
    Picture,
    eshop_products,
    luma_pictures,
    read_rows,
    training_pictures,
)
from vision.colour_names import colour_name
from vision.embedded_captioner import EmbeddedCaptioner
from vision.types import Caption


def report(folder: Path, data: Path, cache: Path | None = None) -> dict[str, str]:
    """Gives figures by name.

    Args:
        folder: as the training writes it.
        data: folder of the data sets.
        cache: of converted models.
    """
    captioner = EmbeddedCaptioner(folder, cache=cache)
    kinds, positions = kinds_of(data)
    _, held_out = labelled_pictures(data)
    figures: dict[str, str] = {}
    for source in ("clothing", "grocery"):
        pictures = [p for p in held_out if p.source == source]
        wanted = [kinds[positions[p.label]] for p in pictures]
        free = [captioner.decoded(_open(p)) for p in pictures]
        figures |= {
            f"{source}, decoder: category": _share(
                [
                    one.category == kind.category.lower()
                    for one, kind in zip(free, wanted, strict=True)
                ]
            ),
            f"{source}, decoder: title": _share(
                [
                    one.title.lower() == kind.title.lower()
                    for one, kind in zip(free, wanted, strict=True)
                ]
            ),
            f"{source}, decoder: JSON of the form": _share([bool(one.category) for one in free]),
        }
        given, seconds = _captions(captioner, pictures)
        kept = [(one, kind) for one, kind in zip(given, wanted, strict=True) if one.category]
        figures |= {
            f"{source}: captions given": f"{100 * len(kept) / len(given):.1f}",
            f"{source}: of these right": _share(
                [o.category == k.category.lower() for o, k in kept]
            ),
            f"{source}: ms a photo": f"{1e3 * seconds / len(given):.1f}",
        }
    for name, pictures in _foreign(data).items():
        given, _ = _captions(captioner, pictures)
        figures[f"{name}: given a category"] = _share([bool(one.category) for one in given])
    figures["Luma colour word"] = _luma_colours(data)
    return figures


def _foreign(data: Path) -> dict[str, list[Picture]]:
    gallery, _, _ = luma_pictures(data)
    rows = read_rows(data / "luma" / "feed.csv")
    categories = {row["id"]: row["google_product_category"] for row in rows}
    gear = [p for p in gallery if categories[p.label].startswith("Gear")]
    shoes = {f"eshop-{row['Id']}" for row in eshop_products(data) if row["Type"] == "Footwear"}
    eshop = [p for p in training_pictures(data) if p.source == "eshop"]
    return {
        "Luma gear (no such kind)": gear,
        "Luma garments": [p for p in gallery if p not in gear],
        "eShop footwear (unlabelled)": [p for p in eshop if p.label in shoes],
    }


def _luma_colours(data: Path) -> str:
    rows = [row for row in read_rows(data / "luma" / "feed.csv") if row["color"]]
    hits = []
    for row in rows:
        with Image.open(data / "luma" / row["image_link"]) as image:
            said = colour_name(image.convert("RGB"))
        hits.append(said.split(" ")[-1] == row["color"].lower() or said == row["color"].lower())
    return _share(hits)


def _captions(
    captioner: EmbeddedCaptioner, pictures: Sequence[Picture]
) -> tuple[list[Caption], float]:
    """Captions one by one, as a search asks for them, and the seconds that took."""
    images = [_open(p) for p in pictures]
    started = time.perf_counter()
    said = [captioner.caption([image])[0] for image in images]
    return said, time.perf_counter() - started


def _open(picture: Picture) -> Image.Image:
    with Image.open(picture.path) as image:
        return image.convert("RGB")


def _share(hits: Sequence[bool]) -> str:
    return f"{100 * float(np.mean(hits)):.1f} (n={len(hits)})"
