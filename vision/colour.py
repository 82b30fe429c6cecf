"""The colours of a picture's item as a vector: a soft Lab histogram of what is not background.

ImageNet features hardly see colour and a histogram does; beside the embedding it is a second image
vector with a weight of its own. Its bins are fine, since the variants of a product may differ by a
shade, and a linear map keeps what pictures show of their 4,000 counts in 256 numbers.

Source: Swain and Ballard, "Color Indexing", IJCV 1991 (histograms as an index); Arandjelovic and
Zisserman, CVPR 2012 (the square root: a dot product of rooted histograms is the Bhattacharyya
coefficient, between 0 and 1); the map is ``scripts/train_colours.py``'s, decision 27.
"""

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from vision.model_files import checked_bytes, read_recipe
from vision.types import ColourLooks, Vectors

COMMITTED = Path(__file__).resolve().parent.parent / "data" / "models" / "colours"
RECIPE = "colours.json"

_SIDE_PX = 64
"""The histogram is made of so many pixels a side: more changes nothing but the time."""
BINS = (10, 20, 20)
"""Lightness, a (green to red), b (blue to yellow)."""
DIMENSION = 256
_LOW = np.array([0.0, -64.0, -64.0], dtype=np.float32)
_HIGH = np.array([100.0, 64.0, 64.0], dtype=np.float32)
"""The range that the bins cover; stronger colours fall into the outermost bins."""
_BACKGROUND_SPREAD = 12.0
"""CIE76 difference at which a pixel counts half as background, half as item."""
_PLAIN_SPREAD = 4.0
"""CIE76. Rendered catalogue pictures lie below 1.3, rendered photos above 11."""
_WHITE_LIGHTNESS, _WHITE_CHROMA = 97.0, 3.0
"""CIELAB: lighter and greyer than that is a studio's white, as no wall or paper in a photo is."""
_WHITE_SHARE = 0.1
"""Of the border; so much white beside an item that fills the frame tells a close-up by a shop."""
_BORDER = 0.06
"""Part of each side that is taken for background."""

_TO_LAB = ImageCms.buildTransform(
    ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
)


class _Border(NamedTuple):
    colour: NDArray[np.float32]
    """``(3,)`` CIELAB."""
    spread: float
    """How far half of its pixels lie from that (CIE76)."""
    white: float
    """Share of its pixels that are a studio's white."""

    @property
    def is_plain(self) -> bool:
        """Whether the picture was taken as shops take theirs, the whole item or a part of it."""
        return self.spread < _PLAIN_SPREAD or self.white > _WHITE_SHARE


class LabHistogram:
    """Describes each picture by the colours of its item; needs no network, only a linear map."""

    dimension = DIMENSION

    def __init__(self) -> None:
        """Reads the map.

        Raises:
            ModelUnavailableError: its file is missing, or another one.
        """
        self._directions, sha256 = _directions()
        self.identity = f"LabHistogram {DIMENSION} {sha256[:12]}"

    def describe(self, images: Sequence[Image.Image]) -> Vectors:
        """Gives ``(n, dimension)`` float32 unit rows; ``(0, dimension)`` for no picture."""
        return self.look(images).vectors

    def look(self, images: Sequence[Image.Image]) -> ColourLooks:
        """Gives the rows of ``describe``, and what else the same pixels tell."""
        rows = np.empty((len(images), self.dimension), dtype=np.float32)
        is_plain = np.empty(len(images), dtype=np.bool_)
        for number, image in enumerate(images):
            lab = lab_pixels(image)  # (side, side, 3)
            border = _background(lab)
            weight = _item_weight(lab, border).ravel()
            rows[number] = histogram(lab.reshape(-1, 3), weight) @ self._directions
            is_plain[number] = border.is_plain
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return ColourLooks(unit, is_plain)


@cache
def _directions() -> tuple[NDArray[np.float32], str]:
    """``(bins, dimension)``, orthonormal columns, and the sha256 of their file."""
    recipe = read_recipe(COMMITTED / RECIPE)
    found = np.load(io.BytesIO(checked_bytes(COMMITTED / recipe["file"], recipe["sha256"])))
    directions: NDArray[np.float32] = found.astype(np.float32)
    return directions, recipe["sha256"]


