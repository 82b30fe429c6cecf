"""Whole feeds into a store: rows in batches, faults into a rejects file, counts at the end.

read -> fetch -> decode -> embed -> caption -> commit, each in threads of its own, a few batches
ahead of each other. Only the commit decides what a row becomes: what was read ahead may be out of
date and is then read again. So order and outcome are those of one batch after the other.
"""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from index.catalogue_reads import chunks
from index.downloads import Download
from index.feeds import RawRow
from index.store import Store, hold
from service.feed_batches import Batch, batches, open_feed
from service.ingest import Ingest, Outcome, ReadAhead
from service.picture_sources import PictureSources
from service.publishing import PublishGate
from service.reading_ahead import Ahead, Engine, Reader
from service.rejects import Reject, Rejects
from service.seen_rows import SeenRows
from service.stage_clock import StageClock

_BEING_WRITTEN = 3
"""Batches that wait to be committed."""
_REMOVED_AT_ONCE = 500

Progress = Callable[[int], None]
"""Is told how many more rows are done."""


@dataclass(frozen=True)
class IndexingOptions:
    """What a run does beside adding and updating."""

    fresh: bool = False
    """Embed even what has not changed, and fetch what hosts call unchanged."""
    complete: bool = False
    """Remove the products that the feeds no longer hold, where every row could be read."""
    currency: str = ""
    """ISO 4217, of prices that name none."""


DEFAULT_OPTIONS = IndexingOptions()


