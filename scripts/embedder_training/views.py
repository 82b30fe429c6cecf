"""Views of a training picture: clean as a catalogue shows it, or as a phone would take it.

Trained on clean pictures alone, the embedder loses phone photos of a product; trained on phone
views alone, it loses colour (see docs/decisions/0002-embedded-embedder.md). Both are made here.
"""

import random
import zlib
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from vision import phone_views

VIEW_SEED = 20_251  # of the views alone, so that training seeds share one feature cache
WORKING_SIDE_PX = 384  # a view is cut to 240 px later: a larger one only costs time


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
    return phone_views.phone_view(image, draw, lambda draw: open_small(draw.choice(backgrounds)))


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
