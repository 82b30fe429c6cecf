"""A product's pictures as the index keeps them: each drawn a third of the way to their mean.

A photo is compared with the best picture of a product and with what all its pictures have in
common at once: q·r = (q·picture + PULL q·mean) / (1 + PULL), and no search costs more. A picture
that is a product's only one stays as it is. Decision 28 has the figures.

Source: the mean as a class's prototype, Snell, Swersky and Zemel, NeurIPS 2017.
"""

import numpy as np
from numpy.typing import NDArray

from index.catalogue_reads import IndexedProduct
from index.types import Ids, Vectors

PULL = 0.5
"""Weight of the mean against that of the picture itself."""


def indexed_vectors(one: IndexedProduct) -> Vectors:
    """Gives ``(m, d + c)`` rows, embedding and colours side by side, no more of unit length."""
    parts = [_drawn(rows) for rows in (one.embeddings, one.colours)]
    return np.hstack(parts)


def own_vectors(rows: Vectors, owners: Ids) -> Vectors:
    """Undoes it: gives the ``(p, d)`` unit vectors of the pictures themselves.

    Args:
        rows: ``(p, d)`` one part of the rows, either embeddings or colours.
        owners: ``(p,)`` the product of each; all pictures of a product must be there.
    """
    # All pictures lie on both sides of their mean, and so do the rows: it is theirs too.
    if not len(rows):
        return rows
    _, places, counts = np.unique(owners, return_inverse=True, return_counts=True)
    together = rows[np.argsort(places, kind="stable")].astype(np.float64)
    # one sum a product: a tenth of the time of ``np.add.at``
    sums = np.add.reduceat(together, np.cumsum(counts) - counts, axis=0)
    own = (1 + PULL) * rows - PULL * _unit(sums)[places]
    unit: Vectors = _unit(own).astype(np.float32)
    return unit


def _drawn(vectors: Vectors) -> Vectors:
    if len(vectors) < 2:
        return vectors
    mean = _unit(vectors.sum(axis=0, keepdims=True, dtype=np.float64))
    drawn = ((vectors + PULL * mean) / (1 + PULL)).astype(np.float16)  # as every index keeps rows
    return drawn.astype(np.float32)


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)
