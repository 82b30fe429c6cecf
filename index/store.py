"""A catalogue and its vector index as one thing: writes become visible, reads see whole states."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine

from index import ranking
from index.backends import adopt_space, backend_of, check_recorded, space_settings
from index.calibration_setting import CALIBRATION, read_calibration
from index.catalogue import Catalogue
from index.catalogue_history import History
from index.catalogue_reads import IndexedProduct
from index.errors import StoreMissingError, UnknownVersionError
from index.history_restore import Restored
from index.live_index import LiveIndex
from index.place import GpuPlace, Place
from index.product_shelf import ProductShelf
from index.ranking import LiveSegment
from index.segment import Segment
from index.segment_build import build_segment
from index.shared_versions import SharedVersions
from index.snapshot import EMPTY, Snapshot, living
from index.store_folder import DATABASE, StoreLock, hold
from index.types import Candidate, LexicalScores, ProductRecord, Query, SpaceId, Vector
from index.vector_engine import VectorEngine
from index.vector_indexes import LOCAL
from index.verdict import Calibration
from index.versions import Manifest, Saved, VersionState

__all__ = ["DATABASE", "Snapshot", "Store", "hold"]

_COMMIT_WAIT_S = 60.0
_PUBLISH_WAIT_S = 600.0
WORTH_KEEPING = 1000
"""Products that are indexed at a start for more than some tenths of a second."""


class Store:
    """One catalogue, open for reading and writing."""

    def __init__(
        self, place: Place | Path, space: SpaceId, *, create: bool = False, fresh: bool = False
    ) -> None:
        """Opens a store; loads its newest sound version and replays what came after it.

        Args:
            place: the store's folder, or its database.
            space: what the vectors of this process are made with.
            create: make the store where there is none.
            fresh: where another embedder made the vectors, take them away; the products stay and
                wait in ``catalogue.pending()`` to be embedded anew.

        Raises:
            StoreBusyError: ``fresh``, and another process indexes into this store.
            StoreMissingError: no store here, and ``create`` is false.
            StoreUnwritableError: the folder cannot be written.
            StoreUnavailableError: the database, or Milvus, does not answer.
            EmbedderMismatchError: the store's vectors were made with another model.
        """
        self.space = space
        self._vectors = place.vectors if isinstance(place, Place) else None
        self._backend = backend_of(place)
        self.catalogue: Catalogue = self._backend.open_catalogue(create=create)
        self._shelf = ProductShelf(self.catalogue, EMPTY.sequence)
        try:
            self._open(fresh=fresh)
        except BaseException:
            self.catalogue.close()
            raise

    def _open(self, *, fresh: bool) -> None:
        self.history = History(self.catalogue)
        with self._alone() if fresh else nullcontext():
            adopt_space(self.catalogue, self.space, fresh=fresh)
        self.folder: Path = self._backend.folder(self.catalogue)
        """This machine's files: all of a store in a folder; of one in a database what can be made
        again, and the last run's rejects."""
        self._engine = self._opened_engine()
        try:
            self._versions = self._backend.versions(self.catalogue, self._engine)
            start = self._saved_start()
            self._live = LiveIndex(self.catalogue, self.space, start, self._engine)
            self._keep_index(start)
        except BaseException:
            self._engine.close()
            raise

    def _opened_engine(self) -> VectorEngine:
        place = self._vectors
        if place is None:
            return LOCAL
        if isinstance(place, GpuPlace):
            from index.gpu_index import GpuEngine, device_of  # loads torch

            return GpuEngine(device_of(place.number))
        try:
            from index.milvus_index import MilvusEngine
        except ModuleNotFoundError as error:
            raise StoreMissingError(
                "vectors in Milvus need its client: pip install 'snapshelf[milvus]'"
            ) from error
        lock = partial(self._backend.lock, "mirror", _PUBLISH_WAIT_S)
        return MilvusEngine(place, self.space, lock)

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

    def shelf(self, snapshot: Snapshot) -> ProductShelf:
        """Gives the products of a state; what is read is kept until the next write."""
        shelf = self._shelf
        if shelf.sequence != snapshot.sequence:
            shelf = ProductShelf(self.catalogue, snapshot.sequence)
            self._shelf = shelf
        return shelf

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
        products = list(self.catalogue.indexed(sorted(self.catalogue.keys_of(ids))))
        if hidden is not None:
            products = [self._without_picture(one, hidden) for one in products]
        segments = (LiveSegment(build_segment(products, self.space), None),)
        return [ranking.rank(segments, query) for query in queries]

    def upsert(self, records: Sequence[ProductRecord]) -> None:
        """Writes products in one transaction; the next search sees them.

        Raises:
            EmbedderMismatchError: another process has given the store to another embedder.
            StoreUnwritableError: the database is read-only or the disk is full.
        """
        self.catalogue.upsert(records, lambda settings: check_recorded(settings, self.space))

    def delete(self, ids: Iterable[str]) -> int:
        """Removes products in one transaction; the next search does not see them."""
        return self.catalogue.delete(ids)

    def calibrate(self, calibration: Calibration) -> None:
        """Writes what verdicts are judged by; the next search uses it."""
        self.catalogue.write_setting(CALIBRATION, calibration.to_json())

    def refresh(self) -> Snapshot:
        """Gives the present state, with writes of this or any other process."""
        return self._live.refresh()

    def publish(self, evaluation: Mapping[str, Any] | None = None) -> str:
        """Joins everything into one segment and saves it as a new version; gives its name.

        Where nothing was written since the current version, that one's name. Threads and processes
        that publish at once do it one after another.

        Args:
            evaluation: how well the catalogue knows its own pictures; the manifest keeps it.

        Raises:
            StoreBusyError: others were publishing for longer than ten minutes.
            StoreUnwritableError: the folder cannot be written; the older version stays.
        """
        with self._publishing():
            return self._published(evaluation)

    def rollback(self, name: str) -> Restored:
        """Makes the catalogue again what it was when a version was saved.

        What it is now is saved as a version first, so that one can go forward again. Searches go
        on; they see the change as they see any write.

        Raises:
            UnknownVersionError: there is no such version, or its past rows are gone.
            StoreDamagedError: a file of the version is missing or was changed.
            StoreBusyError: another process indexes into this store.
            StoreUnwritableError: the disk is full or read-only; nothing was changed.
        """
        lock = hold(self.writer_lock())
        try:
            with self._publishing():
                self._recoverable(name)
                self._published(None, needed=name)
                return self._restored(name, is_feed_only=False)
        finally:
            lock.release()

    def begin_run(self) -> str:
        """Marks what this object writes from now on as an indexing run's, until it is published.

        Gives the version that ``undo_run`` goes back to: the present state, or, where an earlier
        run was cut off, the state before that. Empty: there is none, the store is new.
        """
        is_resumed = self.history.is_run_open() or bool(self.catalogue.pending())
        if not is_resumed and self.catalogue.count()[0]:
            self.publish()
        self.catalogue.is_fed = True
        return max(self.history.versions(), default="")

    def undo_run(self, name: str) -> Restored:
        """Takes back what an indexing run wrote; what others wrote meanwhile stays.

        Where the run changed the embedder everything goes back. The caller holds the writer's lock.

        Args:
            name: what ``begin_run`` gave.

        Raises:
            StoreError: as ``rollback``.
        """
        with self._publishing():
            is_same = self._recoverable(name).space == self.space
            return self._restored(name, is_feed_only=is_same)

    def _recoverable(self, name: str) -> Manifest:
        manifest = self._versions.manifest(name)
        kept = self.history.versions()
        if kept.get(name) != manifest.sequence:
            there = ", ".join(sorted(kept)) or "none"
            raise UnknownVersionError(
                f"version {name} holds no past rows of this catalogue; "
                f"those that can be gone back to: {there}"
            )
        return manifest

    def _restored(self, name: str, *, is_feed_only: bool) -> Restored:
        manifest = self._recoverable(name)
        settings = space_settings(manifest.space)
        if manifest.calibration:
            settings[CALIBRATION] = manifest.calibration
        with self.committing():
            return self.history.restore(manifest.sequence, settings, is_feed_only=is_feed_only)

    def _published(self, evaluation: Mapping[str, Any] | None, needed: str = "") -> str:
        current = self.refresh()
        if _is_saved(current) and current.version in self.history.versions():
            return current.version
        self.history.keep_everything()
        current = self._live.latest()
        if not (_is_saved(current) and current.version in self._versions.names()):
            current = self._saved(evaluation, needed)
        known = {**self.history.versions(), current.version: current.version_sequence}
        there = set(self._versions.names())
        self.history.keep({name: known[name] for name in known.keys() & there})
        return current.version

    def _saved(self, evaluation: Mapping[str, Any] | None, needed: str) -> Snapshot:
        """Saves the present state; gives it as it was saved."""
        return self._live.saved(
            lambda whole, current: self._versions.save(
                self._described(whole, current, evaluation), needed
            )
        )

    def _described(
        self, whole: Segment, state: Snapshot, evaluation: Mapping[str, Any] | None = None
    ) -> Saved:
        return Saved(
            segment=whole,
            space=self.space,
            catalogue_id=self._catalogue_id(),
            sequence=state.sequence,
            calibration=state.calibration.to_json() if state.calibration else "",
            evaluation=evaluation,
        )

    def _keep_index(self, start: Snapshot) -> None:
        """Where other machines save versions: keeps here what took long to make at this start."""
        if not isinstance(self._versions, SharedVersions):
            return
        segments = self._live.latest().segments
        known = {id(live.segment) for live in start.segments}
        made = sum(len(living(live)) for live in segments if id(live.segment) not in known)
        if made >= max(WORTH_KEEPING, 0.1 * sum(len(living(live)) for live in segments)):
            whole, state = self._live.joined()
            self._versions.keep_index(self._described(whole, state))

    def evaluation(self, name: str) -> Mapping[str, Any] | None:
        """Gives what ``publish`` was told of a version; None: nothing.

        Raises:
            UnknownVersionError: there is no such version.
            StoreDamagedError: a file of it is missing or was changed.
        """
        return self._versions.manifest(name).evaluation

    def saved_versions(self) -> list[VersionState]:
        """Gives the saved states, oldest first; reads all their files."""
        return self._versions.states()

    def version_states(self) -> dict[str, bool]:
        """Gives the names of the saved states, and whether their checksums hold."""
        return {one.name: one.is_sound for one in self.saved_versions()}

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

    def sessions(self) -> Path | Engine:
        """Where this store's sessions and feedback are, for ``Sessions``."""
        return self._backend.sessions()

    def writer_lock(self) -> StoreLock:
        """The lock that one indexing process holds; taking it fails at once when it is held."""
        return self._backend.lock("writer", 0)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No vectors are taken away from under another process that indexes."""
        lock = hold(self.writer_lock())
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Holds the lock around reading, merging and writing products.

        Raises:
            StoreBusyError: another process held it for a minute.
            StoreUnwritableError: the lock's file cannot be made.
        """
        lock = hold(self._backend.lock("commit", _COMMIT_WAIT_S))
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _publishing(self) -> Iterator[None]:
        lock = hold(self._backend.lock("publish", _PUBLISH_WAIT_S))
        try:
            yield
        finally:
            lock.release()

    def close(self) -> None:
        """Closes the database, once the thread that joins segments has ended."""
        self._live.close()
        self._engine.close()
        self.catalogue.close()

    def _without_picture(self, indexed: IndexedProduct, hidden: str) -> IndexedProduct:
        sources = self.catalogue.sources(indexed.product.id)
        rows = [row for row, (_, sha256) in enumerate(sources) if sha256 != hidden]
        return replace(
            indexed,
            picture_keys=indexed.picture_keys[rows],
            embeddings=indexed.embeddings[rows],
            colours=indexed.colours[rows],
        )

    def _catalogue_id(self) -> str:
        return self.catalogue.meta()["catalogue_id"]

    def _saved_start(self) -> Snapshot:
        """The newest sound version; an empty state where there is none."""
        start = self._versions.start(self.space, self._catalogue_id())
        if start.sequence > self.catalogue.sequence():
            # The catalogue was put back to an older state: its numbers will be given again, and
            # no version saved before may ever be taken for one of them.
            self.catalogue.set_meta({"catalogue_id": uuid.uuid4().hex})
            return EMPTY
        return replace(start, calibration=read_calibration(self.catalogue, self.space))


def _is_saved(snapshot: Snapshot) -> bool:
    """Whether the saved state that it started from holds all of it."""
    return bool(snapshot.version) and snapshot.version_sequence == snapshot.sequence
