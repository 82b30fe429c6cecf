"""Google Merchant XML, RSS 2.0 or Atom: each item is cut out and parsed by itself.

So a broken item costs itself alone, memory stays that of one item, and no document type, and with
it no entity, ever reaches the parser.
Source: https://support.google.com/merchants/answer/160589 (RSS 2.0) and /160593 (Atom 1.0).
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from index.errors import FeedError
from index.feed_formats.raw_row import RawRow
from index.feed_formats.text_files import READ_ERRORS, find_encoding, open_bytes, open_text

MAX_ITEM_CHARACTERS = 1 << 22
_CHUNK_CHARACTERS = 1 << 16
_LONGEST_TOKEN = 64
_GOOGLE = ("{http://base.google.com/ns/1.0}", "{http://base.google.com/cns/1.0}")
_ATOM = "{http://www.w3.org/2005/Atom}"
_BEGINS, _ENDS = "begin", "end"
_CLOSED_BY = {"comment": "comment_ends", "cdata": "cdata_ends"}
"""What is text and no markup until it is closed."""
_NAMES = {"comment": "a comment is", "cdata": "CDATA is"}
_BROKEN, _OPEN, _TEXT = "broken", "open", ""
_TOKEN = re.compile(
    r"(?P<comment><!--)|(?P<comment_ends>-->)|(?P<cdata><!\[CDATA\[)|(?P<cdata_ends>\]\]>)"
    r"|(?P<begin><(?:item|entry)(?=[\s>]))|(?P<end></(?:item|entry)\s{0,20}>)"
)
_NAMESPACE = re.compile(r"""\sxmlns(?::[\w.-]+)?\s*=\s*(?:"[^"<&]*"|'[^'<&]*')""")
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)["']""")
_NO_XML = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7"}
"""Codecs of Python that turn ASCII into something else."""
_FIRST_ONLY = {"product_type", "google_product_category"}
"""A product may have several of these; the first is the main one."""

Piece = tuple[str, str]
"""Text, and the kind of the token that it ends with."""


def read_xml(path: Path) -> Iterator[RawRow]:
    """Gives the items of an RSS or Atom feed, plain or ``.gz``; elements are columns.

    Google's own elements (``g:``) win over those of RSS and Atom; an element that comes again is a
    list, one with elements inside is their texts joined by colons.

    Raises:
        FeedError: it is no XML, holds no item, or names an encoding that there is not.
    """
    with open_text(path, _encoding(path)) as file:
        items = _Items(file)
        for line, text, problem in items.read():
            yield RawRow(line, {}, problem) if problem else _row(line, text, items.namespaces)
    if not items.count:
        raise FeedError(f"{path.name} holds no <item> and no <entry>")


def count_items(chunks: Iterator[bytes]) -> int:
    """Gives about how many items a feed has."""
    return sum(chunk.count(b"</item>") + chunk.count(b"</entry>") for chunk in chunks)


def _encoding(path: Path) -> str:
    found = find_encoding(path)
    with open_bytes(path) as file:
        declared = _DECLARED.match(file.read(200).lstrip(b"\xef\xbb\xbf \r\n\t"))
    if found == "utf-16" or declared is None:
        return found
    name = declared.group(1).decode()
    try:
        codec = codecs.lookup(name).name
        "".encode(name)  # base64 is a codec, and no encoding of text
    except (LookupError, UnicodeError) as error:
        raise FeedError(f"{path.name}: there is no encoding {name!r}") from error
    if codec in _NO_XML:
        raise FeedError(f"{path.name}: {name!r} is no encoding of XML")
    # .NET says UTF-16 of what it then writes as UTF-8; such a declaration cannot be read as ASCII
    is_false = codec.startswith(("utf-16", "utf-32", "utf-8"))
    return found if is_false else name


