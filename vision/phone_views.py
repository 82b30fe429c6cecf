"""A picture as a phone would have taken it: background, perspective, crop, light and camera.

For training, and to ask a catalogue how well it knows its own pictures.
"""

import io
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

BORDER_TOLERANCE = 24  # how far from pure white (of 255) a studio background may be
PLAIN_SHARE = 0.75  # of the border's pixels must be near white to call a background plain
_REPLACED_SHARE = 0.8  # of plain backgrounds
_REACH = 0.12  # of a side, that a corner moves
_LOST_SHARE = 0.35  # of a side, at most, by cropping
_MOST_LOST_SHARE = 0.7


def phone_view(
    image: Image.Image,
    draw: random.Random,
    background: Callable[[random.Random], Image.Image],
    strength: float = 1.0,
) -> Image.Image:
    """Gives an RGB picture of about the same size; equal arguments give equal pixels.

    Args:
        image: RGB.
        draw: where all chance comes from.
        background: draws a picture; a blurred part of it may replace a plain white background.
        strength: 1 as in training; more is harder, 0 leaves little but the camera.
    """
    if draw.random() < _REPLACED_SHARE:
        image = _on_background(image, background, draw)
    image = _perspective(image, draw, strength)
    image = _crop(image, draw, strength)
    image = _light(image, draw, strength)
    return _camera(image, draw)


def _on_background(
    image: Image.Image, background: Callable[[random.Random], Image.Image], draw: random.Random
) -> Image.Image:
    mask = _item_mask(image)
    if mask is None:
        return image
    behind = background(draw)
    side = int(min(behind.size) * draw.uniform(0.4, 1.0))
    left = draw.randint(0, behind.width - side)
    top = draw.randint(0, behind.height - side)
    scale = draw.uniform(1.0, 1.5)  # the item fills 1/scale of the picture
    width, height = (round(length * scale) for length in image.size)
    behind = behind.crop((left, top, left + side, top + side)).resize((width, height))
    behind = behind.filter(ImageFilter.GaussianBlur(draw.uniform(0, 4)))
    corner = (draw.randint(0, width - image.width), draw.randint(0, height - image.height))
    behind.paste(image, corner, mask)
    return behind


def _item_mask(image: Image.Image) -> Image.Image | None:
    """Mode ``L`` mask of what stands before a plain white background; None: no such background."""
    white = Image.new("RGB", image.size, (255, 255, 255))
    difference = ImageChops.difference(image, white).convert("L")
    dark = difference.point([0 if value < BORDER_TOLERANCE else 255 for value in range(256)])
    pixels = np.asarray(dark)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    if (border == 0).mean() < PLAIN_SHARE:
        return None
    # Flooding from a frame keeps white parts inside the item.
    framed = Image.new("L", (image.width + 2, image.height + 2), 0)
    framed.paste(dark, (1, 1))
    ImageDraw.floodfill(framed, (0, 0), 128)
    mask = framed.crop((1, 1, image.width + 1, image.height + 1))
    mask = mask.point([0 if value == 128 else 255 for value in range(256)])
    return mask.filter(ImageFilter.MinFilter(3)).filter(ImageFilter.GaussianBlur(1))


def _perspective(image: Image.Image, draw: random.Random, strength: float) -> Image.Image:
    width, height = image.size
    reach = _REACH * strength

    def corner(x: float, y: float) -> tuple[float, float]:
        return x + draw.uniform(0, reach) * width * (1 if x == 0 else -1), y + draw.uniform(
            0, reach
        ) * height * (1 if y == 0 else -1)

    quad = [corner(0, 0), corner(0, height), corner(width, height), corner(width, 0)]
    flat = tuple(value for point in quad for value in point)
    turned = image.rotate(
        draw.gauss(0, 6 * strength), Image.Resampling.BILINEAR, fillcolor=(235, 235, 235)
    )
    return turned.transform(image.size, Image.Transform.QUAD, flat, Image.Resampling.BILINEAR)


def _crop(image: Image.Image, draw: random.Random, strength: float) -> Image.Image:
    share = draw.uniform(1.0 - min(_LOST_SHARE * strength, _MOST_LOST_SHARE), 1.0)
    width, height = int(image.width * share), int(image.height * share)
    left, top = draw.randint(0, image.width - width), draw.randint(0, image.height - height)
    image = image.crop((left, top, left + width, top + height))
    flip = draw.random() < 0.5
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flip else image


def _light(image: Image.Image, draw: random.Random, strength: float) -> Image.Image:
    """Brightness, contrast and white balance, mild: colour must stay recognisable."""
    image = ImageEnhance.Brightness(image).enhance(_about(draw, 0.7, 1.25, strength))
    image = ImageEnhance.Contrast(image).enhance(_about(draw, 0.8, 1.2, strength))
    image = ImageEnhance.Color(image).enhance(_about(draw, 0.8, 1.2, strength))
    warmth = draw.uniform(-0.08, 0.08) * strength
    red, green, blue = image.split()
    red = red.point([min(255, int(value * (1 + warmth))) for value in range(256)])
    blue = blue.point([min(255, int(value * (1 - warmth))) for value in range(256)])
    return Image.merge("RGB", (red, green, blue))


def _about(draw: random.Random, low: float, high: float, strength: float) -> float:
    return max(0.2, 1.0 + (draw.uniform(low, high) - 1.0) * strength)


def _camera(image: Image.Image, draw: random.Random) -> Image.Image:
    """Blur, a small sensor and a JPEG file."""
    if draw.random() < 0.4:
        image = image.filter(ImageFilter.GaussianBlur(draw.uniform(0.3, 1.5)))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=draw.randint(40, 90))
    return Image.open(buffer).convert("RGB")
