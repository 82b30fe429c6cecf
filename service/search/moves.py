"""How words that no filter takes move the vector of a photo.

A weighted sum of picture and words is the standard of composed retrieval without training. Source:
Wu et al., "Training-free Zero-shot Composed Image Retrieval via Weighted Modality Fusion and
Similarity", arXiv 2409.04918.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.types import Vector

_SHORTEST = 1e-6
"""Below this length a sum has no direction."""


@dataclass(frozen=True)
class MoveWeights:
    """How far words move a photo of length 1, and what their colours count beside it."""

    positive: float
    """Of a change: ``for kids``."""
    negative: float
    """Of what is not wanted: ``logo``."""
    colour: float
    """Of the colours wished or refused, as ``FusionWeights.colour`` is of the photo's own; with a
    filter on colours they do not count, as they add nothing there."""
    siblings: float = 0.0
    """Of products whose siblings look like the photo, where words ask for another colour."""


MOVES = MoveWeights(positive=1.25, negative=1.0, colour=0.3, siblings=2.0)
"""Fitted by ``benchmarks/composed.py --fit`` on the demo shop and groceries, never on the Luma
shop; the smallest move within 0.02 of the best mean."""


def moved(
    photo: Vector,
    positive: Vector | None,
    negatives: Sequence[Vector] = (),
    weights: MoveWeights = MOVES,
) -> Vector:
    """Gives the ``(d,)`` float32 unit vector to search pictures with.

    Args:
        photo: ``(d,)`` unit vector of the photo.
        positive: unit vector of what shall change; None: no such words.
        negatives: unit vectors of what it shall not have; several share the weight of one.
        weights: how far either moves.
    """
    vector = photo.astype(np.float64)
    if positive is not None:
        vector = vector + weights.positive * positive
    if len(negatives):
        vector = vector - weights.negative * np.mean(negatives, axis=0)
    length = float(np.linalg.norm(vector))
    if length < _SHORTEST:
        return photo
    unit: Vector = (vector / length).astype(np.float32)
    return unit
