"""The colour of a picture's item in a word, measured from its pixels.

A captioner on ImageNet features guesses colours (23 to 37 % right where measuring gives 64 %,
research of 2026-11-24), so this measures them whichever captioner speaks.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vision.colour import item_pixels

ANCHORS: dict[str, tuple[int, int, int]] = {
    "black": (32, 32, 34), "white": (222, 222, 220), "gray": (130, 130, 132),
    "red": (175, 35, 45), "orange": (225, 115, 40), "yellow": (225, 190, 60),
    "green": (60, 115, 70), "blue": (50, 85, 160), "navy": (35, 42, 72),
    "light blue": (140, 170, 205), "purple": (105, 60, 125), "pink": (220, 140, 160),
    "brown": (105, 72, 52), "beige": (205, 182, 150),
}  # fmt: skip
"""Name -> sRGB as photos show it: darker and duller than the pure colour."""
LEAST_SHARE = 0.35
"""Of the item's pixels; below, it has no one colour."""


def colour_name(image: Image.Image) -> str:
    """Gives the name nearest in CIELAB to most of the item's pixels; empty: no one colour."""
    lab, weight = item_pixels(image)  # (p, 3), (p,)
    nearest = np.linalg.norm(lab[:, None] - _ANCHORS_LAB[None], axis=2).argmin(axis=1)
    votes = np.bincount(nearest, weights=weight, minlength=len(ANCHORS))
    best = int(votes.argmax())
    return list(ANCHORS)[best] if votes[best] >= LEAST_SHARE * votes.sum() else ""


def _anchors_lab() -> NDArray[np.float32]:
    rows = []
    for rgb in ANCHORS.values():
        pixels, _ = item_pixels(Image.new("RGB", (8, 8), rgb))
        rows.append(pixels[0])
    return np.array(rows, dtype=np.float32)


_ANCHORS_LAB = _anchors_lab()
