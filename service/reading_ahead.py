"""Pictures of the next batches, read, decoded and embedded while others are being written."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias

from index.downloads import Download
from index.feed_rows import FeedRow
from index.store import Store
from service.errors import FetchError
from service.fetch_hosts import HostQueue
from service.fetching import ATTEMPTS, Fetched, PassingError
from service.ingest import Ingest, ReadAhead
from service.picture_loading import LoadedPicture, PictureDecoding, PictureLoader, sha256_of
from service.picture_sources import NO_MARKS, PictureSources, is_address
from service.product_text import product_text
from service.stage_clock import StageClock
from vision.errors import PhotoError

FETCH_THREADS = 16
"""They wait for answers, most of the time; a host is asked four times at once."""
DECODE_THREADS = 2
"""More of them find no free core beside a model on a CPU."""
_AHEAD = 3
"""Batches between two stages; their pictures are in memory as the model takes them."""

Ahead: TypeAlias = tuple[ReadAhead, list[Download]]
"""What was read of a batch, and by what hosts know it."""


@dataclass(frozen=True)
class Wanted:
    """A picture that a batch names."""

    source: str
    seen: Download | None
    """As it was fetched last."""
    known: frozenset[str]
    """sha256 of the product's pictures that are embedded already."""


@dataclass(frozen=True)
class Plan:
    """What a batch is likely to need; the catalogue may change meanwhile."""

    pictures: tuple[Wanted, ...]
    texts: tuple[str, ...]
    """Of the products that are likely to be written."""


@dataclass(frozen=True)
class Read:
    """What became of one picture: it is loaded, its hash is known already, or it has a fault."""

    source: str
    sha256: str = ""
    loaded: LoadedPicture | None = None
    fault: FetchError | PhotoError | None = None
    download: Download | None = None
    """What the host now knows it by."""


class Reading(Protocol):
    """Where batches are read, decoded and embedded."""

    @property
    def ahead(self) -> int:
        """How many batches are begun before the first of them is asked for."""

    def start(
        self, rows: Sequence[FeedRow], sources: PictureSources, *, fresh: bool
    ) -> Callable[[], Ahead]:
        """Begins a batch; what is given waits for its end. Faults of pictures are in what comes."""

    def close(self) -> None:
        """Drops what has not begun and waits for what has."""


Engine: TypeAlias = Callable[[Store, Ingest, StageClock], Reading]


def planned(store: Store, ingest: Ingest, rows: Sequence[FeedRow], *, fresh: bool) -> Plan:
    """Gives what the rows are likely to need; ``fresh`` takes nothing as known."""
    drafts, _ = ingest.drafts(rows)
    addresses = [one for draft in drafts for one in draft.sources if is_address(one)]
    seen = {} if fresh else store.catalogue.downloads(addresses)
    known = {
        draft.product.id: frozenset[str]() if fresh else frozenset(ingest.known(draft))
        for draft in drafts
    }
    pictures = (
        Wanted(source, seen.get(source), known[draft.product.id])
        for draft in drafts
        for source in draft.sources
    )
    is_captioned = ingest.captioner is not None  # then they are embedded with their captions
    due = (one for one in drafts if (one.is_new or fresh) and not is_captioned)
    return Plan(tuple(pictures), tuple(product_text(one.product) for one in due))


def embedded(loader: PictureLoader, reads: Sequence[Read], texts: Iterable[str]) -> Ahead:
    """Embeds what was read of a batch, and the texts of its products."""
    loaded = {one.source: one.loaded for one in reads if one.loaded is not None}
    records = loader.embed(list(loaded.values())) if loaded else []
    wanted = list(dict.fromkeys(filter(None, texts)))
    made = loader.embed_texts(wanted) if wanted else ()
    ahead = ReadAhead(
        hashes={one.source: one.sha256 for one in reads if one.sha256},
        records={one.source: one for one in records},
        faults={one.source: one.fault for one in reads if one.fault is not None},
        texts=dict(zip(wanted, made, strict=True)),
    )
    return ahead, [one.download for one in reads if one.download is not None]


@dataclass
class _Work:
    wanted: Wanted
    sources: PictureSources
    host: str
    """Empty for a file."""
    result: "Future[Read]"
    tries: int = 0


