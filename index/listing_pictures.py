"""Which of a few products show copies of each other's pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.listings import NEAR_COLOURS, NEAR_IMAGE
from index.picture_vectors import own_vectors
from index.ranking import LiveSegment
from index.types import Ids, Mask, Vectors


@dataclass(frozen=True)
class ListedPictures:
    """p pictures of some products."""

    owners: Ids
    """``(p,)`` the product's key of each picture."""
    is_first: Mask
    """``(p,)`` whether it is the product's first."""
    images: Vectors
    """``(p, d)``"""
    colours: Vectors
    """``(p, c)``"""

    def with_copies(self) -> set[int]:
        """Gives the products for which ``near`` is not empty."""
        first = np.flatnonzero(self.is_first)
        is_near = self.images[first] @ self.images.T >= NEAR_IMAGE  # (f, p)
        is_near &= self.colours[first] @ self.colours.T >= NEAR_COLOURS
        is_near &= self.owners[first][:, None] != self.owners
        owners = (self.owners[first][is_near.any(axis=1)], self.owners[is_near.any(axis=0)])
        return {int(owner) for owner in np.concatenate(owners)}

    def near(self, key: int) -> set[int]:
        """Gives the products whose first picture this product shows, or that show its first one.

        Later pictures alone do not count: a table of sizes belongs to many products.
        """
        own = np.flatnonzero(self.owners == key)
        first = own[self.is_first[own]]
        found = {int(owner) for owner in self.owners[self._copies(first)]}
        found.update(int(owner) for owner in self.owners[self._copies(own) & self.is_first])
        return found - {key}

    def _copies(self, rows: NDArray[np.int64]) -> Mask:
        """``(p,)`` the pictures that are a copy of any of these rows."""
        is_near = self.images @ self.images[rows].T >= NEAR_IMAGE  # (p, r)
        is_near &= self.colours @ self.colours[rows].T >= NEAR_COLOURS
        return np.asarray(is_near.any(axis=1))


def listed_pictures(segments: Sequence[LiveSegment], keys: Sequence[int]) -> ListedPictures:
    """Gives the pictures of products from an index in memory; keys that it lacks have none."""
    wanted = np.array(sorted(keys), dtype=np.int64)
    parts = [_of_segment(live, wanted) for live in segments]
    if not parts:
        return ListedPictures(wanted[:0], wanted[:0] > 0, *[np.empty((0, 0), np.float32)] * 2)
    owners, is_first, images, colours = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    return ListedPictures(owners, is_first, images, colours)


def _of_segment(live: LiveSegment, wanted: Ids) -> tuple[Ids, Mask, Vectors, Vectors]:
    segment = live.segment
    is_wanted = np.zeros(len(segment.keys), dtype=np.bool_)
    is_wanted[segment.rows_of(wanted)[0]] = True
    if live.alive is not None:
        is_wanted &= live.alive
    places = np.flatnonzero(is_wanted[segment.picture_rows])  # (p,)
    vectors = segment.pictures.vectors(segment.pictures.ids[places])  # (p, d + c)
    dimension = segment.texts.dimension
    owners = segment.keys[segment.picture_rows[places]]
    return (
        owners,
        segment.picture_positions[places] == 0,
        own_vectors(vectors[:, :dimension], owners),
        own_vectors(vectors[:, dimension:], owners),
    )
