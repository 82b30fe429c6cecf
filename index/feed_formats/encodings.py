"""Which encoding a text feed is in."""

import codecs
from collections import deque
from typing import BinaryIO

from charset_normalizer import from_bytes

_CHUNK_BYTES = 1 << 20
_CONTEXT_LINES, _CONTEXT_BYTES = 200, 1_000
"""One word alone fits too many encodings; plain lines beside it rule most of them out."""
UTF_8 = "utf-8-sig"
"""With or without a byte order mark."""


def detect_encoding(file: BinaryIO) -> str:
    """Gives the name of an encoding for Python; reads all of the file, a megabyte at a time.

    UTF-8 where the whole file is, and where more of its lines with letters beyond ASCII are than
    are not (rows that were pasted in from elsewhere are then faults of their own). Else what the
    lines that are no UTF-8 look like.
    """
    start = file.read(4)
    file.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if _is_utf_8(file):
        return UTF_8
    file.seek(0)
    utf_8_lines, other_lines, sample = _line_votes(file)
    return UTF_8 if utf_8_lines > other_lines else _guessed(sample)


def _is_utf_8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_ascii = True
    try:
        while chunk := file.read(_CHUNK_BYTES):
            is_ascii &= decoder.decode(chunk).isascii()
        decoder.decode(b"", final=is_ascii)  # a UTF-8 feed may be cut inside a letter
    except UnicodeDecodeError:
        return False
    return True


def _line_votes(file: BinaryIO) -> tuple[int, int, bytes]:
    """Numbers of non-ASCII lines in UTF-8 and not; a sample: the latter and what led to them."""
    good, bad, sample = 0, 0, bytearray()
    before: deque[bytes] = deque(maxlen=_CONTEXT_LINES)
    while line := file.readline(_CHUNK_BYTES):
        if line.isascii():
            before.append(line[-_CONTEXT_BYTES:])
            continue
        try:
            line.decode()
            good += 1
        except UnicodeDecodeError:
            sample += b"".join(before) if not bad else b""
            bad += 1
            sample += line if len(sample) < _CHUNK_BYTES else b""
    return good, bad, bytes(sample)


def _guessed(sample: bytes) -> str:
    matches = from_bytes(sample)
    best = matches.best()
    if best is None:
        return "latin-1"
    # Short texts fit cp1250 as well, which reads Spanish and Nordic letters wrongly.
    ties = [one.encoding for one in matches if one.chaos <= best.chaos]
    return "cp1252" if "cp1252" in ties else best.encoding
