"""Whole feeds into a store: rows in batches, faults into a rejects file, counts at the end."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from index.errors import FeedError, RowError
from index.feed_rows import FeedRow, parse_row
from index.feeds import RawRow, read_feed
from index.store import Store, hold
from service.ingest import Ingest, Outcome
from service.picture_sources import PictureSources

BATCH_ROWS = 64
REJECTS_FILE = "rejects.jsonl"

Progress = Callable[[int], None]
"""Is told how many more rows are done."""


@dataclass
class Counts:
    """What an indexing run did; rows that joined another row's product are counted with it."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    rejected: int = 0
    warnings: int = 0
    """Rows that were taken though a picture of theirs was not, or that replaced another row."""
    reembedded: int = 0
    """Products of no feed that a change of embedder made anew from their kept pictures."""
    version: str = ""
    rejects_file: str = ""

    def count(self, outcome: Outcome) -> None:
        """Adds one outcome."""
        setattr(self, outcome.status, getattr(self, outcome.status) + 1)


@dataclass
class _Batch:
    """Rows that will be one transaction, and where each of their ids stood."""

    rows: list[FeedRow] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)


class FeedIndexing:
    """Indexes feeds; running it again after a stop goes on where it stopped."""

    def __init__(self, store: Store, ingest: Ingest) -> None:
        self._store = store
        self._ingest = ingest

    def run(
        self,
        feeds: list[Path],
        sources: Callable[[Path], PictureSources],
        *,
        fresh: bool = False,
        progress: Progress = lambda _rows: None,
    ) -> Counts:
        """Adds or updates every product of the feeds and saves a version of the index.

        Args:
            feeds: files; later ones win over earlier ones.
            sources: gives where the pictures of a feed are read from.
            fresh: embed even what has not changed.
            progress: called after every batch.

        Raises:
            FeedError: a feed cannot be read as a whole; nothing of it was written.
            StoreBusyError: another process indexes into this store.
            StoreUnwritableError: the disk is full or read-only; what was counted is written.
        """
        counts = Counts()
        opened = [(feed, _opened(feed)) for feed in feeds]
        with ExitStack() as stack:
            stack.enter_context(hold(self._store.writer_lock()))
            rejects = _Rejects(stack, self._store.folder / REJECTS_FILE)
            for feed, rows in opened:
                read = sources(feed).read
                for batch, done in self._batches(feed, rows, rejects, counts):
                    outcomes = self._ingest.commit(batch.rows, read, fresh=fresh)
                    for outcome in outcomes:
                        self._note(feed, batch, outcome, rejects, counts)
                    progress(done)
            counts.reembedded = self._ingest.embed_pending()
            counts.version = self._store.publish()
            counts.rejects_file = rejects.name
        return counts

    @staticmethod
    def _batches(
        feed: Path, rows: Iterator[RawRow], rejects: "_Rejects", counts: Counts
    ) -> Iterator[tuple[_Batch, int]]:
        """Gives checked rows in batches, and how many raw rows each took."""
        seen: dict[tuple[str, str], int] = {}
        batch, done = _Batch(), 0
        for raw in rows:
            done += 1
            try:
                row = _parsed(raw)
            except RowError as error:
                counts.rejected += 1
                rejects.write(feed, raw.line, str(raw.values.get("id", "")), str(error), "rejected")
            else:
                key = (row.product.id, row.product.offers[0].merchant)
                if key in seen:
                    counts.warnings += 1
                    reason = f"same id and merchant as line {seen[key]}; this row wins"
                    rejects.write(feed, raw.line, row.product.id, reason, "warning")
                seen[key] = raw.line
                if len(batch.rows) >= BATCH_ROWS and row.product.id != batch.rows[-1].product.id:
                    yield batch, done  # offers that follow one another stay together
                    batch, done = _Batch(), 0
                batch.rows.append(row)
                batch.lines[row.product.id] = raw.line
        if batch.rows or done:
            yield batch, done

    @staticmethod
    def _note(
        feed: Path, batch: _Batch, outcome: Outcome, rejects: "_Rejects", counts: Counts
    ) -> None:
        counts.count(outcome)
        kind = "rejected" if outcome.status == "rejected" else "warning"
        counts.warnings += len(outcome.problems) if kind == "warning" else 0
        for problem in outcome.problems:
            line = batch.lines.get(outcome.product_id, 0)
            rejects.write(feed, line, outcome.product_id, problem, kind)


class _Rejects:
    """The rejects file: made with the first fault, one JSON object a line."""

    def __init__(self, stack: ExitStack, path: Path) -> None:
        self._stack = stack
        self._path = path
        self._file: IO[str] | None = None
        path.unlink(missing_ok=True)

    @property
    def name(self) -> str:
        """The file's path; empty where nothing was rejected."""
        return str(self._path) if self._file else ""

    def write(self, feed: Path, line: int, product_id: str, reason: str, kind: str) -> None:
        if self._file is None:
            self._file = self._stack.enter_context(self._path.open("w", encoding="utf-8"))
        entry = {"feed": feed.name, "line": line, "id": product_id, "kind": kind, "reason": reason}
        self._file.write(json.dumps(entry) + "\n")


def _parsed(raw: RawRow) -> FeedRow:
    if raw.problem:
        raise RowError("row", raw.problem)
    return parse_row(raw.values)


def _opened(feed: Path) -> Iterator[RawRow]:
    """The feed's rows with the first already read, so that an unreadable feed shows at once."""
    rows = read_feed(feed)
    first = next(rows, None)
    if first is None:
        raise FeedError(f"{feed.name} holds a header but no rows")

    def chained() -> Iterator[RawRow]:
        yield first
        yield from rows

    return chained()
