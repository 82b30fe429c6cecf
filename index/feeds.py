"""Feeds as streams of raw rows: CSV, TSV, JSON Lines and Parquet."""

import codecs
import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
from charset_normalizer import from_bytes

from index.errors import FeedError, UnknownFeedError

_SAMPLE_BYTES = 1 << 20
"""So much of a text feed is looked at at once to find its encoding."""

csv.field_size_limit(1 << 24)  # the default of 128 KiB refuses long descriptions


@dataclass(frozen=True)
class RawRow:
    """One row as it stands in the feed."""

    line: int
    """Line in the file, counted from 1, the header included; the row number for Parquet."""
    values: Mapping[str, object]
    problem: str = ""
    """Why the row cannot be read at all; then ``values`` is empty."""


def read_feed(path: Path) -> Iterator[RawRow]:
    """Gives the rows of a feed one by one, in constant memory.

    Args:
        path: the file; its ending tells the format (.csv, .tsv, .jsonl, .ndjson, .parquet).

    Raises:
        FeedError: the file is missing, empty, or unreadable as a whole.
        UnknownFeedError: another ending.
    """
    readers: dict[str, Callable[[Path], Iterator[RawRow]]] = {
        ".csv": _read_csv,
        ".tsv": _read_csv,
        ".jsonl": _read_json_lines,
        ".ndjson": _read_json_lines,
        ".parquet": _read_parquet,
    }
    reader = readers.get(path.suffix.casefold())
    if reader is None:
        raise UnknownFeedError(f"{path.name}: allowed are {', '.join(readers)}")
    if not path.is_file():
        raise FeedError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise FeedError(f"{path.name} is empty (0 bytes)")
    return reader(path)


def count_rows(path: Path) -> int:
    """Gives about how many rows a feed has, for a progress bar; quoted line breaks count too."""
    if path.suffix.casefold() == ".parquet":
        try:
            return int(pyarrow.parquet.ParquetFile(path).metadata.num_rows)
        except (pyarrow.ArrowException, OSError):
            return 0  # reading it says what is wrong
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


def _encoding(path: Path) -> str:
    """UTF-8 where the whole file is; else what the part that is not looks like."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        sample = chunk = file.read(_SAMPLE_BYTES)
        if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        is_ascii = True
        try:
            while chunk:
                is_ascii &= decoder.decode(chunk).isascii()
                sample, chunk = chunk, file.read(_SAMPLE_BYTES)
            decoder.decode(b"", final=is_ascii)  # a UTF-8 feed may be cut inside a letter
        except UnicodeDecodeError:
            sample = chunk or sample
            whole_lines = sample[: sample.rfind(b"\n") + 1] or sample
            return _guessed(whole_lines if len(sample) == _SAMPLE_BYTES else sample)
    return "utf-8-sig"


def _guessed(sample: bytes) -> str:
    matches = from_bytes(sample)
    best = matches.best()
    if best is None:
        return "latin-1"
    # Short texts fit cp1250 as well, which reads Spanish and Nordic letters wrongly.
    ties = [one.encoding for one in matches if one.chaos <= best.chaos]
    return "cp1252" if "cp1252" in ties else best.encoding


def _read_csv(path: Path) -> Iterator[RawRow]:
    with path.open(encoding=_encoding(path), errors="replace", newline="") as file:
        head = file.read(1 << 16)
        if not head.strip():
            raise FeedError(f"{path.name} holds no rows")
        file.seek(0)
        tabs = path.suffix.casefold() == ".tsv" or "\t" in head.split("\n", 1)[0]
        reader = csv.reader(file, delimiter="\t" if tabs else _delimiter(head), strict=False)
        header = [name.strip() for name in next(reader)]
        if "id" not in {name.casefold().removeprefix("g:") for name in header}:
            raise FeedError(f"{path.name}: no column 'id' in its header: {', '.join(header)[:200]}")
        yield from _csv_rows(reader, header)


def _delimiter(head: str) -> str:
    first = head.split("\n", 1)[0]
    return ";" if first.count(";") > first.count(",") else ","


def _csv_rows(reader: Any, header: list[str]) -> Iterator[RawRow]:
    line = reader.line_num
    while True:
        start = line + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            line = reader.line_num
            yield RawRow(start, {}, f"no readable CSV: {error}")
            continue
        line = reader.line_num
        if not any(cells):
            continue
        if len(cells) > len(header):
            yield RawRow(start, {}, f"has {len(cells)} cells, the header {len(header)}")
        else:
            yield RawRow(start, dict(zip(header, cells, strict=False)))


def _read_json_lines(path: Path) -> Iterator[RawRow]:
    with path.open(encoding=_encoding(path), errors="replace") as file:
        for line, text in enumerate(file, start=1):
            if not text.strip():
                continue
            try:
                values = json.loads(text)
            except (ValueError, RecursionError) as error:
                yield RawRow(line, {}, f"no readable JSON: {error}")
                continue
            if isinstance(values, dict):
                yield RawRow(line, values)
            else:
                yield RawRow(line, {}, f"is a JSON {type(values).__name__}, not an object")


def _read_parquet(path: Path) -> Iterator[RawRow]:
    try:
        file = pyarrow.parquet.ParquetFile(path)
        line = 0
        for batch in file.iter_batches(batch_size=1024):
            for values in batch.to_pylist():
                line += 1
                yield RawRow(line, values)
    except (pyarrow.ArrowException, OSError) as error:
        raise FeedError(f"{path.name} is no readable Parquet: {error}") from error
