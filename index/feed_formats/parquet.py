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
            for values in batch.to_pylist():
                yield RawRow(row, values)
                row += 1
    except (*_ERRORS, ValueError) as error:  # ValueError: bytes that are no UTF-8
        last = first + file.metadata.row_group(group).num_rows - 1
        yield RawRow(row, {}, f"rows {row} to {last} cannot be read: {str(error)[:200]}")
