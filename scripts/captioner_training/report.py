"""Figures of a finished captioner on photos that no choice was made on."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from scripts.captioner_training.examples import demo_pictures, kinds_of, labelled_pictures
from scripts.embedder_training.pictures import (
    Picture,
    eshop_products,
    luma_pictures,
    read_rows,
    training_pictures,
)
from vision.colour_names import colour_name
from vision.compute import ComputeOptions
from vision.embedded_captioner import EmbeddedCaptioner, Kind

T = TypeVar("T")


def report(folder: Path, data: Path, cache: Path | None = None) -> dict[str, str]:
    """Gives figures by name.

    Args:
        folder: as the training writes it.
        data: folder of the data sets.
        cache: of converted models.
    """
    torch.set_num_threads(1)
    captioner = EmbeddedCaptioner(folder, ComputeOptions(threads=1), cache)
    kinds, positions = kinds_of(data)
    _, held_out = labelled_pictures(data)
    figures: dict[str, str] = {}
    for source in ("clothing", "grocery"):
        pictures = [p for p in held_out if p.source == source]
        wanted = [kinds[positions[p.label]] for p in pictures]
        named = _named(captioner, pictures, wanted) | _given(captioner, pictures, wanted)
        figures |= {f"{source}, {name}": value for name, value in named.items()}
    for name, pictures in _foreign(data).items():
        given = [captioner.caption([_open(p)])[0] for p in pictures]
        figures[f"{name}: given a category"] = _share([bool(one.category) for one in given])
    figures["Luma colour word"] = _luma_colours(data)
    return figures


def _named(
    captioner: EmbeddedCaptioner, pictures: Sequence[Picture], wanted: Sequence[Kind]
) -> dict[str, str]:
    """How often the name is right where one is asked for, sure or not: by parts and together."""
    written, likeliest, named = [], [], []
    for image in map(_open, pictures):  # one after the other: the trunk's row is remembered
        written.append(captioner.decoded(image))
        [shares] = captioner.log_shares([image])  # (kinds,), the last one is "none"
        likeliest.append(captioner.kinds[int(shares[:-1].argmax())])
        named += captioner.named([image])
    told = {
        "decoder alone": [(one.category, one.title.lower()) for one in written],
        "linear map alone": [_lower(kind) for kind in likeliest],
        "captioner": [_lower(kind) for kind in named],
    }
    figures = {"decoder alone: JSON of the form": _share([bool(one.category) for one in written])}
    for who, said in told.items():
        for part, name in enumerate(("category", "title")):
            hits = [o[part] == _lower(kind)[part] for o, kind in zip(said, wanted, strict=True)]
            figures[f"{who}: {name}"] = _share(hits)
    return figures


def _given(
    captioner: EmbeddedCaptioner, pictures: Sequence[Picture], wanted: Sequence[Kind]
) -> dict[str, str]:
    """How many captions are given, how many of them are right, and what one costs."""
    images = [_open(p) for p in pictures]
    given, costs_ms = _timed(lambda image: captioner.caption([image])[0], images)
    _, trunk_ms = _timed(lambda image: captioner.log_shares([image]), images)
    speaks = np.array([bool(one.category) for one in given])
    kept = [(one, kind) for one, kind in zip(given, wanted, strict=True) if one.category]
    spoken, trunk = float(np.median(costs_ms[speaks])), float(np.median(trunk_ms))
    return {
        "captions given": f"{100 * speaks.mean():.1f} (n={len(given)})",
        "of these right: category": _share([o.category == _lower(k)[0] for o, k in kept]),
        "of these right: title": _share([o.title == _lower(k)[1] for o, k in kept]),
        "CPU ms, median: trunk and map": f"{trunk:.1f}",
        "CPU ms, median: a caption": f"{spoken:.1f}, {spoken / trunk:.2f} of trunk and map",
        "CPU ms, median: no caption": f"{np.median(costs_ms[~speaks]):.1f}",
    }


def _timed(
    ask: Callable[[Image.Image], T], images: Sequence[Image.Image]
) -> tuple[list[T], NDArray[np.float64]]:
    """Answers one by one, as a search asks for them, and the CPU milliseconds of each.

    More pictures than the captioner remembers, so the trunk runs for each.
    """
    answers, costs_ms = [], []
    for image in images:
        started = time.process_time()
        answers.append(ask(image))
        costs_ms.append(1e3 * (time.process_time() - started))
    return answers, np.array(costs_ms)


def _lower(kind: Kind) -> tuple[str, str]:
    return kind.category.lower(), kind.title.lower()


def _foreign(data: Path) -> dict[str, list[Picture]]:
    gallery, _, _ = luma_pictures(data)
    rows = read_rows(data / "luma" / "feed.csv")
    categories = {row["id"]: row["google_product_category"] for row in rows}
    gear = [p for p in gallery if categories[p.label].startswith("Gear")]
    shoes = {f"eshop-{row['Id']}" for row in eshop_products(data) if row["Type"] == "Footwear"}
    eshop = [p for p in training_pictures(data) if p.source == "eshop"]
    return {
        "Demo shop, other groups (no such kind)": demo_pictures("test", without="Clothing"),
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


def _open(picture: Picture) -> Image.Image:
    with Image.open(picture.path) as image:
        return image.convert("RGB")


def _share(hits: Sequence[bool]) -> str:
    return f"{100 * float(np.mean(hits)):.1f} (n={len(hits)})"
