"""How much each kind of similarity counts, by kind of query.

Fitted by ``benchmarks/fit_fusion.py`` and ``benchmarks/lexical.py --fit`` on the development data
(never on the Luma shop); the tables that decided are in ``docs/decisions/0004-fusion-weights.md``
and ``0012-lexical.md``.
"""

from dataclasses import replace
from typing import Literal, TypeAlias

from index.types import FusionWeights

CaptionUse: TypeAlias = Literal["off", "beside", "alone"]
"""Captions in a search by photo: not at all, beside the photo, or in its place (to measure)."""

PHOTO = FusionWeights(image=1.0, colour=0.15)
STUDIO = FusionWeights(image=1.0, colour=0.6)
"""For a picture on a plain background, as catalogues have: its colours can be trusted."""
PHOTO_AND_TEXT = FusionWeights(image=1.0, colour=0.15, text_image=0.25, text=0.1, lexical=0.3)
PRODUCT = FusionWeights(image=1.0, colour=0.2, text_image=0.25, text=0.25)
"""For a product's own picture and words, which are looked for in other products."""
CAPTION_TEXT = 0.1
"""Weight of a caption's words against product texts, beside a photo's own parts."""
TEXT = FusionWeights(text_image=0.25, text=1.0, lexical=1.0)


def weights_on(*, is_plain: bool) -> FusionWeights:
    """Gives the weights for a picture on a plain background, or on another."""
    return STUDIO if is_plain else PHOTO


def with_caption(weights: FusionWeights, use: CaptionUse) -> FusionWeights:
    """Gives the weights of a photo whose caption joins the search, or takes its place."""
    return TEXT if use == "alone" else replace(weights, text=CAPTION_TEXT)
