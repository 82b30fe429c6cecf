"""A feed's rows, checked and in batches, each with what was wrong in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import FeedError, RowError
from index.feed_rows import FeedRow, parse_row, row_id
from index.feeds import RawRow, read_feed
from service.rejects import Reject
from service.seen_rows import SeenRows

BATCH_ROWS = 64


@dataclass
class Batch:
    """Rows that will be one transaction."""

    feed: str
    rows: list[FeedRow] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    """Where each id stood."""
    faults: list[Reject] = field(default_factory=list)
    raw_rows: int = 0
    """Rows of the feed that went into it, the faulty ones too."""
    unreadable: int = 0
    """Rows of which not even the id is known."""


def open_feed(feed: Path, currency: str) -> Iterator[RawRow]:
    """Gives the feed's rows with the first already read, so that an unreadable feed shows at once.

    Raises:
        FeedError: the feed cannot be read as a whole, or has no rows.
    """
    rows = read_feed(feed, currency)
    first = next(rows, None)
    if first is None:
        raise FeedError(f"{feed.name} holds a header but no rows")

    def chained() -> Iterator[RawRow]:
        yield first
        yield from rows

    return chained()


def batches(feed: Path, rows: Iterator[RawRow], seen: SeenRows, currency: str) -> Iterator[Batch]:
    """Gives the rows in batches of about 64; offers that follow one another stay together."""
    batch = Batch(feed.name)
    for raw in rows:
        row = _checked(raw, batch, seen, currency)
        is_next = row is not None and (
            not batch.rows or row.product.id != batch.rows[-1].product.id
        )
        if (is_next and len(batch.rows) >= BATCH_ROWS) or len(batch.faults) >= 10 * BATCH_ROWS:
            yield batch
            batch = Batch(feed.name)
        batch.raw_rows += 1
        if row is not None:
            batch.rows.append(row)
            batch.lines[row.product.id] = raw.line
    if batch.raw_rows:
        yield batch


def _checked(raw: RawRow, batch: Batch, seen: SeenRows, currency: str) -> FeedRow | None:
    """The row, or None; notes in the batch what was wrong."""
    named = row_id(raw.values)
    shown = named.encode(errors="backslashreplace").decode()  # half a surrogate pair is no UTF-8

    def note(kind: str, reason: str) -> None:
        batch.faults.append(Reject(batch.feed, raw.line, shown, kind, reason))

    def reject(reason: str) -> None:
        note("rejected", reason)
        if named and shown == named:
            seen.note_id(named)
        else:
            batch.unreadable += 1

    if raw.warning:
        note("warning", raw.warning)
    if raw.problem:
        reject(f"row: {raw.problem}")
        return None
    if raw.warning and not raw.values:
        return None
    try:
        row = parse_row(raw.values, currency)
    except RowError as error:
        reject(str(error))
        return None
    before = seen.note(row.product.id, row.product.offers[0].merchant, raw.line)
    if before:
        note("warning", f"same id and merchant as line {before}; this row wins")
    return row
