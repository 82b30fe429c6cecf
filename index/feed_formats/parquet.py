"""Parquet, a row group at a time."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow
import pyarrow.parquet

from index.errors import FeedError
from index.feed_formats.raw_row import RawRow

_BATCH_ROWS = 1024
_BUFFER_BYTES = 1 << 20
"""Pages are read as they are needed; without a buffer whole columns of a row group are."""
_ERRORS = (pyarrow.ArrowException, OSError)
_VALUE_ERRORS = (pyarrow.ArrowException, ValueError, OverflowError)
"""Of values that Python has no form for: a date past the year 9999, bytes that are no UTF-8."""


def read_parquet(path: Path) -> Iterator[RawRow]:
    """Gives the rows of a Parquet feed; a row group that is damaged is one problem.

    Raises:
        FeedError: the file has no readable footer, as where it is cut off.
    """
    try:
        file = pyarrow.parquet.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False)
    except _ERRORS as error:
        raise FeedError(f"{path.name} is no readable Parquet: {error}") from error
    with file:
        first = 1
        for group in range(file.num_row_groups):
            yield from _group_rows(file, group, first)
            first += file.metadata.row_group(group).num_rows


def count_parquet_rows(path: Path) -> int:
    """Gives the number of rows; 0 where the footer cannot be read."""
    try:
        return int(pyarrow.parquet.ParquetFile(path).metadata.num_rows)
    except _ERRORS:
        return 0  # reading it says what is wrong


def _group_rows(file: pyarrow.parquet.ParquetFile, group: int, first: int) -> Iterator[RawRow]:
    row = first
    try:
        for batch in file.iter_batches(batch_size=_BATCH_ROWS, row_groups=[group]):
            for raw in _batch_rows(batch, row):
                yield raw
                row += 1
    except _ERRORS as error:
        last = first + file.metadata.row_group(group).num_rows - 1
        yield RawRow(row, {}, f"rows {row} to {last} cannot be read: {str(error)[:200]}")


def _batch_rows(batch: pyarrow.RecordBatch, first: int) -> Iterator[RawRow]:
    try:
        rows = batch.to_pylist()
    except _VALUE_ERRORS:
        for position in range(batch.num_rows):
            yield _row(batch.slice(position, 1), first + position)
        return
    for number, values in enumerate(rows, start=first):
        yield RawRow(number, values)


def _row(batch: pyarrow.RecordBatch, number: int) -> RawRow:
    """The only row of a batch; one value that cannot be read is the row's problem."""
    values: dict[str, object] = {}
    problem = ""
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            [values[name]] = column.to_pylist()
        except _VALUE_ERRORS as error:
            problem = problem or f"{name}: cannot be read: {str(error)[:200]}"
    return RawRow(number, values, problem)
