"""A second, closer look at the best matches of an item; off unless a re-ranker is set."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from index.catalogue import Catalogue
from index.errors import UnknownProductError
from service.listing_collapse import Listing
from vision.decode import decode
from vision.errors import ModelError, PhotoError
from vision.protocols import Reranker

logger = logging.getLogger(__name__)

DEPTH = 20
"""Best matches that are looked at; what comes after stays behind them."""
WEIGHT = 0.5
"""Of the re-ranker's score beside the search's own; see docs/decisions/0016-reranking.md."""
PART = "rerank"
"""Name of the re-ranker's score among the parts of a match."""


@dataclass(frozen=True)
class Reranking:
    """A re-ranker and how much it counts."""

    reranker: Reranker
    weight: float = WEIGHT

    def reranked(
        self, listings: Sequence[Listing], photo: Image.Image, catalogue: Catalogue
    ) -> list[Listing]:
        """Gives the listings in their new order, highest score first.

        The first ``DEPTH`` get new scores and the part ``rerank``; the others keep their order and
        score below these. A re-ranker that is down or slow leaves everything as it was.

        Args:
            listings: of one item, best first.
            photo: the item's region.
            catalogue: has the pictures.
        """
        first, rest = listings[:DEPTH], listings[DEPTH:]
        shown = [picture_of(catalogue, one.product.id, one.candidate.picture) for one in first]
        try:
            parts = scores_of(self.reranker, photo, shown)
        except ModelError as error:
            logger.warning("not re-ranked: %s", error)
            return list(listings)
        scores = blended(np.array([one.candidate.score for one in first]), parts, self.weight)
        rows = zip(first, scores.tolist(), parts.tolist(), strict=True)
        looked_at = sorted((_scored(*row) for row in rows), key=lambda one: -one.candidate.score)
        return looked_at + _behind(rest, float(scores.min()) if len(scores) else 1.0)


def picture_of(catalogue: Catalogue, product_id: str, position: int) -> Image.Image | None:
    """Gives a product's picture as it is shown; None where it is gone or broken."""
    try:
        return decode(catalogue.display_jpeg(product_id, position)).image
    except (UnknownProductError, PhotoError) as error:
        logger.warning("not looked at: %s", error)
        return None


def scores_of(
    reranker: Reranker, photo: Image.Image, pictures: Sequence[Image.Image | None]
) -> NDArray[np.float64]:
    """Gives ``(n,)`` the re-ranker's scores, NaN where there is no picture.

    Raises:
        ModelError: as the re-ranker.
    """
    parts = np.full(len(pictures), np.nan)
    there = [place for place, one in enumerate(pictures) if one is not None]
    if there:
        parts[there] = reranker.score(photo, [one for one in pictures if one is not None])
    return parts


def blended(
    scores: NDArray[np.float64], parts: NDArray[np.float64], weight: float
) -> NDArray[np.float64]:
    """Gives the weighted means of scores and parts; a part that is NaN counts as the others' mean.

    Args:
        scores: ``(n,)`` of the search, weight 1.
        parts: ``(n,)`` of the re-ranker.
        weight: of the parts.
    """
    known = parts[~np.isnan(parts)]
    if not len(known):
        return scores
    filled = np.where(np.isnan(parts), known.mean(), parts)
    return np.asarray((scores + weight * filled) / (1 + weight))


def _scored(listing: Listing, score: float, part: float) -> Listing:
    parts = dict(listing.candidate.parts) | ({} if np.isnan(part) else {PART: part})
    return replace(listing, candidate=replace(listing.candidate, score=score, parts=parts))


def _behind(listings: Sequence[Listing], highest: float) -> list[Listing]:
    """With scores that are no higher than the lowest of those that were looked at."""
    return [
        replace(one, candidate=replace(one.candidate, score=min(one.candidate.score, highest)))
        for one in listings
    ]
