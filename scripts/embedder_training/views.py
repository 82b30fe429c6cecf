"""Views of a training picture: clean as a catalogue shows it, or as a phone would take it.

Trained on clean pictures alone, the embedder loses phone photos of a product; trained on phone
views alone, it loses colour (see docs/decisions/0002-embedded-embedder.md). Both are made here.
"""

import io
import random
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

VIEW_SEED = 20_251  # of the views alone, so that training seeds share one feature cache
WORKING_SIDE_PX = 384  # a view is cut to 240 px later: a larger one only costs time
BORDER_TOLERANCE = 24  # how far from pure white (of 255) a studio background may be
PLAIN_SHARE = 0.75  # of the border's pixels must be near white to call a background plain


def phone_view(path: Path, view: int, backgrounds: Sequence[Path]) -> Image.Image:
    """Gives the ``view``-th synthetic phone photo of a picture: same arguments, same pixels.

    Args:
        path: the picture.
        view: 1, 2, ...; another one is another draw.
        backgrounds: photos of which a blurred part replaces a plain background.
    """
    key = f"{VIEW_SEED}/{view}/{path.parent.name}/{path.name}"
    draw = random.Random(zlib.crc32(key.encode()))  # noqa: S311 (no secret)
    image = open_small(path)
    if draw.random() < 0.8:
        image = _on_background(image, backgrounds, draw)
    image = _perspective(image, draw)
    image = _crop(image, draw)
    image = _light(image, draw)
    return _camera(image, draw)


def open_small(path: Path) -> Image.Image:
    """Gives the picture as RGB, at most ``WORKING_SIDE_PX`` on its short side."""
    with Image.open(path) as opened:
        opened.draft("RGB", (WORKING_SIDE_PX, WORKING_SIDE_PX))
        image = opened.convert("RGB")
    scale = WORKING_SIDE_PX / min(image.size)
    if scale < 1:
        width, height = (max(1, round(side * scale)) for side in image.size)
        image = image.resize((width, height), Image.Resampling.BICUBIC)
    return image


def _on_background(
    image: Image.Image, backgrounds: Sequence[Path], draw: random.Random
) -> Image.Image:
    mask = _item_mask(image)
    if mask is None:
        return image
    behind = open_small(draw.choice(backgrounds))
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


def _perspective(image: Image.Image, draw: random.Random) -> Image.Image:
    width, height = image.size
    reach = 0.12

    def corner(x: float, y: float) -> tuple[float, float]:
        return x + draw.uniform(0, reach) * width * (1 if x == 0 else -1), y + draw.uniform(
            0, reach
        ) * height * (1 if y == 0 else -1)

    quad = [corner(0, 0), corner(0, height), corner(width, height), corner(width, 0)]
    flat = tuple(value for point in quad for value in point)
    turned = image.rotate(draw.gauss(0, 6), Image.Resampling.BILINEAR, fillcolor=(235, 235, 235))
    return turned.transform(image.size, Image.Transform.QUAD, flat, Image.Resampling.BILINEAR)


def _crop(image: Image.Image, draw: random.Random) -> Image.Image:
    share = draw.uniform(0.65, 1.0)
    width, height = int(image.width * share), int(image.height * share)
    left, top = draw.randint(0, image.width - width), draw.randint(0, image.height - height)
    image = image.crop((left, top, left + width, top + height))
    flip = draw.random() < 0.5
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flip else image


def _light(image: Image.Image, draw: random.Random) -> Image.Image:
    """Brightness, contrast and white balance, mild: colour must stay recognisable."""
    image = ImageEnhance.Brightness(image).enhance(draw.uniform(0.7, 1.25))
    image = ImageEnhance.Contrast(image).enhance(draw.uniform(0.8, 1.2))
    image = ImageEnhance.Color(image).enhance(draw.uniform(0.8, 1.2))
    warmth = draw.uniform(-0.08, 0.08)
    red, green, blue = image.split()
    red = red.point([min(255, int(value * (1 + warmth))) for value in range(256)])
    blue = blue.point([min(255, int(value * (1 - warmth))) for value in range(256)])
    return Image.merge("RGB", (red, green, blue))


def _camera(image: Image.Image, draw: random.Random) -> Image.Image:
    """Blur, a small sensor and a JPEG file."""
    if draw.random() < 0.4:
        image = image.filter(ImageFilter.GaussianBlur(draw.uniform(0.3, 1.5)))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=draw.randint(40, 90))
    return Image.open(buffer).convert("RGB")
