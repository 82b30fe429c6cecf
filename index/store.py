"""A catalogue and its vector index as one thing: writes become visible, reads see whole states."""

import datetime
import logging
import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from index import ranking
from index.catalogue import Catalogue
from index.catalogue_reads import IndexedProduct
from index.errors import (
    EmbedderMismatchError,
    StoreBusyError,
    StoreDamagedError,
    StoreMissingError,
    StoreUnwritableError,
)
from index.ranking import LiveSegment
from index.segment import Segment
from index.tables import sqlite_engine
from index.types import Candidate, Ids, LexicalScores, ProductRecord, Query, SpaceId, Vector
from index.verdict import Calibration
from index.versions import Versions

logger = logging.getLogger(__name__)

DATABASE = "catalogue.sqlite3"
_CALIBRATION = "calibration"
_SMALL_SEGMENTS = 16
"""Segments that replays may leave beside the first; more are joined into one."""
_REPLAY_CHUNK = 50_000
_COMMIT_WAIT_S = 60.0
_PUBLISH_WAIT_S = 600.0


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


class Store:
    """One catalogue, open for reading and writing."""

    def __init__(
        self, folder: Path, space: SpaceId, *, create: bool = False, fresh: bool = False
    ) -> None:
        """Opens a store; loads its newest sound version and replays what came after it.

        Args:
            folder: the store's folder.
            space: what the vectors of this process are made with.
            create: make the store where there is none.
            fresh: where another embedder made the vectors, take them away; the products stay and
                wait in ``catalogue.pending()`` to be embedded anew.

        Raises:
            StoreMissingError: no store here, and ``create`` is false.
            StoreUnwritableError: the folder cannot be written.
            EmbedderMismatchError: the store's vectors were made with another model.
        """
        _prepare_folder(folder, create=create)
        self.folder = folder
        self.space = space
        self.catalogue = Catalogue(sqlite_engine(folder / DATABASE, create=create))
        self._versions = Versions(folder / "versions")
        self._refreshing = threading.Lock()
        self._check_space(fresh=fresh)
        self._snapshot = self._load()

    def search(
        self, queries: Sequence[Query], snapshot: Snapshot | None = None
    ) -> list[list[Candidate]]:
        """Gives the ranked candidates of each query; all see the same state.

        Args:
            queries: what to look for.
            snapshot: the state to search; the present one when absent.
        """
        segments = (snapshot or self.refresh()).segments
        return [ranking.rank(segments, query) for query in queries]

    def lexical(self, text: str) -> LexicalScores | None:
        """Gives the products that hold words of a text, for ``Query``; None where none does.

        Of the present state: a search of an earlier one shows no product that it does not have.
        """
        found = self.catalogue.lexical(text) if text else None
        return found if found is not None and len(found.keys) else None

    def search_among(
        self, ids: Iterable[str], queries: Sequence[Query], *, hidden: str | None = None
    ) -> list[list[Candidate]]:
        """Gives the ranked candidates of each query among a few products; unknown ids are none.

        Pictures with the sha256 ``hidden`` do not count.

        Cost: reads the vectors of these products from the catalogue.
        """
        products = list(self.catalogue.indexed(self.catalogue.keys_of(ids)))
        if hidden is not None:
            products = [self._without_picture(one, hidden) for one in products]
        segments = (LiveSegment(Segment.of(products, self.space), None),)
        return [ranking.rank(segments, query) for query in queries]

    def upsert(self, records: Sequence[ProductRecord]) -> None:
        """Writes products in one transaction; the next search sees them."""
        self.catalogue.upsert(records)

    def delete(self, ids: Iterable[str]) -> int:
        """Removes products in one transaction; the next search does not see them."""
        return self.catalogue.delete(ids)

    def calibrate(self, calibration: Calibration) -> None:
        """Writes what verdicts are judged by; the next search uses it."""
        self.catalogue.write_setting(_CALIBRATION, calibration.to_json())

    def refresh(self) -> Snapshot:
        """Replays writes of this or any other process that the index does not hold yet."""
        if self.catalogue.sequence() == self._snapshot.sequence:
            return self._snapshot
        with self._refreshing:
            self._snapshot = self._replayed(self._snapshot)
            return self._snapshot

    def publish(self) -> str:
        """Joins everything into one segment and saves it as a new version; gives its name.

        Where nothing was written since the current version, that one's name. Threads and processes
        that publish at once do it one after another.

        Raises:
            StoreBusyError: others were publishing for longer than ten minutes.
            StoreUnwritableError: the folder cannot be written; the older version stays.
        """
        lock = hold(FileLock(self.folder / "publish.lock", timeout=_PUBLISH_WAIT_S))
        try:
            return self._published()
        finally:
            lock.release()

    def _published(self) -> str:
        current = self.refresh()
        if current.version and current.version_sequence == current.sequence:
            return current.version
        snapshot = self._compacted(current)
        name = self._versions.save(
            snapshot.segments[0].segment, self.space, self._catalogue_id(), snapshot.sequence
        )
        with self._refreshing:
            if self._snapshot.sequence == snapshot.sequence:
                self._snapshot = replace(
                    snapshot, version=name, version_sequence=snapshot.sequence, indexed_at=_now()
                )
        return name

    def version_states(self) -> dict[str, bool]:
        """Gives the names of the saved states, and whether their checksums hold."""
        return self._versions.states(self.space)

    def picture_vectors(self, product_id: str) -> tuple[Vector, Vector, Vector] | None:
        """Gives embedding and colours of the first picture and the text vector; None if none.

        Raises:
            UnknownProductError: no such product.
        """
        key = self.catalogue.key_of(product_id)
        for found in self.catalogue.indexed([key]):
            if len(found.picture_keys):
                return found.embeddings[0], found.colours[0], found.text_embedding
        return None

    def writer_lock(self) -> FileLock:
        """The lock that one indexing process holds; taking it fails at once when it is held."""
        return FileLock(self.folder / "writer.lock", timeout=0)

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Holds the lock around reading, merging and writing products.

        Raises:
            StoreBusyError: another process held it for a minute.
            StoreUnwritableError: the lock's file cannot be made.
        """
        lock = hold(FileLock(self.folder / "commit.lock", timeout=_COMMIT_WAIT_S))
        try:
            yield
        finally:
            lock.release()

    def close(self) -> None:
        """Closes the database."""
        self.catalogue.close()

    def _check_space(self, *, fresh: bool) -> None:
        recorded = self.catalogue.meta()
        wanted = {f"space_{name}": str(value) for name, value in asdict(self.space).items()}
        if "space_embedder" not in recorded:
            self.catalogue.set_meta({**wanted, "catalogue_id": uuid.uuid4().hex})
            return
        fits = all(recorded.get(name) == value for name, value in wanted.items())
        if not fits and fresh:
            self.catalogue.forget_vectors(wanted)
        elif not fits:
            raise EmbedderMismatchError(
                f"the store in {self.folder} was made with the embedder "
                f"{recorded['space_embedder']} with colours {recorded.get('space_colour')}, "
                f"this is {self.space}: use that embedder, or index again with --fresh, "
                "which embeds everything anew"
            )

    def _without_picture(self, indexed: IndexedProduct, hidden: str) -> IndexedProduct:
        sources = self.catalogue.sources(indexed.product.id)
        rows = [row for row, (_, sha256) in enumerate(sources) if sha256 != hidden]
        return replace(
            indexed,
            picture_keys=indexed.picture_keys[rows],
            embeddings=indexed.embeddings[rows],
            colours=indexed.colours[rows],
        )

    def _calibration(self) -> Calibration | None:
        """What was written last; one that cannot be read, or of another embedder, counts as none.

        ``doctor`` writes a new one; searches must not end because of it.
        """
        text = self.catalogue.meta().get(_CALIBRATION)
        try:
            found = Calibration.from_json(text) if text else None
        except StoreDamagedError as error:
            logger.warning("no verdicts: %s", error)
            return None
        return found if found is None or found.space == str(self.space) else None

    def _catalogue_id(self) -> str:
        return self.catalogue.meta()["catalogue_id"]

    def _load(self) -> Snapshot:
        version = self._versions.newest(self.space, self._catalogue_id())
        if version is not None and version.sequence > self.catalogue.sequence():
            # The catalogue was put back to an older state: its numbers will be given again, and
            # no version saved before may ever be taken for one of them.
            self.catalogue.set_meta({"catalogue_id": uuid.uuid4().hex})
            version = None
        if version is None:
            return self._replayed(Snapshot(0, (), "", 0, ""))
        loaded = Snapshot(
            version.sequence,
            (LiveSegment(version.segment, None),),
            version.name,
            version.sequence,
            version.created_at,
            self._calibration(),
        )
        return self._replayed(loaded)

    def _replayed(self, snapshot: Snapshot) -> Snapshot:
        self._check_space(fresh=False)  # another process may have changed the embedder
        changes = self.catalogue.changes(snapshot.sequence)
        if changes.sequence == snapshot.sequence:
            return snapshot
        gone = np.array(changes.upserted + changes.deleted, dtype=np.int64)
        kept = [_without(live, gone) for live in snapshot.segments]
        added = [
            LiveSegment(self._segment(changes.upserted[start : start + _REPLAY_CHUNK]), None)
            for start in range(0, len(changes.upserted), _REPLAY_CHUNK)
        ]
        replayed = replace(
            snapshot,
            sequence=changes.sequence,
            segments=(*kept, *added),
            calibration=self._calibration(),
        )
        return self._joined_small(replayed)

    def _joined_small(self, snapshot: Snapshot) -> Snapshot:
        if len(snapshot.segments) <= 1 + _SMALL_SEGMENTS:
            return snapshot
        first, *small = snapshot.segments
        keys = np.concatenate([_living(live) for live in small])
        joined = LiveSegment(self._segment(keys.tolist()), None)
        return replace(snapshot, segments=(first, joined))

    def _compacted(self, snapshot: Snapshot) -> Snapshot:
        keys = [_living(live) for live in snapshot.segments]
        everything = np.concatenate(keys) if keys else np.empty(0, dtype=np.int64)
        segment = self._segment(everything.tolist())
        return replace(snapshot, segments=(LiveSegment(segment, None),))

    def _segment(self, keys: Sequence[int]) -> Segment:
        return Segment.of(list(self.catalogue.indexed(keys)), self.space)


def hold(lock: FileLock) -> FileLock:
    """Takes one of a store's locks.

    Raises:
        StoreBusyError: another process holds it.
        StoreUnwritableError: the lock's file cannot be made.
    """
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreBusyError(
            f"another process is writing to {Path(lock.lock_file).parent}; "
            "try again when it has ended"
        ) from error
    except OSError as error:
        raise StoreUnwritableError(f"{lock.lock_file} cannot be written: {error}") from error
    return lock


def _prepare_folder(folder: Path, *, create: bool) -> None:
    if create:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnwritableError(f"{folder} cannot be made: {error.strerror}") from error
    elif not folder.is_dir():
        raise StoreMissingError(f"there is no store at {folder}")


def _without(live: LiveSegment, gone: Ids) -> LiveSegment:
    touched = np.isin(live.segment.keys, gone)
    if not touched.any():
        return live
    alive = ~touched if live.alive is None else live.alive & ~touched
    return LiveSegment(live.segment, alive)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _living(live: LiveSegment) -> Ids:
    keys = live.segment.keys
    return keys if live.alive is None else keys[live.alive]