class PictureThreads:
    """Reads and decodes pictures in threads of its own, which end with ``close``.

    A host that wants to be left alone for a while has none of the threads meanwhile.
    """

    def __init__(self, decoding: PictureDecoding, clock: StageClock) -> None:
        self._decoding = decoding
        self._clock = clock
        self._pool = ThreadPoolExecutor(FETCH_THREADS, thread_name_prefix="pictures")
        self._places = threading.BoundedSemaphore(DECODE_THREADS)
        self._queue: HostQueue[_Work] = HostQueue()
        self._stop = threading.Event()

    def start(self, wanted: Sequence[Wanted], sources: PictureSources) -> "list[Future[Read]]":
        """Begins to read; nothing of it raises, a fault is in what comes out."""
        works = [_Work(one, sources, _host(one.source), Future()) for one in wanted]
        for work in works:
            self._queue.put(work.host, work)
            self._pool.submit(self._finish_one)
        return [work.result for work in works]

    def close(self) -> None:
        """Drops what has not begun, and ends what waits for a host."""
        self._stop.set()
        for work in self._queue.close():
            work.result.cancel()
        self._pool.shutdown(cancel_futures=True)

    def _finish_one(self) -> None:
        """Takes work until one is finished; what is to be tried later goes back meanwhile."""
        while (work := self._queue.take()) is not None:
            try:
                read = self._read(work)
            except CancelledError:
                work.result.cancel()
                return
            except BaseException as error:  # raised again where the result is taken
                work.result.set_exception(error)
                return
            if read is not None:
                work.result.set_result(read)
                return

    def _read(self, work: _Work) -> Read | None:
        """None: it is tried again later."""
        source, seen = work.wanted.source, work.wanted.seen
        try:
            found = self._fetched(work)
            if found is None:
                return None
            if found.data is None and seen is not None:
                return Read(source, seen.sha256)
            return self._decoded(work.wanted, found.data or b"", (found.etag, found.modified))
        except FetchError as error:  # a new one: without the frames that it came through
            return Read(source, fault=FetchError(str(error), is_gone=error.is_gone))
        except PhotoError as error:
            return Read(source, fault=PhotoError(str(error)))

    def _fetched(self, work: _Work) -> Fetched | None:
        seen = work.wanted.seen
        is_kept = seen is not None and seen.sha256 in work.wanted.known
        marks = (seen.etag, seen.modified) if seen is not None and is_kept else NO_MARKS
        hold_off_s = 0.0
        work.tries += 1
        try:
            with self._clock.timed("fetch"):
                return work.sources.try_if_changed(work.wanted.source, marks, self._stop)
        except PassingError as error:
            hold_off_s = error.hold_off_s
            if work.tries == ATTEMPTS or not error.is_tried_again:
                raise
            self._queue.put(work.host, work, error.wait_s(work.tries))
            return None
        finally:
            self._queue.done(work.host, hold_off_s)

    def _decoded(self, wanted: Wanted, data: bytes, marks: tuple[str, str]) -> Read:
        source, sha256 = wanted.source, sha256_of(data)
        download = Download(source, sha256, *marks) if any(marks) else None
        if sha256 in wanted.known:
            return Read(source, sha256, download=download)
        with self._places, self._clock.timed("decode"):
            loaded = self._decoding.load(source, data)
        return Read(source, sha256, loaded, download=download)


def _host(source: str) -> str:
    """What stands for the host of an address, also of one that nobody can read."""
    return source.split("/", 3)[2].casefold() if is_address(source) else ""


class Reader:
    """The stages in threads of this process, and the model in the thread that waits."""

    ahead = _AHEAD

    def __init__(self, store: Store, ingest: Ingest, clock: StageClock) -> None:
        self._store = store
        self._ingest = ingest
        self._clock = clock
        self._pictures = PictureThreads(ingest.loader.decoding, clock)

    def start(
        self, rows: Sequence[FeedRow], sources: PictureSources, *, fresh: bool
    ) -> Callable[[], Ahead]:
        """Begins to read what the rows are likely to need."""
        with self._clock.timed("read"):
            plan = planned(self._store, self._ingest, rows, fresh=fresh)
        return partial(self._finished, self._pictures.start(plan.pictures, sources), plan.texts)

    def close(self) -> None:
        """Drops what has not begun and waits for what has."""
        self._pictures.close()

    def _finished(self, reads: "list[Future[Read]]", texts: Sequence[str]) -> Ahead:
        found = [one.result() for one in reads]
        with self._clock.timed("embed"):
            return embedded(self._ingest.loader, found, texts)
