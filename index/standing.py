"""How a photo's ranking lies in the whole catalogue: what a verdict is judged by."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from index.ranking import LiveSegment, rank
from index.types import NO_FILTERS, Query
from index.verdict import DEPTH, Ranked


def standing(segments: Sequence[LiveSegment], views: Sequence[Query]) -> list[Ranked]:
    """Gives the best products by key, and the hash of their group, whatever filters were asked.

    Args:
        segments: of one snapshot.
        views: queries of one item; a product counts with its best score.

    Returns:
        At most ``DEPTH``, best first.
    """
    best: dict[int, float] = {}
    for view in views:
        query = replace(view, filters=NO_FILTERS, k=DEPTH, is_grouped=False)
        for one in rank(segments, query):
            best[one.key] = max(one.score, best.get(one.key, -1.0))
    ordered = sorted(best, key=lambda key: (-best[key], key))[:DEPTH]
    groups = _groups(segments, ordered)
    return [Ranked(key, groups[key], best[key]) for key in ordered]


def _groups(segments: Sequence[LiveSegment], keys: Sequence[int]) -> dict[int, int]:
    wanted = np.array(keys, dtype=np.int64)
    found: dict[int, int] = {}
    for live in segments:
        rows, places = live.segment.rows_of(wanted)
        alive = np.ones(len(rows), dtype=np.bool_) if live.alive is None else live.alive[rows]
        pairs = zip(wanted[places[alive]], live.segment.groups[rows[alive]], strict=True)
        found |= {int(key): int(group) for key, group in pairs}
    return found
