"""Feeds as streams of raw rows, whatever their format."""

from collections.abc import Callable, Iterator
from pathlib import Path

from index.errors import FeedError, UnknownFeedError
from index.feed_formats.delimited import read_delimited
from index.feed_formats.json_lines import read_json_lines
from index.feed_formats.openai_feed import expanded
from index.feed_formats.parquet import count_parquet_rows, read_parquet
from index.feed_formats.picture_folder import count_pictures, read_picture_folder
from index.feed_formats.raw_row import RawRow
from index.feed_formats.text_files import READ_ERRORS, open_bytes
from index.feed_formats.xml_items import count_items, read_xml

__all__ = ["RawRow", "count_rows", "read_feed"]

_DELIMITED = (".csv", ".tsv", ".txt")
_JSON = (".jsonl", ".ndjson")
_XML = (".xml", ".rss", ".atom")
_PARQUET = (".parquet",)
_CHUNK_BYTES = 1 << 20


def read_feed(path: Path, currency: str = "") -> Iterator[RawRow]:
    """Gives the rows of a feed one by one, in constant memory.

    Args:
        path: a file, whose ending tells the format (.csv, .tsv, .txt, .jsonl, .ndjson, .xml, .rss,
            .atom, each also with .gz, and .parquet), or a folder of pictures.
        currency: ISO 4217, for prices of a Shopify export, which names none.

    Raises:
        FeedError: the file is missing, empty, or unreadable as a whole.
        UnknownFeedError: another ending.
    """
    if path.is_dir():
        return read_picture_folder(path)
    reader = _reader(path, currency)
    if not path.is_file():
        raise FeedError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise FeedError(f"{path.name} is empty (0 bytes)")
    return reader(path)


def count_rows(path: Path) -> int:
    """Gives about how many rows a feed has, for a progress bar; quoted line breaks count too."""
    if path.is_dir():
        return count_pictures(path)
    if _ending(path) in _PARQUET:
        return count_parquet_rows(path)
    with open_bytes(path) as file:
        chunks = iter(lambda: file.read(_CHUNK_BYTES), b"")
        try:
            if _ending(path) in _XML:
                return count_items(chunks)
            return sum(chunk.count(b"\n") for chunk in chunks)
        except READ_ERRORS:
            return 0  # reading it says what is wrong


def _reader(path: Path, currency: str) -> Callable[[Path], Iterator[RawRow]]:
    ending = _ending(path)
    if ending in _DELIMITED:
        return lambda feed: expanded(read_delimited(feed, currency))
    if ending in _JSON:
        return lambda feed: expanded(read_json_lines(feed))
    if ending in _XML:
        return read_xml
    if ending in _PARQUET and path.suffix.casefold() in _PARQUET:
        return lambda feed: expanded(read_parquet(feed))
    allowed = ", ".join((*_DELIMITED, *_JSON, *_XML))
    raise UnknownFeedError(
        f"{path.name}: allowed are {allowed}, each also with .gz, .parquet, or a folder of pictures"
    )


def _ending(path: Path) -> str:
    """The ending that tells the format, ``.gz`` taken off."""
    bare = path.with_suffix("") if path.suffix.casefold() == ".gz" else path
    return bare.suffix.casefold()
