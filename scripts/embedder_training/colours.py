"""The colour word for a garment photo, read from its pixels.

ImageNet features hardly see colour and the data set names none; these words let the text tower and
the picture map learn what "a red dress" is.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scripts.embedder_training.pictures import Picture
from scripts.embedder_training.views import open_small

ANCHORS: dict[str, tuple[int, int, int]] = {
    "black": (32, 32, 34), "white": (222, 222, 220), "grey": (130, 130, 132),
    "red": (175, 35, 45), "orange": (225, 115, 40), "yellow": (225, 190, 60),
    "green": (60, 115, 70), "blue": (50, 85, 160), "navy blue": (35, 42, 72),
    "light blue": (140, 170, 205), "purple": (105, 60, 125), "pink": (220, 140, 160),
    "brown": (105, 72, 52), "beige": (205, 182, 150),
}  # fmt: skip
"""Name -> sRGB as phone photos show it: darker and duller than the pure colour."""
CENTRE_SHARE = 0.3  # of each side: the garment, hardly its surroundings


def with_colours(pictures: Sequence[Picture]) -> list[Picture]:
    """Gives the pictures, those of garments with their colour word; about 8 ms each."""
    return [
        replace(picture, colour=colour_word(picture.path))
        if picture.source == "clothing"
        else picture
        for picture in pictures
    ]


def colour_word(path: Path) -> str:
    """Gives the anchor nearest in CIELAB to most of the centre's pixels."""
    image = open_small(path).resize((96, 96))
    margin = round(96 * (1 - CENTRE_SHARE) / 2)
    pixels = np.asarray(image.crop((margin, margin, 96 - margin, 96 - margin))).reshape(-1, 3)
    names = list(ANCHORS)
    anchors = _lab(np.array([ANCHORS[name] for name in names]))
    nearest = np.linalg.norm(_lab(pixels)[:, None] - anchors[None], axis=2).argmin(axis=1)
    return names[int(np.bincount(nearest, minlength=len(names)).argmax())]


def _lab(rgb: NDArray[np.uint8] | NDArray[np.int64]) -> NDArray[np.float64]:
    """SRGB 0-255 ``(n, 3)`` to CIELAB, white D65. Source: IEC 61966-2-1 and CIE 15."""
    value = rgb / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    cube = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    lightness = 116 * cube[:, 1] - 16
    return np.stack(
        [lightness, 500 * (cube[:, 0] - cube[:, 1]), 200 * (cube[:, 1] - cube[:, 2])], axis=1
    )
