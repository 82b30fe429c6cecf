"""Pictures of the next batches, read, decoded and embedded while others are being written."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from index.downloads import Download
from index.feed_rows import FeedRow
from index.store import Store
from index.types import PictureRecord, Vector
from service.errors import FetchError
from service.ingest import Draft, Ingest, ReadAhead
from service.picture_loading import LoadedPicture, sha256_of
from service.picture_sources import NO_MARKS, PictureSources, is_address
from service.product_text import product_text
from service.stage_clock import StageClock
from vision.errors import PhotoError

FETCH_THREADS = 16
"""They wait for hosts, most of the time; a host is asked four times at once."""
DECODE_THREADS = 2
"""More of them find no free core beside a model on a CPU."""


@dataclass(frozen=True)
class Read:
    """What became of one picture; one of the three last is there, or the hash is known."""

    source: str
    sha256: str = ""
    loaded: LoadedPicture | None = None
    fault: str = ""
    download: Download | None = None
    """What the host now knows it by."""


@dataclass(frozen=True)
class Started:
    """The pictures of one batch, on their way."""

    reads: "list[Future[Read]]"
    texts: list[str]
    """Of the products that are likely to be written."""


class Reader:
    """Starts the reading of batches; its threads end with ``close``."""

    def __init__(self, store: Store, ingest: Ingest, clock: StageClock) -> None:
        self._store = store
        self._ingest = ingest
        self._clock = clock
        self._pool = ThreadPoolExecutor(FETCH_THREADS, thread_name_prefix="pictures")
        self._decoding = threading.BoundedSemaphore(DECODE_THREADS)

    def start(self, rows: Sequence[FeedRow], sources: PictureSources, *, fresh: bool) -> Started:
        """Begins to read what the rows are likely to need; the catalogue may change meanwhile."""
        with self._clock.timed("read"):
            drafts, _ = self._ingest.drafts(rows)
            named = [source for draft in drafts for source in draft.sources]
            addresses = [one for one in named if is_address(one)]
            seen = {} if fresh else self._store.catalogue.downloads(addresses)
            known = {draft.product.id: self._known(draft, fresh=fresh) for draft in drafts}
        reads = [
            self._pool.submit(
                self._read, source, sources, seen.get(source), known[draft.product.id]
            )
            for draft in drafts
            for source in draft.sources
        ]
        texts = [product_text(one.product) for one in drafts if one.is_new or fresh]
        return Started(reads, texts)

    def finish(self, started: Started) -> tuple[ReadAhead, list[Download]]:
        """Waits for the pictures of a batch and embeds them; faults are in what comes out."""
        reads = [one.result() for one in started.reads]
        loaded = {one.source: one.loaded for one in reads if one.loaded is not None}
        with self._clock.timed("embed"):
            records = self._embedded(list(loaded.values()))
            texts = self._texts(started.texts)
        ahead = ReadAhead(
            hashes={one.source: one.sha256 for one in reads if one.sha256},
            records={one.source: one for one in records},
            faults={one.source: one.fault for one in reads if one.fault},
            texts=texts,
        )
        return ahead, [one.download for one in reads if one.download is not None]

    def close(self) -> None:
        """Drops what has not begun and waits for what has."""
        self._pool.shutdown(cancel_futures=True)

    def _known(self, draft: Draft, *, fresh: bool) -> frozenset[str]:
        return frozenset() if fresh else frozenset(self._ingest.known(draft))

    def _read(
        self, source: str, sources: PictureSources, seen: Download | None, known: frozenset[str]
    ) -> Read:
        is_kept = seen is not None and seen.sha256 in known
        marks = (seen.etag, seen.modified) if seen is not None and is_kept else NO_MARKS
        try:
            with self._clock.timed("fetch"):
                found = sources.read_if_changed(source, marks)
            if found.data is None and seen is not None:
                return Read(source, seen.sha256)
            return self._decoded(source, found.data or b"", (found.etag, found.modified), known)
        except (FetchError, PhotoError) as error:
            return Read(source, fault=str(error))

    def _decoded(
        self, source: str, data: bytes, marks: tuple[str, str], known: frozenset[str]
    ) -> Read:
        sha256 = sha256_of(data)
        download = Download(source, sha256, *marks) if any(marks) else None
        if sha256 in known:
            return Read(source, sha256, download=download)
        with self._decoding, self._clock.timed("decode"):
            loaded = self._ingest.loader.load(source, data)
        return Read(source, sha256, loaded, download=download)

    def _embedded(self, loaded: list[LoadedPicture]) -> list[PictureRecord]:
        return self._ingest.loader.embed(loaded) if loaded else []

    def _texts(self, texts: Sequence[str]) -> dict[str, Vector]:
        wanted = list(dict.fromkeys(texts))
        if not wanted:
            return {}
        return dict(zip(wanted, self._ingest.loader.embed_texts(wanted), strict=True))
