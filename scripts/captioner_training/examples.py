"""What the captioner learns from: trunk maps of labelled photos and the JSON to say of each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from scripts.embedder_training.pictures import (
    Picture,
    eshop_products,
    grocery_products,
    read_rows,
    training_pictures,
    validation_pictures,
)
from scripts.embedder_training.trunk import Trunk, cached_maps
from scripts.embedder_training.views import VIEW_SEED, phone_view
from vision.efficientnet_patches import in_merge_order
from vision.embedded_captioner import Kind

DEMO = Path(__file__).resolve().parents[2] / "data" / "demo"
SOURCES = ("iconic", "grocery", "clothing")
NAMEABLE = ("Footwear", "Jackets")
"""Types of the eShop that are garments; the rest teaches what not to name."""
PHONE_VIEWS = 2
_PCA_CELLS = 40_000
_BATCH = 64


@dataclass(frozen=True)
class Examples:
    """Patches, pooled features and the kind of each view of each picture."""

    patches: NDArray[np.float16]
    """``(views, n, cells, channels)``, in the order in which Qwen merges them."""
    pooled: NDArray[np.float32]
    """``(views, n, 1280)``"""
    kinds: NDArray[np.int64]
    """``(n,)``, positions among the kinds."""

    def some(self, rows: NDArray[np.bool_]) -> "Examples":
        """Gives those of some pictures."""
        return Examples(self.patches[:, rows], self.pooled[:, rows], self.kinds[rows])


def kinds_of(root: Path) -> tuple[list[Kind], dict[str, int]]:
    """Gives the kinds, and the label of a picture -> position among them."""
    kinds: list[Kind] = []
    positions: dict[str, int] = {}
    for product in grocery_products(root):
        positions[product["id"]] = len(kinds)
        kinds.append(Kind(product["category"], product["title"]))
    garments = sorted({p.label for p in training_pictures(root) if p.source == "clothing"})
    for label in garments:
        positions[label] = len(kinds)
        kinds.append(Kind(label, label))
    return kinds, positions


def unnameable_pictures(root: Path) -> list[Picture]:
    """Gives pictures of things without a kind: an outdoor shop's gear, the demo shop's household.

    Of the demo shop those of the groups that may be trained on; none is a garment or a grocery.
    """
    types = {f"eshop-{row['Id']}": row["Type"] for row in eshop_products(root)}
    gear = [p for p in training_pictures(root) if types.get(p.label, NAMEABLE[0]) not in NAMEABLE]
    return gear + demo_pictures("train")


def demo_pictures(split: str, without: str = "none") -> list[Picture]:
    """Gives the demo shop's catalogue pictures of the groups of a split.

    Args:
        split: ``train`` or ``test``.
        without: a category, by its first words.
    """
    splits = json.loads((DEMO / "ground_truth.json").read_text(encoding="utf-8"))["splits"]
    files: dict[str, str] = {}  # to the product: a row is an offer
    for row in read_rows(DEMO / "feed.csv"):
        is_left_out = row["google_product_category"].startswith(without)
        if splits[row["item_group_id"]] == split and not is_left_out:
            links = [row["image_link"], *row["additional_image_link"].split(",")]
            files |= dict.fromkeys(filter(None, links), row["id"])
    return [Picture(DEMO / file, "demo", one, one, "") for file, one in files.items()]


def labelled_pictures(root: Path) -> tuple[list[Picture], list[Picture]]:
    """Gives the pictures to train on, and those that no choice was made on."""
    train = [p for p in training_pictures(root) if p.source in SOURCES]
    return train, validation_pictures(root)


def fit_projection(trunk: Trunk, maps: NDArray[np.float16], channels: int) -> nn.Linear:
    """Gives a PCA of the cells of the trunk's last map, scaled to unit variance in the mean.

    Args:
        trunk: the network.
        maps: ``(n, 192, h, w)``, before the last stage.
        channels: directions kept.
    """
    chosen = np.linspace(0, len(maps) - 1, _PCA_CELLS // maps.shape[2] ** 2).astype(int)
    last = np.concatenate([trunk.last_map(maps[[row]]) for row in chosen])  # (m, 1280, h, w)
    cells = last.transpose(0, 2, 3, 1).reshape(-1, 1280)
    mean = cells.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov((cells - mean).T.astype(np.float64)))
    directions = vectors[:, ::-1][:, :channels].T / np.sqrt(values[::-1][:channels].mean())
    layer = nn.Linear(1280, channels)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(directions))
        layer.bias.copy_(torch.from_numpy(-directions @ mean))
    return layer.requires_grad_(False)


def view_maps(
    pictures: Sequence[Picture], trunk: Trunk, work: Path, root: Path
) -> NDArray[np.float16]:
    """Gives ``(views, n, 192, h, w)``: the clean view, then the phone views, from a cache.

    Args:
        pictures: what to look at.
        trunk: the network.
        work: cache folder.
        root: folder of the data sets; phone views have parts of its photos as backgrounds.
    """
    photos = training_pictures(root)
    backgrounds = [p.path for p in photos if p.source in ("grocery", "clothing")]
    return np.stack(
        [_maps(pictures, view, backgrounds, trunk, work) for view in range(PHONE_VIEWS + 1)]
    )


def abstract_pictures(count: int, seed: int) -> list[Image.Image]:
    """Gives pictures of nothing: noise, flat colours, slopes, blots, stripes."""
    draw = np.random.default_rng(seed)
    side = 240
    across, down = np.meshgrid(np.linspace(0, 1, side), np.linspace(0, 1, side))
    pictures = []
    for number in range(count):
        first, second = draw.uniform(0, 255, (2, 3))
        angle, waves = draw.uniform(0, np.pi), draw.integers(2, 40)
        slope = np.cos(angle) * across + np.sin(angle) * down
        cells = draw.uniform(0, 1, (int(draw.integers(3, 60)),) * 2).astype(np.float32)
        blots = Image.fromarray(cells).resize((side, side), Image.Resampling.BICUBIC)
        share = (
            np.zeros((side, side)),
            slope,
            np.asarray(blots),
            np.sin(waves * slope) / 2 + 0.5,
            draw.uniform(0, 1, (side, side)),
        )[number % 5]
        pixels = first + share[..., None] * (second - first)
        if number % 2:
            grain = draw.normal(0, draw.uniform(5, 90), (side, side, 3 if number % 4 == 1 else 1))
            pixels = pixels + grain
        pictures.append(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)))
    return pictures


def seen(
    trunk: Trunk, maps: NDArray[np.float16], projection: nn.Linear
) -> tuple[NDArray[np.float16], NDArray[np.float32]]:
    """Gives patches ``(n, cells, channels)`` and pooled ``(n, 1280)`` of ``(n, 192, h, w)``."""
    patches, pooled = [], []
    for start in range(0, len(maps), _BATCH):
        last = torch.from_numpy(trunk.last_map(maps[start : start + _BATCH]))  # (b, 1280, h, w)
        with torch.inference_mode():
            patches.append(projection(in_merge_order(last)).numpy().astype(np.float16))
            pooled.append(last.mean(dim=(2, 3)).numpy())
    return np.concatenate(patches), np.concatenate(pooled)


def _maps(
    pictures: Sequence[Picture], view: int, backgrounds: Sequence[Path], trunk: Trunk, work: Path
) -> NDArray[np.float16]:
    def made(index: int) -> Image.Image:
        path = pictures[index].path
        if view:
            return phone_view(path, view, backgrounds)
        with Image.open(path) as image:
            return image.convert("RGB")

    keys = [f"captioner/{VIEW_SEED}/{view}/{p.path.parent.name}/{p.path.name}" for p in pictures]
    return cached_maps(work, keys, made, trunk, f"captioner-view{view}")