class _Items:
    """Cuts items out of a stream of text."""

    def __init__(self, file: TextIO) -> None:
        self.count = 0
        self.namespaces = ""
        """The declarations that stand before the first item."""
        self._file = file

    def read(self) -> Iterator[tuple[int, str, str]]:
        """Gives (line, text, problem) of each item."""
        item, start, line, hidden = "", 0, 1, 1
        for text, kind in self._markup():
            line += text.count("\n")
            item += text if item else ""
            if kind == _BEGINS:
                if item:
                    yield start, "", "the next item begins before this one ends"
                item, start = text[text.rindex("<") :], line
                self.count += 1
            elif kind == _ENDS and item:
                yield start, item, ""
                item = ""
            elif kind in _CLOSED_BY:
                hidden = line
            elif kind in {_BROKEN, _OPEN}:
                yield hidden if kind == _OPEN else line, "", text
            if len(item) > MAX_ITEM_CHARACTERS:
                yield start, "", f"has more than {MAX_ITEM_CHARACTERS:,} characters"
                item = ""
        if item:
            yield start, "", "the feed ends before this item does"

    def _markup(self) -> Iterator[Piece]:
        """Takes the kind off tokens in comments and CDATA, which are given up in the end."""
        inside, characters = "", 0
        for text, kind in self._pieces():
            if not inside:
                inside, characters = kind if kind in _CLOSED_BY else "", 0
                yield text, kind
                continue
            characters += len(text)
            yield text, kind if kind == _BROKEN else _TEXT
            if kind == _CLOSED_BY[inside]:
                inside = ""
            elif characters > MAX_ITEM_CHARACTERS:
                yield (
                    f"{_NAMES[inside]} not closed within {MAX_ITEM_CHARACTERS:,} characters",
                    _OPEN,
                )
                inside = ""
        if inside:
            yield f"{_NAMES[inside]} not closed; what follows is not read", _OPEN

    def _pieces(self) -> Iterator[Piece]:
        held = ""
        while chunk := self._chunk():
            if isinstance(chunk, Exception):
                yield f"the feed cannot be read from here on: {chunk}", _BROKEN
                return
            held += chunk
            done = 0
            for match in _TOKEN.finditer(held):
                self._note_namespaces(held[done : match.start()])
                yield held[done : match.end()], match.lastgroup or _TEXT
                done = match.end()
            cut = max(done, len(held) - _LONGEST_TOKEN)  # a token may go on in the next chunk
            self._note_namespaces(held[done:cut])
            yield held[done:cut], _TEXT
            held = held[cut:]
        yield held, _TEXT

    def _chunk(self) -> str | Exception:
        try:
            return self._file.read(_CHUNK_CHARACTERS)
        except READ_ERRORS as error:
            return error

    def _note_namespaces(self, text: str) -> None:
        if not self.count:
            self.namespaces += "".join(_NAMESPACE.findall(text))


def _row(line: int, text: str, namespaces: str) -> RawRow:
    if "xmlns:g=" not in namespaces:
        namespaces += f' xmlns:g="{_GOOGLE[0][1:-1]}"'
    try:
        [item] = fromstring(f"<feed{namespaces}>{text}</feed>", forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        return RawRow(line, {}, f"no well-formed XML: {error}")
    return RawRow(line, _values(item))


def _values(item: Element) -> dict[str, object]:
    plain: dict[str, list[str]] = {}
    google: dict[str, list[str]] = {}
    for child in item:
        is_google = child.tag.startswith(_GOOGLE)
        if text := _text(child):
            name = child.tag.rsplit("}", 1)[-1]
            (google if is_google else plain).setdefault(name, []).append(text)
    columns = {**plain, **google}
    return {
        name: texts[0] if len(texts) == 1 or name in _FIRST_ONLY else texts
        for name, texts in columns.items()
    }


def _text(element: Element) -> str:
    if element.tag in {"link", f"{_ATOM}link"} and "href" in element.attrib:
        return str(element.attrib["href"]) if element.get("rel", "alternate") == "alternate" else ""
    parts = [text.strip() for text in element.itertext() if text.strip()]
    return ":".join(parts) if len(element) else "".join(parts)
