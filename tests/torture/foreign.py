"""What is no picture that is read here, and good pictures under strange names."""

import gzip
import random
import struct
from collections.abc import Iterator

from tests.torture.case import NOT_READ, OK, REFUSED, Case, many, saved, scene
from tests.torture.pictures import MARKER

_WRITERS = (
    "ICO",
    "PPM",
    "TGA",
    "PCX",
    "DDS",
    "JPEG2000",
    "EPS",
    "PDF",
    "ICNS",
    "SGI",
    "DIB",
    "SPIDER",
    "BLP",
)
_MODES = {"BLP": "P", "SPIDER": "F"}
_NAMES = {
    "nul": b"a\0b.jpg",
    "of-255-bytes": b"a" * 251 + b".jpg",
    "traversal": b"../../../../etc/passwd",
    "absolute": b"/etc/passwd",
    "windows": b"C:\\Windows\\system32\\calc.exe",
    "unicode": "фото 📷 照片.jpg".encode(),
    "not-utf-8": b"\xff\xfe\xfd.jpg",
    "percent": b"%00%0d%0a.jpg",
    "quote": b"a%22b.jpg",
    "shell": b"$(reboot);`id`.jpg",
    "html": b"<img src=x onerror=alert(1)>.jpg",
    "spaces": b"   ",
    "dots": b"...",
    "format": b"%s%n%x{0}.jpg",
    "escape": b"\x1b[31mred\x1b[0m.jpg",
    "private": MARKER.encode() + b".jpg",
    "wrong-extension": b"photo.exe",
}
_TYPES = (b"text/html", b"application/x-php", b"image/svg+xml", b"", b"nonsense", b"image/png; a=b")


def cases() -> list[Case]:
    """All of them."""
    good = saved(scene(), "JPEG")
    named = [Case(f"name/{name}", good, OK, file_name=one) for name, one in _NAMES.items()]
    typed = [
        Case(f"type/{number}", good, OK, content_type=one) for number, one in enumerate(_TYPES)
    ]
    return [
        *many("foreign", list(_written()), NOT_READ),
        *many("foreign", list(_by_hand()), NOT_READ),
        *many("prefixed", list(_prefixed()), REFUSED),
        *named,
        *typed,
        Case("name/of-5000-bytes", good, frozenset({400}), file_name=b"a" * 5_000),
        Case("foreign/private-text", MARKER.encode() * 10, NOT_READ),
    ]


def _written() -> Iterator[tuple[str, bytes]]:
    for form in _WRITERS:
        yield form, saved(scene(48, 48).convert(_MODES.get(form, "RGB")), form)


def _by_hand() -> Iterator[tuple[str, bytes]]:
    noise = random.Random(5)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)" width="9" height="9"/>'
    entity = b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    yield "svg", svg
    yield "svg-entity", entity + svg
    yield "svgz", gzip.compress(svg)
    yield "html", b"<!DOCTYPE html><script>alert(1)</script>"
    yield "empty", b""
    yield "one-byte", b"\xff"
    yield "newline", b"\n"
    yield "nul", b"\0"
    yield "zeros", bytes(1_000_000)
    yield "noise", noise.randbytes(1_000_000)
    yield "text", b"this is my photo " * 1_000
    yield "json", b'{"photo": "yes"}'
    yield "zip", b"PK\x05\x06" + bytes(18)
    yield "gzip", gzip.compress(bytes(1_000_000))
    yield "elf", b"\x7fELF" + bytes(60)
    yield "exe", b"MZ" + bytes(100)
    yield "psd", b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 32, 48, 8, 3) + bytes(12)
    yield "mp4", b"\0\0\0\x18ftypmp42" + bytes(12)
    yield "mp3", b"ID3\x03" + bytes(100)
    yield "wave", b"RIFF\x24\0\0\0WAVEfmt " + bytes(20)
    yield "avi", b"RIFF\x24\0\0\0AVI LIST" + bytes(20)
    yield "xcf", b"gimp xcf v011\0" + bytes(20)
    yield "qoi", b"qoif" + struct.pack(">II", 1, 1) + b"\3\0" + bytes(12)
    yield "fits", b"SIMPLE  =                    T".ljust(80) + b"END".ljust(80)
    yield "wmf", b"\xd7\xcd\xc6\x9a" + bytes(40)
    yield "ps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage"
    yield "pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
    yield "sqlite", b"SQLite format 3\0" + bytes(100)
    yield "pickle", b"\x80\x04cos\nsystem\n(S'id'\ntR."


def _prefixed() -> Iterator[tuple[str, bytes]]:
    """A picture behind something else is not a picture."""
    good = saved(scene(), "JPEG")
    for name, head in (("pdf", b"%PDF-1.4\n"), ("newline", b"\n"), ("bom", b"\xef\xbb\xbf")):
        yield name, head + good
    yield "base64", b"data:image/jpeg;base64,/9j/4AAQSkZJRg=="
    yield "png-then-html", b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>"
    yield "gif-then-script", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)"
    yield "jpeg-marker-alone", b"\xff\xd8\xff"
    yield "bmp-then-html", b"BM<html>" + bytes(40)
    yield "webp-header-alone", b"RIFF\xff\xff\xff\xffWEBPVP8 "
    yield "heic-header-alone", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
