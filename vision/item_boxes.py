"""From a map of what stands out to the boxes of items."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from vision.types import Box, DetectedItem

Size = tuple[int, int]
"""Width and height of the photo, in pixels."""


@dataclass(frozen=True)
class ItemRules:
    """What counts as an item; fitted on composites (``benchmarks/items.py``)."""

    max_items: int = 5
    threshold: float = 0.6
    """Saliency from which a place belongs to an item."""
    min_area: float = 0.01
    """Smallest part, as a share of the photo."""
    padding: float = 0.03
    """Added on each side, as a share of the box's own width and height."""
    merge_overlap: float = 0.5
    """Boxes are joined when they share so much of the smaller one."""


DEFAULT_RULES = ItemRules()

_ROUNDING_PX = 1e-6
"""So that 0.55 of 100 pixels, a hair above 55 in binary, does not end at 56."""


@dataclass(frozen=True)
class _Part:
    """A connected part of the map; edges and area in shares of the photo."""

    x0: float
    y0: float
    x1: float
    y1: float
    area: float
    """Of the salient places, not of the box."""
    confidence: float
    members: tuple[int, ...] = ()
    """Of boxes that were given: the places of those that it was joined from, ascending."""

    @property
    def box_area(self) -> float:
        return (self.x1 - self.x0) * (self.y1 - self.y0)

    @property
    def importance(self) -> float:
        """Area, halved at the middle of an edge against the photo's centre."""
        across, down = (self.x0 + self.x1) - 1, (self.y0 + self.y1) - 1  # -1 to 1
        return self.area * float(0.5 ** (across**2 + down**2))


def item_boxes(
    saliency: NDArray[np.float32], size: Size, rules: ItemRules = DEFAULT_RULES
) -> list[DetectedItem]:
    """Gives the items, largest and most central first; never empty.

    Args:
        saliency: ``(h, w)`` how much each place of the photo stands out, 0 to 1; any resolution.
        size: of the photo.
        rules: what counts as an item.

    Returns:
        At most ``max_items`` boxes in photo pixels. Where nothing stands out, the whole photo with
        confidence 0.
    """
    parts = _merged(_parts(saliency, rules), rules)
    parts = sorted(parts, key=lambda part: -part.importance)[: rules.max_items]
    if not parts:
        return [DetectedItem(Box(0, 0, *size), 0.0)]
    return [DetectedItem(_padded_box(part, size, rules.padding), part.confidence) for part in parts]


@dataclass(frozen=True)
class JoinedBox:
    """A box made of one or more that were given."""

    box: Box
    members: tuple[int, ...]
    """Their places, ascending."""


def joined_boxes(
    boxes: Sequence[Box], size: Size, rules: ItemRules = DEFAULT_RULES
) -> list[JoinedBox]:
    """Gives boxes that something else located, by the rules of items; none where none is left.

    Args:
        boxes: in the photo, most prominent first.
        size: of the photo.
        rules: what counts as an item; the threshold of saliency plays no part.

    Returns:
        At most ``max_items``, padded, in the order of their first members.
    """
    given = [_given(box, size, place) for place, box in enumerate(boxes)]
    parts = _merged([one for one in given if one.area >= rules.min_area], rules)
    parts = sorted(parts, key=lambda one: one.members)[: rules.max_items]
    return [JoinedBox(_padded_box(one, size, rules.padding), one.members) for one in parts]


def _given(box: Box, size: Size, place: int) -> _Part:
    width, height = size
    area = box.area_px / (width * height)
    edges = (box.x0 / width, box.y0 / height, box.x1 / width, box.y1 / height)
    return _Part(*edges, area, 1.0, (place,))


def _parts(saliency: NDArray[np.float32], rules: ItemRules) -> list[_Part]:
    labels, _ = ndimage.label(saliency >= rules.threshold, structure=np.ones((3, 3)))
    areas = np.bincount(labels.ravel()) / labels.size
    return [
        _part(saliency, labels, label, window)
        for label, window in enumerate(ndimage.find_objects(labels), start=1)
        if areas[label] >= rules.min_area
    ]


def _part(
    saliency: NDArray[np.float32], labels: NDArray[np.int32], label: int, window: tuple[slice, ...]
) -> _Part:
    height, width = saliency.shape
    rows, columns = window
    inside = labels == label
    return _Part(
        columns.start / width,
        rows.start / height,
        columns.stop / width,
        rows.stop / height,
        float(inside.mean()),
        _confidence(saliency, labels, inside),
    )


def _confidence(
    saliency: NDArray[np.float32], labels: NDArray[np.int32], inside: NDArray[np.bool_]
) -> float:
    """How salient the part is, less how salient the background is that it stands against."""
    background = saliency[labels == 0]
    contrast = float(saliency[inside].mean()) - (float(background.mean()) if background.size else 0)
    return float(np.clip(contrast, 0.0, 1.0))


def _merged(parts: list[_Part], rules: ItemRules) -> list[_Part]:
    """Joins boxes that lie largely in one another, until none do."""
    done: list[_Part] = []
    for part in sorted(parts, key=lambda one: -one.box_area):
        joined = part
        while True:
            touching = [one for one in done if _shared(one, joined) >= rules.merge_overlap]
            if not touching:
                break
            done = [one for one in done if one not in touching]
            for one in touching:
                joined = _joined(one, joined)
        done.append(joined)
    return done


def _shared(one: _Part, other: _Part) -> float:
    """The common area as a share of the smaller box."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min(one.box_area, other.box_area)


def _joined(one: _Part, other: _Part) -> _Part:
    area = one.area + other.area
    return _Part(
        min(one.x0, other.x0),
        min(one.y0, other.y0),
        max(one.x1, other.x1),
        max(one.y1, other.y1),
        area,
        (one.confidence * one.area + other.confidence * other.area) / area,
        tuple(sorted(one.members + other.members)),
    )


def _padded_box(part: _Part, size: Size, padding: float) -> Box:
    width, height = size
    across, down = padding * (part.x1 - part.x0), padding * (part.y1 - part.y0)
    return Box(
        _low(max(part.x0 - across, 0.0) * width),
        _low(max(part.y0 - down, 0.0) * height),
        _high(min(part.x1 + across, 1.0) * width),
        _high(min(part.y1 + down, 1.0) * height),
    )


def _low(edge_px: float) -> int:
    return math.floor(edge_px + _ROUNDING_PX)


def _high(edge_px: float) -> int:
    return math.ceil(edge_px - _ROUNDING_PX)
