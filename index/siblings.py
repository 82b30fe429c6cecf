"""Which products have siblings that look like a photo: where "the same in green" is looked for.

The thing in another colour is a sibling (another product of the group) of what the photo shows.
The photo finds that one by its own colours, which the wished one does not have.
"""

from collections.abc import Collection, Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from index.ranking import LiveSegment
from index.standing import standing
from index.types import Ids, ListedScores, Query

_NEAREST_GROUPS = 20
"""Whose products are listed; the next group is what nearness is counted from."""


def siblings_of(segments: Sequence[LiveSegment], views: Sequence[Query]) -> ListedScores:
    """Gives for products of the nearest groups how near the best of their siblings is.

    A product's own score does not count, so that the thing as it is in the photo does not come
    before its siblings; who has none is not listed. Cost: that of a search, and O(products) to
    find the groups' members.

    Args:
        segments: of one snapshot.
        views: queries of one item, of the photo alone.

    Returns:
        Scores over that of the group after the nearest ones.
    """
    nearest: dict[Hashable, list[tuple[float, Hashable]]] = {}  # a group's products, best first
    ranked = standing(segments, views)
    floor = ranked[-1].score if ranked else 0.0
    for one in ranked:
        if one.group not in nearest and len(nearest) == _NEAREST_GROUPS:
            floor = one.score
            break
        nearest.setdefault(one.group, []).append((one.score, one.product))
    found: dict[int, float] = {}
    for group, key in _members(segments, nearest):
        others = [score for score, other in nearest[group] if other != key]
        if others and others[0] > floor:
            found[key] = others[0] - floor
    keys: Ids = np.array(sorted(found), dtype=np.int64)
    scores: NDArray[np.float32] = np.array([found[key] for key in keys.tolist()], dtype=np.float32)
    return ListedScores(keys, scores)


def _members(
    segments: Sequence[LiveSegment], groups: Collection[Hashable]
) -> list[tuple[int, int]]:
    """Group and key of every product of some groups."""
    wanted = np.array(list(groups), dtype=np.int64)
    found: list[tuple[int, int]] = []
    for live in segments:
        is_member = np.isin(live.segment.groups, wanted)
        if live.alive is not None:
            is_member &= live.alive
        rows = np.flatnonzero(is_member)
        pairs = zip(live.segment.groups[rows], live.segment.keys[rows], strict=True)
        found += [(int(group), int(key)) for group, key in pairs]
    return found
