"""CSV and TSV: rows with quoted line breaks; a broken quote costs its own row and no other."""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from index.errors import FeedError
from index.feed_formats.raw_row import RawRow, folded_name
from index.feed_formats.shopify import is_shopify, shopify_rows
from index.feed_formats.text_files import Line, find_encoding, open_text, read_lines

MAX_RECORD_LINES = 500
"""So many lines a quoted field may run over."""
MAX_RECORD_CHARACTERS = 1 << 22

csv.field_size_limit(1 << 24)  # the default of 128 KiB refuses long descriptions

_ID_COLUMNS = {"id", "item_id"}
_SEPARATOR_LINE = re.compile(r'"?sep=(?P<delimiter>[;,\t|])"?\s*', re.IGNORECASE)
"""What Excel writes or is given as a first line."""


def read_delimited(path: Path, currency: str) -> Iterator[RawRow]:
    """Gives the rows of a CSV or TSV feed; a Shopify export's with its variants put together.

    Args:
        path: the file, plain or ``.gz``.
        currency: of Shopify's prices, which name none; empty: they are left out.

    Raises:
        FeedError: no rows, or a header without ``id``.
    """
    with open_text(path, find_encoding(path)) as file:
        lines = _RecordLines(read_lines(file))
        first = lines.peek()
        named = _SEPARATOR_LINE.fullmatch(first.text) if first else None
        if named:
            lines.drop_line()
            first = lines.peek()
        if first is None:
            raise FeedError(f"{path.name} holds no rows")
        is_tsv = ".tsv" in path.name.casefold()
        delimiter = named["delimiter"] if named else _delimiter(first.text, is_tsv=is_tsv)
        header = _header(path, lines, delimiter)
        rows = _rows(lines, header, delimiter)
        yield from shopify_rows(rows, currency) if is_shopify(header) else rows


class _RecordError(Exception):
    """The lines of a record cannot belong together."""


class _RecordLines:
    """Hands lines to ``csv.reader`` and can take those of a failed record back."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._again: deque[Line] = deque()
        self.taken: list[Line] = []
        self._characters = 0

    def __iter__(self) -> "_RecordLines":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MAX_RECORD_LINES:
            raise _RecordError(f"a quote is not closed within {MAX_RECORD_LINES} lines")
        if self._characters > MAX_RECORD_CHARACTERS:
            raise _RecordError(f"a quote is not closed within {MAX_RECORD_CHARACTERS:,} characters")
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        self._characters += len(line.text)
        if line.problem:
            raise _RecordError(line.problem)
        return line.text

    def peek(self) -> Line | None:
        """The first line that is not blank; those before it are dropped."""
        for line in self._lines:
            if line.problem or line.text.strip():
                self._again.append(line)
                return line
        return None

    def drop_line(self) -> None:
        """Takes away the line that ``peek`` gave."""
        self._again.popleft()

    def start_record(self) -> None:
        self.taken, self._characters = [], 0

    def take_back(self, kept: int) -> None:
        """Puts all but the first ``kept`` lines of the record back to be read again."""
        self._again.extendleft(reversed(self.taken[kept:]))


def _delimiter(first: str, *, is_tsv: bool) -> str:
    if is_tsv or "\t" in first:
        return "\t"
    return ";" if first.count(";") > first.count(",") else ","


def _header(path: Path, lines: _RecordLines, delimiter: str) -> list[str]:
    try:
        header = [name.strip() for name in next(csv.reader(lines, delimiter=delimiter))]
    except (csv.Error, _RecordError) as error:
        raise FeedError(f"{path.name}: its header cannot be read: {error}") from error
    names = set(map(folded_name, header))
    if not names & _ID_COLUMNS and not is_shopify(header):
        raise FeedError(f"{path.name}: no column 'id' in its header: {', '.join(header)[:200]}")
    return header


def _rows(lines: _RecordLines, header: list[str], delimiter: str) -> Iterator[RawRow]:
    values_of = _values_of(header)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.start_record()
        problem = ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _RecordError) as error:
            cells, problem = [], _reason(error)
        start, run = lines.taken[0].number, len(lines.taken)
        if not problem and run > 1 and len(cells) != len(header):
            problem = _shape(cells, header)
        if problem:
            lines.take_back(1)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)  # out of the open quote
            lenient = _lenient(lines.taken[0], delimiter, len(header))
            yield RawRow(start, values_of(lenient)) if lenient else RawRow(start, {}, problem)
        elif len(cells) > len(header):
            yield RawRow(start, {}, _shape(cells, header))
        elif any(cells):
            yield _row(start, header, cells, values_of(cells))


def _row(start: int, header: list[str], cells: list[str], values: dict[str, object]) -> RawRow:
    """A row; of one that is cut off nobody knows whether the thing can be had."""
    missing = header[len(cells) :]
    if not missing:
        return RawRow(start, values)
    unknown = {name: "unknown" for name in missing if folded_name(name) == "availability"}
    warning = f"{_shape(cells, header)}: {', '.join(missing)[:200]} cut off"
    return RawRow(start, {**values, **unknown}, warning=warning)


def _shape(cells: Sequence[str], header: Sequence[str]) -> str:
    return f"has {len(cells)} cells, the header {len(header)}"


def _reason(error: Exception) -> str:
    if isinstance(error, _RecordError):
        return str(error)
    if "unexpected end of data" in str(error):
        return "a quote is not closed"
    return f"no readable CSV: {error}"


def _lenient(line: Line, delimiter: str, width: int) -> list[str]:
    """The cells of a line whose inner quotes are not doubled; empty where it is no whole row.

    A quote ends a cell only in front of a delimiter or the end of the line.
    """
    text = "" if line.problem else line.text.rstrip("\r\n")
    cell = re.compile(rf'(?:"(?P<quoted>.*?)"|(?P<plain>(?!")[^{delimiter}]*))({delimiter}|$)')
    cells: list[str] = []
    at, is_open = 0, bool(text)
    while is_open and (match := cell.match(text, at)):
        quoted = match["quoted"]
        cells.append(match["plain"] if quoted is None else quoted.replace('""', '"'))
        at, is_open = match.end(), match.group(3) != ""
    return cells if not is_open and len(cells) == width else []


def _values_of(header: list[str]) -> Callable[[list[str]], dict[str, object]]:
    """How cells become values: columns that share a name are a list."""
    if len(set(header)) == len(header):
        return lambda cells: dict(zip(header, cells, strict=False))

    def joined(cells: list[str]) -> dict[str, object]:
        lists: dict[str, list[str]] = {}
        for name, cell in zip(header, cells, strict=False):
            lists.setdefault(name, []).extend([cell] if cell.strip() else [])
        return {name: cells[0] if len(cells) == 1 else cells for name, cells in lists.items()}

    return joined
