"""One state of the index, and what makes the next one of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.ranking import LiveSegment
from index.segment import Segment
from index.types import Ids
from index.verdict import Calibration

MANY_SEGMENTS = 16
"""So many are left as they are; from the next on, the newest are due to be joined."""
_FEWEST_JOINED = 9


@dataclass(frozen=True)
class Snapshot:
    """One state of the index; a search works on one from start to end."""

    sequence: int
    segments: tuple[LiveSegment, ...]
    version: str
    """The saved state that it started from; empty where it was built from the catalogue."""
    version_sequence: int
    """The last write that the saved state holds."""
    indexed_at: str
    """When the saved state was made, ISO 8601 in UTC; empty where there is none."""
    calibration: Calibration | None = None
    """What verdicts are judged by; None: nobody calibrated this catalogue."""


EMPTY = Snapshot(0, (), "", 0, "")
"""The state of a catalogue that nothing was written to."""


def due(segments: Sequence[LiveSegment]) -> tuple[LiveSegment, ...]:
    """Gives the segments to join; none while there are few.

    The newest nine, and before them each that is no larger than what follows it: a product is
    joined again only when its segment has doubled, so that n writes cost O(n log n) in all.

    Source: the logarithmic method of Bentley and Saxe, 1980.
    """
    if len(segments) <= MANY_SEGMENTS:
        return ()
    size, chosen = 0, 0
    for live in reversed(segments):
        own = len(living(live))
        if chosen >= _FEWEST_JOINED and own > size:
            break
        size += own
        chosen += 1
    return tuple(segments[-chosen:])


def joined(segments: Sequence[LiveSegment], build: Callable[[Ids], Segment]) -> Segment:
    """Gives one segment of all that live."""
    keys = [living(live) for live in segments]
    return build(np.concatenate(keys) if keys else np.empty(0, dtype=np.int64))


def swapped(
    snapshot: Snapshot, parts: Sequence[LiveSegment], whole: Segment
) -> tuple[LiveSegment, ...]:
    """Gives a snapshot's segments with ``whole`` in the place of ``parts``, all of which it has.

    ``whole`` may hold later states of products than the snapshot; products that changed since
    ``parts`` were chosen are dead in the snapshot's own parts, and so they are in ``whole``.
    """
    replaced = {id(live.segment) for live in parts}
    present = [live for live in snapshot.segments if id(live.segment) in replaced]
    is_replaced = [id(live.segment) in replaced for live in snapshot.segments]
    place = is_replaced.index(True) if present else 0
    keys = np.concatenate([whole.keys[:0], *(living(live) for live in present)])
    alive = np.isin(whole.keys, keys)
    others = [
        live for live, is_part in zip(snapshot.segments, is_replaced, strict=True) if not is_part
    ]
    live = LiveSegment(whole, None if alive.all() else alive)
    return (*others[:place], live, *others[place:])


def without(snapshot: Snapshot, gone: Ids) -> Snapshot:
    """Gives the snapshot with these products dead."""
    return replace(snapshot, segments=tuple(_without(live, gone) for live in snapshot.segments))


def living(live: LiveSegment) -> Ids:
    """Gives the keys of a segment's products that count."""
    keys = live.segment.keys
    return keys if live.alive is None else keys[live.alive]


def _without(live: LiveSegment, gone: Ids) -> LiveSegment:
    rows, _ = live.segment.rows_of(gone)
    if not len(rows):
        return live
    size = len(live.segment.keys)
    alive = np.ones(size, dtype=np.bool_) if live.alive is None else live.alive.copy()
    alive[rows] = False
    return LiveSegment(live.segment, alive)
