"""Photos of several products with known boxes, put together from the real data.

Products are cut out by their plain background and pasted on regions of photos, turned, scaled and
lit anew, some of them slightly in front of one another. Each photo follows from its seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter
from scipy import ndimage

from vision.decode import decode
from vision.types import Box

_CANVASES = ((640, 480), (480, 640), (600, 600))
_SIDE = (0.28, 0.5)
"""Longer side of a product as a share of the canvas' shorter side."""
_MAX_TURN_DEGREES = 15
_MAX_OVERLAP = 0.08
"""Of the smaller box, in one photo of three; none in the others."""
_TOLERANCE = 14
"""How far a background pixel may be from the border's median, in any channel."""
_CUTOUT_SIDE_PX = 400
_TRIES = 60


@dataclass(frozen=True)
class Cutout:
    """A product without its background."""

    source: str
    product: str
    image: Image.Image
    """Mode ``RGBA``, cropped to what is opaque."""


@dataclass(frozen=True)
class Pasted:
    """A product in a composite."""

    source: str
    product: str
    box: Box


@dataclass(frozen=True)
class Composite:
    """A made photo and what is in it."""

    image: Image.Image
    items: tuple[Pasted, ...]


def cutouts(source: str, pictures: Sequence[tuple[str, Path]]) -> list[Cutout]:
    """Gives the products whose background is plain enough to be removed."""
    found = []
    for product, path in pictures:
        image = cut_out(decode(path.read_bytes()).image)
        if image is not None:
            found.append(Cutout(source, product, image))
    return found


def cut_out(image: Image.Image) -> Image.Image | None:
    """Gives the picture's object on transparency; None where its border is not of one colour."""
    image = image.copy()
    image.thumbnail((_CUTOUT_SIDE_PX, _CUTOUT_SIDE_PX))
    pixels = np.asarray(image).astype(np.int16)
    border = np.concatenate([pixels[0], pixels[:, 0], pixels[:, -1]])  # models stand on the bottom
    near = np.abs(pixels - np.median(border, axis=0)).max(axis=2) <= _TOLERANCE
    labels, _ = ndimage.label(near)
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    solid = ~np.isin(labels, np.unique(edge[edge > 0]))
    labels, count = ndimage.label(solid)
    if not count or np.median(border) < 200 or (~near[0]).mean() > 0.4:
        return None
    areas = np.bincount(labels.ravel())[1:]
    solid = np.isin(labels, 1 + np.flatnonzero(areas >= 0.05 * areas.max()))
    if not 0.08 <= solid.mean() <= 0.95:
        return None
    alpha = Image.fromarray(np.where(solid, 255, 0).astype(np.uint8))
    cut = image.convert("RGBA")
    cut.putalpha(alpha.filter(ImageFilter.MinFilter(3)).filter(ImageFilter.GaussianBlur(0.7)))
    return cut.crop(cut.getchannel("A").getbbox())


def composite(seed: int, products: Sequence[Cutout], backgrounds: Sequence[Path]) -> Composite:
    """Gives the photo of a seed: two to four products, fewer where they find no place."""
    rng = np.random.default_rng(seed)
    canvas = _background(rng, backgrounds)
    allowed = _MAX_OVERLAP if rng.random() < 1 / 3 else 0.0
    placed: list[Pasted] = []
    for one in rng.choice(len(products), size=int(rng.integers(2, 5)), replace=False):
        cutout = products[int(one)]
        layer = _varied(rng, cutout.image, min(canvas.size))
        box = _free_place(rng, layer.size, canvas.size, [item.box for item in placed], allowed)
        if box is not None:
            canvas.paste(layer, (box.x0, box.y0), layer)
            placed.append(Pasted(cutout.source, cutout.product, box))
    return Composite(canvas, tuple(placed))


def intersection_over_union(one: Box, other: Box) -> float:
    """Shared area over joint area, 0 to 1."""
    shared = _shared_px(one, other)
    return shared / (one.area_px + other.area_px - shared)


def _background(rng: np.random.Generator, photos: Sequence[Path]) -> Image.Image:
    """A corner region of a photo, as it is or out of focus."""
    image = decode(photos[int(rng.integers(len(photos)))].read_bytes()).image
    share = rng.uniform(0.35, 0.6)
    width, height = round(image.width * share), round(image.height * share)
    left = (image.width - width) * int(rng.integers(2))
    top = (image.height - height) * int(rng.integers(2))
    size = _CANVASES[int(rng.integers(len(_CANVASES)))]
    region = image.crop((left, top, left + width, top + height)).resize(size)
    blur = rng.uniform(3, 9) if rng.random() < 0.5 else 0.0
    return region.filter(ImageFilter.GaussianBlur(blur)) if blur else region


def _varied(rng: np.random.Generator, image: Image.Image, canvas_px: int) -> Image.Image:
    scale = rng.uniform(*_SIDE) * canvas_px / max(image.size)
    size = (max(8, round(image.width * scale)), max(8, round(image.height * scale)))
    turn = rng.uniform(-_MAX_TURN_DEGREES, _MAX_TURN_DEGREES)
    turned = image.resize(size).rotate(turn, Image.Resampling.BICUBIC, expand=True)
    alpha = turned.getchannel("A")
    lit = turned.convert("RGB")
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        lit = enhance(lit).enhance(rng.uniform(0.8, 1.2))
    lit.putalpha(alpha)
    return lit.crop(alpha.point(lambda value: 255 * (value > 127)).getbbox())


def _free_place(
    rng: np.random.Generator,
    size: tuple[int, int],
    canvas: tuple[int, int],
    taken: Sequence[Box],
    allowed: float,
) -> Box | None:
    if size[0] > canvas[0] or size[1] > canvas[1]:
        return None
    for _ in range(_TRIES):
        left = int(rng.integers(canvas[0] - size[0] + 1))
        top = int(rng.integers(canvas[1] - size[1] + 1))
        box = Box(left, top, left + size[0], top + size[1])
        if all(_shared_px(box, one) <= allowed * min(box.area_px, one.area_px) for one in taken):
            return box
    return None


def _shared_px(one: Box, other: Box) -> int:
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return max(width, 0) * max(height, 0)
