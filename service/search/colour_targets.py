"""What colours to look for when words name them: a vector in place of the photo's own colours.

A shop that writes no colours still has pictures, and a colour in words is the colour of a patch:
the same describer sees both. Names are those of CSS, which Pillow knows; other shades stand for
their families.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image, ImageColor

from index.types import Vector
from service.search import lexicon
from service.search.tokens import phrase_key
from vision.protocols import ColourDescriber

_SIDE_PX = 8
_TONES = tuple((brightness, white) for brightness in (0.55, 0.7, 0.85, 1.0) for white in (0.0, 0.2))
"""Factor of brightness and share of white: what light, and a shop, make of a colour."""


def colour_target(
    wished: Sequence[str], refused: Sequence[str], describer: ColourDescriber
) -> Vector | None:
    """Gives the ``(c,)`` unit vector of the colours wished less those refused.

    Args:
        wished: English names, any of which is right.
        refused: English names of what it must not be.
        describer: the one that described the catalogue's pictures.

    Returns:
        None where no name is one that can be drawn (``multicolor``).
    """
    patches = {name: _patches(name) for name in (*wished, *refused)}
    if not any(patches.values()):
        return None
    target = np.zeros(describer.dimension)
    for names, sign in ((wished, 1.0), (refused, -1.0)):
        for name in names:
            if patches[name]:
                target += sign * describer.describe(patches[name]).mean(axis=0)
    length = float(np.linalg.norm(target))
    return (target / length).astype(np.float32) if length else None


def _patches(name: str) -> list[Image.Image]:
    return [
        Image.new("RGB", (_SIDE_PX, _SIDE_PX), _toned(rgb, *tone))
        for rgb in _drawable(name)
        for tone in _TONES
    ]


def _drawable(name: str) -> Iterable[tuple[int, ...]]:
    """The colour of a name, or those of its families; nothing for ``multicolor``."""
    css = name.replace(" ", "").casefold()
    if css in ImageColor.colormap:
        return [ImageColor.getrgb(css)]
    found = lexicon.colours().named(phrase_key(name))
    families = found.families if found else ()
    return [ImageColor.getrgb(one) for one in families if one in ImageColor.colormap]


def _toned(rgb: tuple[int, ...], brightness: float, white: float) -> tuple[int, ...]:
    return tuple(round(one * brightness * (1 - white) + 255 * white) for one in rgb)
