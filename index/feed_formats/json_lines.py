"""JSON Lines: one object a line."""

import json
from collections.abc import Iterator
from pathlib import Path

from index.feed_formats.raw_row import RawRow
from index.feed_formats.text_files import Line, find_encoding, open_text, read_lines


def read_json_lines(path: Path) -> Iterator[RawRow]:
    """Gives the rows of a JSON Lines feed, plain or ``.gz``; blank lines count as none.

    Raises:
        FeedError: the file cannot be read at all.
    """
    with open_text(path, find_encoding(path)) as file:
        for line in read_lines(file):
            if line.problem or line.text.strip():
                yield _row(line)


def _row(line: Line) -> RawRow:
    if line.problem:
        return RawRow(line.number, {}, line.problem)
    try:
        values = json.loads(line.text, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        return RawRow(line.number, {}, f"no readable JSON: {error}")
    if not isinstance(values, dict):
        return RawRow(line.number, {}, f"is a JSON {type(values).__name__}, not an object")
    return RawRow(line.number, values)


def _refused(name: str) -> object:
    """Python reads NaN and Infinity, which RFC 8259 does not have."""
    raise ValueError(f"{name} is no JSON number")
