"""Similarities to ranked candidates: fuse the parts, keep the best of each group.

A score is the weighted mean of up to four cosines and of parts that list their products (words,
siblings; 0 for products that are not listed). The weights sit on the query's side of the inner
product (a picture's row is its embedding and its colours side by side), so that one search of the
picture index is exact for photo, colours and words against pictures together, and a change of
weights needs no new index.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.protocols import VectorIndex
from index.segment import Segment
from index.types import Candidate, Filters, Ids, ListedScores, Mask, Query, Vector

EXACT_LIMIT = 20_000
"""So many passing pictures are scored one by one, and none can be missed; 30 ms at 576 numbers a
row on a busy core of the machine in ``benchmarks/results.md``."""
_FIRST_DEPTH = 200
_DEPTH_FACTOR = 10
"""Neighbours asked for a match: pictures of one product and variants of one group share ranks."""
_DEEPEST_APPROXIMATE = 3_200
"""Where an index is approximate anyway, so many neighbours of each kind are enough."""
_FEW_ELSEWHERE = 200
"""So many passing rows that lie elsewhere are asked for and scored one by one."""
_ROUNDING = 1e-5
"""What the same sum may differ by between FAISS and numpy."""


@dataclass(frozen=True)
class LiveSegment:
    """A segment and which of its products still count; None: all."""

    segment: Segment
    alive: Mask | None


@dataclass(frozen=True)
class _Scored:
    """Products of one segment with scores; all arrays ``(s,)``."""

    keys: Ids
    groups: NDArray[np.int64]
    scores: NDArray[np.float32]
    parts: dict[str, NDArray[np.float32]]
    pictures: NDArray[np.int32]


def rank(segments: Sequence[LiveSegment], query: Query) -> list[Candidate]:
    """Gives the k best, one per group where the query asks so; fewer only if fewer pass."""
    passing = [(live.segment, live.segment.mask(query.filters, live.alive)) for live in segments]
    available = sum(int(mask.sum()) for _, mask in passing)
    pictures = sum(int(mask[segment.picture_rows].sum()) for segment, mask in passing)
    reach = min((one.pictures.reach for one, _ in passing if one.pictures.reach), default=None)
    is_few = pictures <= EXACT_LIMIT if reach is None else pictures + available <= _FEW_ELSEWHERE
    found = [] if is_few else _by_lists(passing, query, available, reach)
    # not ``_near`` once more: a product without pictures is near to nothing
    return found or _best(_score_rows(passing, query), query)


def _by_lists(
    passing: Sequence[tuple[Segment, Mask]], query: Query, available: int, reach: int | None
) -> list[Candidate]:
    """The k best of ever longer lists; none where lists are as long as looking at everything."""
    sizes = [max(len(one.pictures.ids), len(one.keys)) for one, _ in passing]
    # of rows that lie elsewhere one list serves all segments
    deepest = max(sizes) if reach is None else min(sum(sizes), reach)
    depth = max(_FIRST_DEPTH, query.k * _DEPTH_FACTOR)
    is_exact = all(one.pictures.is_exact and one.texts.is_exact for one, _ in passing)
    found: list[Candidate] = []
    while depth < deepest:
        near, unseen = zip(*(_near(*one, query, depth) for one in passing), strict=True)
        chosen = [(segment, mask) for (segment, _), mask in zip(passing, near, strict=True)]
        found = _best(_score_rows(chosen, query), query)
        if sum(int(mask.sum()) for mask in near) >= available:
            return found
        if len(found) >= query.k and found[-1].score > max(unseen) + _ROUNDING:
            return found
        if not is_exact and depth >= _DEEPEST_APPROXIMATE and len(found) >= query.k:
            return found
        depth *= 4
    # beyond reach, the rest would be every vector there is, read over a network
    return found if reach == deepest and len(found) >= query.k else []


def _near(segment: Segment, mask: Mask, query: Query, depth: int) -> tuple[Mask, float]:
    """The passing products that a list shows, and what the others score at most.

    The lists are the nearest pictures, the nearest texts and those that the query brings along.

    Source: the threshold algorithm of Fagin, Lotem and Naor, 2003: what no list has shown scores
    no more than the ends of all lists together.
    """
    near = np.zeros(len(segment.keys), dtype=np.bool_)
    ends = []
    if query.image is not None or query.colours is not None or query.weights.text_image:
        allowed = mask[segment.picture_rows]
        row = _picture_query(segment, query)
        ids, end = _nearest(segment.pictures, row, depth, allowed, query.filters)
        near[segment.picture_rows[np.searchsorted(segment.pictures.ids, ids)]] = True
        ends.append(max(end, 0.0))  # a product without pictures has 0 of this part
    if query.text is not None and query.weights.text:
        ids, end = _nearest(segment.texts, query.text, depth, mask, query.filters)
        near[np.searchsorted(segment.keys, ids)] = True
        ends.append(query.weights.text * end)
    for name, listed in _listed(query):
        shown, end = _highest(listed, segment, mask, depth)
        near[shown] = True
        ends.append(getattr(query.weights, name) * end)
    return near, sum(ends) / _total(query) if ends else np.inf


def _nearest(
    index: VectorIndex, row: Vector, depth: int, allowed: Mask, filters: Filters
) -> tuple[Ids, float]:
    """The ids of the nearest vectors, and the similarity of the last; -inf where that is all."""
    wanted = min(depth, int(allowed.sum()))
    if not wanted:
        return np.empty(0, dtype=np.int64), -np.inf
    similarities, ids = index.search(row[None, :], wanted, allowed, filters)
    found = ids[ids >= 0]
    is_all = len(found) == int(allowed.sum())
    return found, -np.inf if is_all else float(similarities.min())


def _listed(query: Query) -> Iterator[tuple[str, ListedScores]]:
    """The parts that list their products and count."""
    for name, listed in (("lexical", query.lexical), ("siblings", query.siblings)):
        if listed is not None and getattr(query.weights, name):
            yield name, listed


def _highest(
    listed: ListedScores, segment: Segment, mask: Mask, depth: int
) -> tuple[NDArray[np.int64], float]:
    """The rows of the listed products with the highest scores, and what the others have at most."""
    rows, scores = _listed_rows(listed, segment)
    scores = np.where(mask[rows], scores, 0.0)
    order = np.argsort(-scores, kind="stable")[:depth]
    shown = order[scores[order] > 0]
    is_all = len(shown) < depth
    return rows[shown], 0.0 if is_all else float(scores[shown[-1]])


def _listed_rows(
    listed: ListedScores, segment: Segment
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Those of a segment's rows that are listed, with their scores: both ``(m,)``."""
    rows, places = segment.rows_of(listed.keys)
    return rows, listed.scores[places]


