"""Pictures of the next batches, read, decoded and embedded while others are being written."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias

from index.downloads import Download
from index.feed_rows import FeedRow
from index.store import Store
from service.errors import FetchError
from service.ingest import Ingest, ReadAhead
from service.picture_loading import LoadedPicture, PictureDecoding, PictureLoader, sha256_of
from service.picture_sources import NO_MARKS, PictureSources, is_address
from service.product_text import product_text
from service.stage_clock import StageClock
from vision.errors import PhotoError

FETCH_THREADS = 16
"""They wait for hosts, most of the time; a host is asked four times at once."""
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
    """What became of one picture; one of the three last is there, or the hash is known."""

    source: str
    sha256: str = ""
    loaded: LoadedPicture | None = None
    fault: str = ""
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
        faults={one.source: one.fault for one in reads if one.fault},
        texts=dict(zip(wanted, made, strict=True)),
    )
    return ahead, [one.download for one in reads if one.download is not None]


class PictureThreads:
    """Reads and decodes pictures in threads of its own, which end with ``close``."""

    def __init__(self, decoding: PictureDecoding, clock: StageClock) -> None:
        self._decoding = decoding
        self._clock = clock
        self._pool = ThreadPoolExecutor(FETCH_THREADS, thread_name_prefix="pictures")
        self._places = threading.BoundedSemaphore(DECODE_THREADS)

    def start(self, wanted: Sequence[Wanted], sources: PictureSources) -> "list[Future[Read]]":
        """Begins to read; nothing of it raises, a fault is in what comes out."""
        return [self._pool.submit(self._read, one, sources) for one in wanted]

    def close(self) -> None:
        """Drops what has not begun and waits for what has."""
        self._pool.shutdown(cancel_futures=True)

    def _read(self, wanted: Wanted, sources: PictureSources) -> Read:
        source, seen = wanted.source, wanted.seen
        is_kept = seen is not None and seen.sha256 in wanted.known
        marks = (seen.etag, seen.modified) if seen is not None and is_kept else NO_MARKS
        try:
            with self._clock.timed("fetch"):
                found = sources.read_if_changed(source, marks)
            if found.data is None and seen is not None:
                return Read(source, seen.sha256)
            return self._decoded(wanted, found.data or b"", (found.etag, found.modified))
        except (FetchError, PhotoError) as error:
            return Read(source, fault=str(error))

    def _decoded(self, wanted: Wanted, data: bytes, marks: tuple[str, str]) -> Read:
        source, sha256 = wanted.source, sha256_of(data)
        download = Download(source, sha256, *marks) if any(marks) else None
        if sha256 in wanted.known:
            return Read(source, sha256, download=download)
        with self._places, self._clock.timed("decode"):
            loaded = self._decoding.load(source, data)
        return Read(source, sha256, loaded, download=download)


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
