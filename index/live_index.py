"""The index of this process: it follows the catalogue's writes and joins its segments."""

import datetime
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace

import numpy as np
from sqlalchemy.exc import SQLAlchemyError

from index.backends import check_space
from index.calibration_setting import read_calibration
from index.catalogue import Catalogue
from index.catalogue_reads import IndexedProduct
from index.catalogue_state import CatalogueState
from index.errors import StoreError
from index.ranking import LiveSegment
from index.segment import Segment
from index.segment_build import build_segment
from index.snapshot import MANY_SEGMENTS, Snapshot, due, joined, swapped, without
from index.types import Ids, SpaceId
from index.vector_engine import VectorEngine
from index.vector_indexes import LOCAL

logger = logging.getLogger(__name__)

_MOST_SEGMENTS = 4 * MANY_SEGMENTS
"""With more, a search waits until the thread that joins them has caught up."""

Save = Callable[[Segment, Snapshot], str]


class LiveIndex:
    """Snapshots of one catalogue, each as new as its last write; safe for several threads."""

    def __init__(
        self, catalogue: Catalogue, space: SpaceId, start: Snapshot, engine: VectorEngine = LOCAL
    ) -> None:
        """Replays what was written after ``start``."""
        self._catalogue = catalogue
        self._space = space
        self._engine = engine
        self._refreshing = threading.Lock()
        self._compacting = threading.Lock()
        self._joiner = ThreadPoolExecutor(1, thread_name_prefix="snapshelf-joiner")
        self.joining: Future[None] | None = None
        """The last joining in the background."""
        self._snapshot = self._replayed(start)

    def refresh(self) -> Snapshot:
        """Gives the present state, with writes of this or any other process.

        Many small segments are joined by a thread, and searches go on meanwhile.
        """
        if self._catalogue.sequence() == self._snapshot.sequence and self._engine.is_whole:
            return self._snapshot
        snapshot = self.latest()
        if due(snapshot.segments):
            joining = self._join_in_background()
            if len(snapshot.segments) > _MOST_SEGMENTS:
                wait([joining])
        return snapshot

    def latest(self) -> Snapshot:
        """Gives the present state and joins nothing."""
        with self._refreshing:
            self._snapshot = self._replayed(self._snapshot)
            return self._snapshot

    def saved(self, save: Save) -> Snapshot:
        """Joins everything into one segment, has it saved, and gives the state that was saved.

        Args:
            save: takes the segment and its state, and gives the new version's name.
        """
        with self._compacting:
            current = self.latest()
            whole = joined(current.segments, self.segment)
            name = save(whole, current)
            self._swap(current.segments, whole)
        saved = replace(current, version=name, version_sequence=current.sequence, indexed_at=_now())
        with self._refreshing:
            self._snapshot = replace(
                self._snapshot,
                version=name,
                version_sequence=saved.version_sequence,
                indexed_at=saved.indexed_at,
            )
        return saved

    def joined(self) -> tuple[Segment, Snapshot]:
        """Joins everything into one segment; gives it and the state that it was joined from."""
        with self._compacting:
            current = self.latest()
            whole = joined(current.segments, self.segment)
            self._swap(current.segments, whole)
        return whole, current

    def segment(self, keys: Sequence[int] | Ids) -> Segment:
        """Builds a segment of what the catalogue has of these keys."""
        return self._of(self._catalogue.indexed(sorted(int(key) for key in keys)))

    def close(self) -> None:
        """Waits for the thread that joins segments."""
        self._joiner.shutdown(wait=True, cancel_futures=True)

    def _of(self, products: Iterable[IndexedProduct]) -> Segment:
        return build_segment(products, self._space, self._engine)

    def _replayed(self, snapshot: Snapshot) -> Snapshot:
        check_space(self._catalogue, self._space)  # another process may have changed the embedder
        with self._engine.turn(), self._catalogue.one_state() as state:
            self._engine.follow(state)
            return self._after(snapshot, state)

    def _after(self, snapshot: Snapshot, state: CatalogueState) -> Snapshot:
        changes = state.changes(snapshot.sequence)
        if changes.sequence == snapshot.sequence:
            return snapshot
        left = without(snapshot, np.array(changes.upserted + changes.deleted, dtype=np.int64))
        added = []
        if changes.upserted:
            whole = self._of(state.indexed(sorted(changes.upserted)))
            added.append(LiveSegment(whole, None))
        return replace(
            left,
            sequence=changes.sequence,
            segments=(*left.segments, *added),
            calibration=read_calibration(self._catalogue, self._space),
        )

    def _join_in_background(self) -> "Future[None]":
        with self._refreshing:
            if self.joining is None or self.joining.done():
                self.joining = self._joiner.submit(self._join_segments)
            return self.joining

    def _join_segments(self) -> None:
        """Runs in a thread of its own; where it fails, searches go on with what there is."""
        try:
            with self._compacting:
                while parts := due(self._snapshot.segments):
                    self._swap(parts, joined(parts, self.segment))
        except (StoreError, SQLAlchemyError) as error:
            logger.warning("segments are not joined: %s", error)

    def _swap(self, parts: Sequence[LiveSegment], whole: Segment) -> None:
        """Puts a joined segment in the place of its parts; writes seen meanwhile count."""
        with self._refreshing:
            latest = self._replayed(self._snapshot)
            self._snapshot = replace(latest, segments=swapped(latest, parts, whole))


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
