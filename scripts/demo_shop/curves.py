"""Curves in the plane: the profiles that lathes turn and the outlines that boxes follow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scripts.demo_shop.types import Array

Points = Sequence[tuple[float, float]] | Array  # in the plane
Path = Sequence[tuple[float, float, float]] | Array  # in space
_SHARP_TURN_RAD = np.radians(25.0)


def spline(points: Points | Path, per_span: int = 16) -> Array:
    """A Catmull-Rom curve through the points, in two or three dimensions.

    Returns:
        (per_span * (n - 1) + 1, d) points, the first and last being the given ones.
    """
    p = np.asarray(points, dtype=np.float64)
    padded = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0.0, 1.0, per_span, endpoint=False)[:, None]
    spans = [_span(padded[i : i + 4], t) for i in range(len(p) - 1)]
    return np.vstack([*spans, p[-1:]])


def _span(p: Array, t: Array) -> Array:
    linear = p[2] - p[0]
    square = 2 * p[0] - 5 * p[1] + 4 * p[2] - p[3]
    cube = -p[0] + 3 * p[1] - 3 * p[2] + p[3]
    result: Array = 0.5 * (2 * p[1] + linear * t + square * t**2 + cube * t**3)
    return result


def arc(center: tuple[float, float], radius: float, degrees: tuple[float, float]) -> Array:
    """(13, 2) points on a circle, from the first angle to the second."""
    angle = np.radians(np.linspace(degrees[0], degrees[1], 13))
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    result: Array = np.asarray(center) + radius * circle
    return result


def chain(*pieces: Points) -> Array:
    """The pieces one after the other, without points that repeat."""
    points = np.vstack([np.asarray(p, dtype=np.float64) for p in pieces])
    step = np.linalg.norm(np.diff(points, axis=0), axis=1)
    kept: Array = points[np.concatenate([[True], step > 1e-6])]
    return kept


def lengths(points: Array) -> Array:
    """(n,) distance along the curve from its first point."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def at_length(points: Array, s: Array) -> Array:
    """(k, d) points at the given distances along the curve."""
    along = lengths(points)
    return np.column_stack([np.interp(s, along, axis) for axis in points.T])


def densify(points: Array, step: float) -> Array:
    """The same curve with no two neighbours further apart than `step`."""
    along = lengths(points)
    counts = np.maximum(1, np.ceil(np.diff(along) / step).astype(int))
    pieces = [
        np.linspace(a, b, n, endpoint=False)
        for a, b, n in zip(along[:-1], along[1:], counts, strict=True)
    ]
    return at_length(points, np.concatenate([*pieces, along[-1:]]))


def turns(points: Array) -> Array:
    """(n - 2,) angle in radians by which the curve turns at each inner point."""
    step = np.diff(points, axis=0)
    step /= np.linalg.norm(step, axis=1, keepdims=True)
    cosine = np.clip((step[:-1] * step[1:]).sum(axis=1), -1.0, 1.0)
    result: Array = np.arccos(cosine)
    return result


def round_corners(points: Points, radius: float) -> Array:
    """The curve with every sharp corner replaced by a small arc, as a real edge has.

    A corner closer to its neighbour than two radii gets a smaller arc.
    """
    p = chain(points)
    along = lengths(p)
    corners = 1 + np.flatnonzero(turns(p) > _SHARP_TURN_RAD)
    stops = np.concatenate([[along[0]], along[corners], [along[-1]]])
    room = np.minimum(np.diff(stops)[:-1], np.diff(stops)[1:]) * 0.49
    kept, pieces = 0.0, []
    for corner, reach in zip(corners, np.minimum(radius, room), strict=True):
        s = along[corner]
        pieces += [_between(p, kept, s - reach), _bezier(p, s, reach)]
        kept = s + reach
    return chain(*pieces, _between(p, kept, along[-1]))


def _between(p: Array, start: float, stop: float) -> Array:
    along = lengths(p)
    inner = p[(along > start) & (along < stop)]
    ends = at_length(p, np.array([start, stop]))
    return np.vstack([ends[:1], inner, ends[1:]])


def _bezier(p: Array, s: float, reach: float) -> Array:
    a, corner, b = at_length(p, np.array([s - reach, s, s + reach]))
    t = np.linspace(0.0, 1.0, 9)[:, None]
    result: Array = (1 - t) ** 2 * a + 2 * t * (1 - t) * corner + t**2 * b
    return result


def offset(points: Array, distance: float) -> Array:
    """The curve moved to its left by `distance`, point by point."""
    tangent = np.gradient(points, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    return points + distance * np.column_stack([-tangent[:, 1], tangent[:, 0]])


def vessel(outer: Points, wall: float, floor: float) -> Array:
    """The closed profile of a hollow pot.

    Args:
        outer: the outside from the foot to the lip, (radius, height) pairs.
        wall: thickness of the wall in cm; the lip is a half circle of that width.
        floor: height of the inner bottom in cm.

    Returns:
        (n, 2) points from the middle of the foot over the lip to the middle of the inside.
    """
    out = densify(chain(outer), 0.25)
    inner = offset(out, wall)
    inner = inner[(inner[:, 1] > floor) & (inner[:, 0] > 0.05)]
    middle = (out[-1] + inner[-1]) / 2
    start = np.degrees(np.arctan2(*(out[-1] - middle)[::-1]))
    lip = arc((middle[0], middle[1]), wall / 2, (start, start + 180))
    bottom = [(inner[0][0], floor), (0.0, floor)]
    return chain([(0.0, 0.0)], out, lip, inner[::-1], bottom)
