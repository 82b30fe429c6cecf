"""How much each kind of similarity counts, by kind of query.

Fitted by ``benchmarks/fit_fusion.py`` on the development data (never on the Luma shop); the table
that decided is in ``docs/decisions/0004-fusion-weights.md``.
"""

from index.types import FusionWeights

PHOTO = FusionWeights(image=1.0, colour=0.6)
PHOTO_AND_TEXT = FusionWeights(image=1.0, colour=0.2, text_image=0.25, text=0.25)
TEXT = FusionWeights(text_image=0.25, text=1.0)


def weights_for(*, has_photo: bool, has_text: bool) -> FusionWeights:
    """Gives the weights for a query of photo, words, or both."""
    if has_photo and has_text:
        return PHOTO_AND_TEXT
    return PHOTO if has_photo else TEXT