def _total(query: Query) -> float:
    """The weights of the parts that are asked for."""
    weights, has_text = query.weights, query.text is not None
    asked = (
        (weights.image, query.image is not None),
        (weights.colour, query.colours is not None),
        (weights.text_image, has_text),
        (weights.text, has_text),
        (weights.lexical, query.lexical is not None),
        (weights.siblings, query.siblings is not None),
    )
    return sum(weight for weight, is_asked in asked if is_asked) or 1.0


def _picture_query(segment: Segment, query: Query) -> Vector:
    """Embedding part and colour part, weighted: ``(d + c,)``."""
    dimension = segment.texts.dimension
    row = np.zeros(segment.pictures.dimension, dtype=np.float32)
    weights = query.weights
    if query.image is not None:
        row[:dimension] += weights.image * query.image
    if query.text is not None:
        row[:dimension] += weights.text_image * query.text
    if query.colours is not None:
        row[dimension:] += weights.colour * query.colours
    return row


def _score_rows(chosen: Sequence[tuple[Segment, Mask]], query: Query) -> list[_Scored]:
    return [_score(segment, mask, query) for segment, mask in chosen if mask.any()]


def _score(segment: Segment, mask: Mask, query: Query) -> _Scored:
    """Scores every masked product of a segment exactly."""
    rows = np.flatnonzero(mask)  # (s,)
    places = np.flatnonzero(mask[segment.picture_rows])  # (p,)
    parts, best = _picture_parts(segment, places, query)  # each (p,), best (p,)
    owners = segment.picture_rows[places]
    order = np.lexsort((segment.picture_positions[places], -best, owners))
    first = order[np.concatenate([[True], np.diff(owners[order]) > 0])] if len(order) else order
    product_parts = {name: np.zeros(len(rows), dtype=np.float32) for name in parts}
    shown = np.zeros(len(rows), dtype=np.int32)
    target = np.searchsorted(rows, owners[first])
    for name, values in parts.items():
        product_parts[name][target] = values[first]
    shown[target] = segment.picture_positions[places[first]]
    if query.text is not None and query.weights.text:
        product_parts["text"] = _dots(segment.texts.vectors(segment.keys[rows]), query.text)
    for name, listed in _listed(query):
        every = np.zeros(len(segment.keys), dtype=np.float32)
        holding, scores = _listed_rows(listed, segment)
        every[holding] = scores
        product_parts[name] = every[rows]
    return _Scored(
        segment.keys[rows],
        segment.groups[rows],
        _fuse(product_parts, query, len(rows)),
        product_parts,
        shown,
    )