def item_pixels(image: Image.Image) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Gives ``(p, 3)`` CIELAB pixels of a picture and ``(p,)`` how much each is the item, 0 to 1.

    p is the same for every picture.
    """
    lab = lab_pixels(image)  # (side, side, 3)
    return lab.reshape(-1, 3), _item_weight(lab, _background(lab)).ravel()


def histogram(pixels: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gives the ``(bins,)`` unit vector of the square roots of how much each colour is there.

    Args:
        pixels: ``(p, 3)`` CIELAB.
        weight: ``(p,)`` how much each counts.
    """
    counts = _soft_counts(pixels, weight)
    rooted = np.sqrt(counts / counts.sum())
    unit: NDArray[np.float32] = rooted / np.linalg.norm(rooted)
    return unit


def lab_pixels(image: Image.Image) -> NDArray[np.float32]:
    """Gives ``(side, side, 3)`` CIELAB of the picture, made small."""
    small = image.resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BOX, reducing_gap=2.0)
    converted = ImageCms.applyTransform(small, _TO_LAB)
    raw = np.asarray(converted).astype(np.float32)
    signed = np.asarray(converted).view(np.int8).astype(np.float32)  # a and b are signed bytes
    lab: NDArray[np.float32] = np.dstack(
        [raw[..., 0] * (100 / 255), signed[..., 1], signed[..., 2]]
    )
    return lab


def _item_weight(lab: NDArray[np.float32], border: _Border) -> NDArray[np.float32]:
    """Near 1 on the item, near 0 on pixels that look like the border, fading to the corners."""
    scale = _BACKGROUND_SPREAD + border.spread
    difference = np.linalg.norm(lab - border.colour, axis=2)
    foreground = 1 - np.exp(-((difference / scale) ** 2) * np.log(2))
    weight: NDArray[np.float32] = foreground * _centred() + 1e-4
    return weight  # never 0: a picture of one colour still has that colour


def _background(lab: NDArray[np.float32]) -> _Border:
    edge = max(1, round(_BORDER * _SIDE_PX))
    border = np.concatenate(
        [lab[:edge].reshape(-1, 3), lab[-edge:].reshape(-1, 3),
         lab[:, :edge].reshape(-1, 3), lab[:, -edge:].reshape(-1, 3)]
    )  # fmt: skip
    background = np.median(border, axis=0)
    is_white = (border[:, 0] > _WHITE_LIGHTNESS) & (
        np.hypot(border[:, 1], border[:, 2]) < _WHITE_CHROMA
    )
    spread = np.median(np.linalg.norm(border - background, axis=1))
    return _Border(background, float(spread), float(is_white.mean()))


def _centred() -> NDArray[np.float32]:
    axis = np.linspace(-1, 1, _SIDE_PX, dtype=np.float32)
    centred: NDArray[np.float32] = np.exp(-(axis[:, None] ** 2 + axis[None, :] ** 2))
    return centred


def _soft_counts(pixels: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shares each pixel out to the eight nearest bins (trilinear): bins have no hard edges."""
    bins = np.array(BINS, dtype=np.float32)
    position = np.clip((pixels - _LOW) / (_HIGH - _LOW), 0, 1) * bins - 0.5
    position = np.clip(position, 0, bins - 1)
    low = np.minimum(np.floor(position), bins - 2).astype(np.int64)
    part = position - low
    first = np.ravel_multi_index(tuple(low.T), BINS)  # (p,)
    sides = [np.ascontiguousarray(side) for side in ((1 - part).T, part.T)]  # each (3, p)
    counts = np.zeros(BINS[0] * BINS[1] * BINS[2], dtype=np.float64)
    for i, j in np.ndindex(2, 2):
        pair = sides[i][0] * sides[j][1]
        for k in range(2):
            flat = first + np.ravel_multi_index((i, j, k), BINS)
            share = pair * sides[k][2] * weight
            counts += np.bincount(flat, weights=share, minlength=counts.size)
    return counts.astype(np.float32)