@dataclass
class Counts:
    """What an indexing run did; rows that joined another row's product are counted with it."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    offers_removed: int = 0
    """Of products that another merchant still sells."""
    rejected: int = 0
    warnings: int = 0
    """Rows that were taken though a picture of theirs was not, or got no caption, or that replaced
    another row."""
    reembedded: int = 0
    """Products of no feed that a change of embedder made anew from their kept pictures."""
    rows: int = 0
    """Rows of the feeds that are done."""
    unreadable: int = 0
    """Of the rejected rows, those of which not even the id is known."""
    pictures: int = 0
    """Pictures that were embedded."""
    captioned: int = 0
    """Pictures that a captioner looked at."""
    unnamed: int = 0
    """Of these, the ones in which it named no thing."""
    seconds: float = 0.0
    stage_seconds: dict[str, float] = field(default_factory=dict)
    """By stage, of all its threads together; stages overlap."""
    is_stopped: bool = False
    """It was interrupted; what is counted is written."""
    not_removed: str = ""
    """Why ``complete`` removed nothing."""
    version: str = ""
    rejects_file: str = ""

    def count(self, outcome: Outcome) -> None:
        """Adds one outcome."""
        setattr(self, outcome.status, getattr(self, outcome.status) + 1)


@dataclass(frozen=True)
class _Begun:
    batch: Batch
    sources: PictureSources
    finished: Callable[[], Ahead]
    """Waits for its pictures."""


class FeedIndexing:
    """Indexes feeds; running it again after a stop goes on where it stopped."""

    def __init__(
        self,
        store: Store,
        ingest: Ingest,
        gate: Callable[[], PublishGate] | None = None,
        engine: Engine = Reader,
    ) -> None:
        """Keeps what to index into.

        Args:
            store: where the products go.
            ingest: merges and commits them.
            gate: is made before a run writes, and judges the new version; None lets all pass.
            engine: where pictures are read and embedded; default: threads of this process.
        """
        self._store = store
        self._ingest = ingest
        self._gate = gate
        self._engine = engine

    def run(
        self,
        feeds: list[Path],
        sources: Callable[[Path], PictureSources],
        options: IndexingOptions = DEFAULT_OPTIONS,
        *,
        progress: Progress = lambda _rows: None,
    ) -> Counts:
        """Adds or updates every product of the feeds and saves a version of the index.

        ``KeyboardInterrupt`` ends it after the batches that are being written, without a version;
        no host is waited for then.

        Args:
            feeds: files or folders of pictures; later ones win over earlier ones.
            sources: gives where the pictures of a feed are read from.
            options: what else to do.
            progress: called after every batch.

        Raises:
            FeedError: a feed cannot be read as a whole; nothing of it was written.
            StoreBusyError: another process indexes into this store.
            StoreUnwritableError: the disk is full or read-only; what was counted is written.
            PublishRefusedError: the gate refused; what the run wrote is taken back.
        """
        opened = [(feed, open_feed(feed, options.currency)) for feed in feeds]
        with ExitStack() as stack:
            stack.enter_context(hold(self._store.writer_lock()))
            seen = stack.enter_context(closing(SeenRows()))
            rejects = stack.enter_context(closing(Rejects(self._store.folder)))
            publish = self._gate().publish if self._gate else self._store.publish
            run = _Run(self._store, self._ingest, options, rejects, progress, self._engine)
            begun = stack.enter_context(
                closing(_Ahead(lambda: run.begun(opened, sources, seen), run.ahead, run.close))
            )
            try:
                run.work(begun)
                run.finish(seen, publish)
            except KeyboardInterrupt:
                run.counts.is_stopped = True
            return run.summed()


class _Run:
    """One run's counts, and the stages that fill them."""

    def __init__(
        self,
        store: Store,
        ingest: Ingest,
        options: IndexingOptions,
        rejects: Rejects,
        progress: Progress,
        engine: Engine,
    ) -> None:
        self.counts = Counts()
        self._store = store
        self._ingest = ingest
        self._options = options
        self._rejects = rejects
        self._progress = progress
        self._clock = StageClock()
        self._reader = engine(store, ingest, self._clock)
        self._captioner = ThreadPoolExecutor(1, thread_name_prefix="caption")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._is_stopped = threading.Event()
        self._before = time.perf_counter()

    @property
    def ahead(self) -> int:
        """How many batches may be begun at once."""
        return self._reader.ahead

    def begun(
        self,
        opened: list[tuple[Path, Iterator[RawRow]]],
        sources: Callable[[Path], PictureSources],
        seen: SeenRows,
    ) -> Iterator[_Begun]:
        """Reads rows and starts the reading of their pictures; runs in a thread of its own."""
        options = self._options
        for feed, rows in opened:
            where = sources(feed)
            for batch in self._timed(batches(feed, rows, seen, options.currency)):
                finished = self._reader.start(batch.rows, where, fresh=options.fresh)
                yield _Begun(batch, where, finished)

    def work(self, begun: "_Ahead") -> None:
        """Embeds batch after batch and hands each on to be captioned and written."""
        writing: deque[tuple[Batch, Future[list[Outcome]]]] = deque()
        try:
            for one in begun:
                ahead, downloads = one.finished()
                self.counts.pictures += len(ahead.records)
                captioned = self._captioner.submit(self._captioned, one, ahead)
                written = self._writer.submit(self._commit, one, captioned, downloads)
                writing.append((one.batch, written))
                while len(writing) > _BEING_WRITTEN or (writing and writing[0][1].done()):
                    self._note(*writing.popleft())
        except BaseException:
            self._is_stopped.set()
            self._progress = lambda _rows: None  # what it raises would keep the rest uncounted
            raise
        finally:
            while writing:  # also where it was interrupted: what is written is counted
                with suppress(CancelledError):  # it waited for a host: nothing of it is written
                    self._note(*writing.popleft())

    def finish(self, seen: SeenRows, publish: Callable[[], str]) -> None:
        """What comes after the last row."""
        counts = self.counts
        counts.reembedded = self._ingest.embed_pending()
        if self._options.complete:
            self._remove_absent(seen)
        self._store.catalogue.prune_downloads()
        with self._clock.timed("publish"):
            counts.version = publish()

    def summed(self) -> Counts:
        """The counts with the times."""
        self.counts.rejects_file = self._rejects.name
        self.counts.seconds = round(time.perf_counter() - self._before, 3)
        self.counts.stage_seconds = self._clock.seconds()
        return self.counts

    def close(self) -> None:
        """Drops what has not begun; waits for what is being written."""
        self._reader.close()
        self._captioner.shutdown()
        self._writer.shutdown()

    def _captioned(self, one: _Begun, ahead: ReadAhead) -> ReadAhead:
        if self._ingest.captioner is None:
            return ahead
        with self._clock.timed("caption"):
            whole = self._ingest.caption_ahead(
                one.batch.rows,
                ahead,
                fresh=self._options.fresh,
                is_stopped=self._is_stopped.is_set,
            )
        made = whole.captions.made.values()
        self.counts.captioned += len(made)
        self.counts.unnamed += sum(not caption.words for caption in made)
        return whole

    def _commit(
        self, one: _Begun, captioned: "Future[ReadAhead]", found: list[Download]
    ) -> list[Outcome]:
        ahead = captioned.result()
        with self._clock.timed("commit"):
            read = partial(one.sources.read, stop=self._is_stopped)
            outcomes = self._ingest.commit(
                one.batch.rows, read, fresh=self._options.fresh, ahead=ahead
            )
            self._store.catalogue.note_downloads(found)  # after: a lost note costs a download
        return outcomes

    def _note(self, batch: Batch, written: "Future[list[Outcome]]") -> None:
        outcomes = written.result()
        counts = self.counts
        counts.rows += batch.raw_rows
        counts.unreadable += batch.unreadable
        for fault in batch.faults:
            self._note_reject(fault)
        for outcome in outcomes:
            counts.count(outcome)
            is_rejected = outcome.status == "rejected"
            line = batch.lines.get(outcome.product_id, 0)
            kind = "rejected" if is_rejected else "warning"
            for reason, picture in zip(outcome.problems, outcome.pictures, strict=True):
                reject = Reject(batch.feed, line, outcome.product_id, kind, reason, picture)
                self._rejects.write(reject)
            counts.warnings += 0 if is_rejected else len(outcome.problems)
        self._progress(batch.raw_rows)

    def _note_reject(self, fault: Reject) -> None:
        self.counts.rejected += fault.kind == "rejected"
        self.counts.warnings += fault.kind == "warning"
        self._rejects.write(fault)

    def _remove_absent(self, seen: SeenRows) -> None:
        """Only after feeds of which every row is known: else a fault would cost products."""
        if self.counts.unreadable:
            self.counts.not_removed = (
                f"{self.counts.unreadable} rows could not be read, so that nobody knows what the "
                "feed holds"
            )
            return
        absent = list(seen.absent(self._store.catalogue.all_products()))
        gone = [product_id for product_id, merchants in absent if merchants is None]
        offers = [(product_id, merchants) for product_id, merchants in absent if merchants]
        for start in range(0, len(gone), _REMOVED_AT_ONCE):
            with self._store.committing():
                self.counts.removed += self._store.delete(gone[start : start + _REMOVED_AT_ONCE])
        for chunk in chunks(offers):
            self.counts.offers_removed += self._ingest.drop_offers(dict(chunk))

    def _timed(self, found: Iterator[Batch]) -> Iterator[Batch]:
        while True:
            with self._clock.timed("read"):
                batch = next(found, None)
            if batch is None:
                return
            yield batch


class _Ahead:
    """Runs an iterator in a thread, a few values ahead of who takes them."""

    def __init__(
        self, make: Callable[[], Iterator[_Begun]], most: int, close: Callable[[], None]
    ) -> None:
        self._queue: queue.Queue[_Begun | BaseException | None] = queue.Queue(most)
        self._is_over = threading.Event()
        self._close = close
        self._thread = threading.Thread(target=self._fill, args=(make,), name="feed", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[_Begun]:
        while (found := self._queue.get()) is not None:
            if isinstance(found, BaseException):
                raise found
            yield found

    def close(self) -> None:
        """Ends the thread and what it has started."""
        self._is_over.set()
        self._thread.join()
        self._close()

    def _fill(self, make: Callable[[], Iterator[_Begun]]) -> None:
        try:
            for value in make():
                if not self._put(value):
                    return
            self._put(None)
        except BaseException as error:  # raised again where the values are taken
            self._put(error)

    def _put(self, value: "_Begun | BaseException | None") -> bool:
        while not self._is_over.is_set():
            try:
                self._queue.put(value, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False