def _picture_parts(
    segment: Segment, places: NDArray[np.int64], query: Query
) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.float32]]:
    vectors = segment.pictures.vectors(segment.pictures.ids[places])  # (p, d + c)
    dimension = segment.texts.dimension
    parts = {}
    if query.image is not None and query.weights.image:
        parts["image"] = _dots(vectors[:, :dimension], query.image)
    if query.colours is not None and query.weights.colour:
        parts["colour"] = _dots(vectors[:, dimension:], query.colours)
    if query.text is not None and query.weights.text_image:
        parts["text_image"] = _dots(vectors[:, :dimension], query.text)
    return parts, _fuse(parts, query, len(places))


def _dots(rows: NDArray[np.float32], query: Vector) -> NDArray[np.float32]:
    """Inner products ``(n,)``; not ``@``: BLAS gives equal rows unequal sums, and ties must tie."""
    dots: NDArray[np.float32] = np.einsum("ij,j->i", rows, query)
    return dots


def _fuse(parts: dict[str, NDArray[np.float32]], query: Query, count: int) -> NDArray[np.float32]:
    """Weighted mean ``(count,)``; 0 where the query asks for no part."""
    if not parts:
        return np.zeros(count, dtype=np.float32)
    weights = {name: getattr(query.weights, name) for name in parts}
    total = sum(weights.values())
    fused = sum(weights[name] * values for name, values in parts.items())
    return np.asarray(fused / total, dtype=np.float32)


def _best(scored: Sequence[_Scored], query: Query) -> list[Candidate]:
    if not scored:
        return []
    keys = np.concatenate([part.keys for part in scored])
    scores = np.concatenate([part.scores for part in scored])
    order = np.lexsort((keys, -scores))
    if query.is_grouped:
        groups = np.concatenate([part.groups for part in scored])[order]
        _, first = np.unique(groups, return_index=True)
        order = order[np.sort(first)]
    pictures = np.concatenate([part.pictures for part in scored])
    names = scored[0].parts
    parts = {name: np.concatenate([part.parts[name] for part in scored]) for name in names}
    return [
        Candidate(
            key=int(keys[i]),
            score=float(scores[i]),
            parts={name: float(values[i]) for name, values in parts.items()},
            picture=int(pictures[i]),
        )
        for i in order[: query.k]
    ]
