"""Photos of any shape as pictures that every vision model takes.

Qwen-VL raises at sides of more than 200 to 1, and vLLM answers 500 to pictures that are smaller
than one of the model's tokens (28 or 32 px). Both come from users, so both are mended here.
"""

import base64
import math

from PIL import Image

from vision.jpeg import jpeg_of

MAX_RATIO = 16
"""Long side to short: at 1024 px a strip still has two tokens of 32 px across."""
MIN_SIDE_PX = 64
"""Two tokens of 32 px (Qwen3-VL) or of 28 px (Qwen2.5-VL)."""
MAX_SIDE_PX = 1024
"""Sent to an endpoint: 32 x 24 tokens of Qwen3-VL for a photo of 4 to 3."""
_STRIP_SIDE_PX = 2048
"""Strips are shrunk to it before padding, which would make them large."""
_JPEG_QUALITY = 90


def canvas_size(width: int, height: int) -> tuple[int, int]:
    """Gives width and height of the photo with the padding of a strip, in photo pixels."""
    shortest = math.ceil(max(width, height) / MAX_RATIO)
    return max(width, shortest), max(height, shortest)


def with_legal_ratio(image: Image.Image) -> Image.Image:
    """Gives the RGB photo itself, or a strip padded with white at its right or lower side."""
    photo = image.convert("RGB")
    if canvas_size(*photo.size) == photo.size:
        return photo
    if max(photo.size) > _STRIP_SIDE_PX:
        photo = _scaled(photo, _STRIP_SIDE_PX / max(photo.size))
    canvas = Image.new("RGB", canvas_size(*photo.size), "white")
    canvas.paste(photo, (0, 0))
    return canvas


def data_url(image: Image.Image, max_side_px: int = MAX_SIDE_PX) -> str:
    """Gives the photo as a ``data:`` URL: JPEG, sides 64 to ``max_side_px``, no metadata."""
    picture = with_legal_ratio(image)
    picture = _scaled(picture, _sent_scale(picture.size, max_side_px))
    picture.info.clear()  # Pillow writes a comment that it has read
    return "data:image/jpeg;base64," + base64.b64encode(jpeg_of(picture, _JPEG_QUALITY)).decode(
        "ascii"
    )


def sent_size(width: int, height: int, max_side_px: int = MAX_SIDE_PX) -> tuple[int, int]:
    """Gives width and height of the picture in ``data_url``, a strip's padding included."""
    canvas = canvas_size(width, height)  # of a strip that is shrunk first: the same shape
    scale = _sent_scale(canvas, max_side_px)
    return max(1, round(canvas[0] * scale)), max(1, round(canvas[1] * scale))


def _sent_scale(size: tuple[int, int], max_side_px: int) -> float:
    return min(max(1.0, MIN_SIDE_PX / min(size)), max_side_px / max(size))


def _scaled(image: Image.Image, factor: float) -> Image.Image:
    if factor == 1.0:
        return image.copy()
    width, height = (max(1, round(side * factor)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)
