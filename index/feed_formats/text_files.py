"""Text feeds, plain or gzipped, as lines of bounded length."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from index.errors import FeedError
from index.feed_formats.encodings import UTF_8, detect_encoding

MAX_LINE_CHARACTERS = 1 << 22
"""Some four million: longer than any honest row, and small beside a model."""
READ_ERRORS = (OSError, EOFError, zlib.error)
"""What reading a damaged file or gzip raises."""

_CUT_LETTER = re.compile("[\udc80-\udcff]{1,3}$")


@dataclass(frozen=True)
class Line:
    """One line of a file."""

    number: int
    text: str
    """With its line end; undecodable bytes of a UTF-8 feed are lone surrogates."""
    problem: str = ""


def open_bytes(path: Path) -> BinaryIO:
    """Opens a feed for reading; ``.gz`` is unpacked on the way."""
    return cast(BinaryIO, gzip.open(path)) if path.suffix.casefold() == ".gz" else path.open("rb")


def open_text(path: Path, encoding: str) -> TextIO:
    """Opens a feed as text; line ends stay as they are."""
    errors = "surrogateescape" if encoding == UTF_8 else "replace"
    return io.TextIOWrapper(open_bytes(path), encoding=encoding, errors=errors, newline="")


def find_encoding(path: Path) -> str:
    """Gives the encoding of a feed; of a damaged gzip that of the part that can be read.

    Raises:
        FeedError: not even its start can be read.
    """
    try:
        with open_bytes(path) as file:
            file.read(1)
    except READ_ERRORS as error:
        raise FeedError(f"{path.name} cannot be read: {error}") from error
    try:
        with open_bytes(path) as file:
            return detect_encoding(file)
    except READ_ERRORS:
        return UTF_8  # reading it names the place


def read_lines(file: TextIO, limit: int = MAX_LINE_CHARACTERS) -> Iterator[Line]:
    """Gives the lines of a file; one that is too long or cannot be read has a problem instead.

    After a line that cannot be read there is none.
    """
    number = 0
    while True:
        number += 1
        try:
            text = file.readline(limit)
            if len(text) == limit and not text.endswith(("\n", "\r")):
                _skip_line(file, limit)
                yield Line(number, "", f"has more than {limit:,} characters")
                continue
        except READ_ERRORS as error:
            yield Line(number, "", f"the feed cannot be read from here on: {error}")
            return
        if not text:
            return
        if not text.endswith(("\n", "\r")):
            text = _CUT_LETTER.sub("\ufffd", text)  # a feed cut inside a letter
        yield Line(number, text)


def _skip_line(file: TextIO, limit: int) -> None:
    while (text := file.readline(limit)) and not text.endswith(("\n", "\r")):
        pass
