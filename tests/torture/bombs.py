"""Small files that cost much, and files over each limit; all written by hand."""

import gzip
import struct
import zlib

from PIL import Image

from tests.torture.case import BROKEN, NOT_READ, OK, REFUSED, TOO_LARGE, Case, saved, scene
from tests.torture.pictures import chunk, padded_jpeg, png_with

MAX_BYTES = 20_000_000
SCANS = 3_000


def cases() -> list[Case]:
    """All of them."""
    return [*_pixels(), *_ratios(), *_texts(), *_times(), *_bytes()]


def webp_of_one_colour(width: int, height: int) -> bytes:
    """28 bytes that are a whole lossless WebP: each of its five codes has one symbol of no bits."""
    size = (width - 1) | (height - 1) << 14
    # no transform, no colour cache, no meta codes; five times: simple, one symbol, 1 bit, zero
    bits = sum(1 << (3 + 4 * code) for code in range(5))
    body = b"\x2f" + struct.pack("<I", size) + bits.to_bytes(3, "little")
    vp8l = b"VP8L" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(vp8l)) + b"WEBP" + vp8l


def png_of(width: int, height: int, pixels: bytes = b"", depth: int = 8, kind: int = 0) -> bytes:
    """A PNG that claims a size; its pixel data is what is given."""
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(pixels, 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + data + chunk(b"IEND", b"")


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG whose header claims a size."""
    good = bytearray(saved(scene(), "JPEG"))
    at = good.index(b"\xff\xc0") + 5
    good[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(good)


def gif_of(width: int, height: int) -> bytes:
    """A GIF whose screen and frame claim a size."""
    good = bytearray(saved(scene(), "GIF"))
    good[6:10] = struct.pack("<HH", width, height)
    at = good.index(b"\x2c", 13)
    good[at + 5 : at + 9] = struct.pack("<HH", width, height)
    return bytes(good)


def bmp_of(width: int, height: int) -> bytes:
    """A BMP whose header claims a size."""
    good = bytearray(saved(scene(), "BMP"))
    good[18:26] = struct.pack("<ii", width, height)
    return bytes(good)


def _pixels() -> list[Case]:
    sizes = [(16_383, 5_400), (16_383, 16_383), (10_000, 5_001), (7_072, 7_072)]
    found = [Case(f"pixels/webp-{w}x{h}", webp_of_one_colour(w, h), TOO_LARGE) for w, h in sizes]
    for w, h in ((65_500, 65_500), (50_001, 1_000), (8_000, 8_000), (7_072, 7_072)):
        found.append(Case(f"pixels/jpeg-{w}x{h}", jpeg_of(w, h), TOO_LARGE))
        found.append(Case(f"pixels/png-{w}x{h}", png_of(w, h), TOO_LARGE))
        found.append(Case(f"pixels/gif-{w}x{h}", gif_of(w, h), TOO_LARGE))
        found.append(Case(f"pixels/bmp-{w}x{h}", bmp_of(w, h), TOO_LARGE))
    found.append(Case("pixels/png-2^31", png_of(2**31 - 1, 2**31 - 1), REFUSED))
    found.append(Case("pixels/png-2^32", png_of(2**32 - 1, 2**32 - 1), REFUSED))
    below = webp_of_one_colour(10_000, 5_000)
    found.append(Case("pixels/webp-exactly-50MP", below, OK, size=(10_000, 5_000), is_heavy=True))
    rows = bytes(7_001) * 7_000
    found.append(Case("pixels/png-49MP", png_of(7_000, 7_000, rows), OK, is_heavy=True))
    for w, h in ((0, 5), (5, 0), (0, 0)):
        found.append(Case(f"zero/png-{w}x{h}", png_of(w, h), REFUSED))
        found.append(Case(f"zero/jpeg-{w}x{h}", jpeg_of(w, h), REFUSED))
        found.append(Case(f"zero/gif-{w}x{h}", gif_of(w, h), REFUSED))
        found.append(Case(f"zero/bmp-{w}x{h}", bmp_of(w, h), REFUSED))
    return found


def _ratios() -> list[Case]:
    found = []
    for width, height in ((1, 65_500), (65_500, 1), (1, 201), (201, 1), (3, 601), (10, 2_001)):
        for form in ("JPEG", "PNG"):
            data = saved(Image.new("RGB", (width, height), "teal"), form)
            found.append(Case(f"ratio/{form}-{width}x{height}", data, TOO_LARGE))
    return found


def _texts() -> list[Case]:
    bomb = zlib.compress(bytes(80_000_000), 9)
    found = [
        Case("text/zTXt-80MB", png_with(chunk(b"zTXt", b"k\0\0" + bomb)), REFUSED | OK),
        Case("text/iTXt-80MB", png_with(chunk(b"iTXt", b"k\0\1\0\0\0" + bomb)), REFUSED | OK),
        Case("text/iCCP-80MB", png_with(chunk(b"iCCP", b"k\0\0" + bomb)), REFUSED | OK),
    ]
    small = chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(1_000_000), 9))
    found.append(Case("text/100-zTXt-of-1MB", png_with(*[small] * 100), REFUSED))
    found.append(Case("text/fits-gzip", b"SIMPLE  =" + gzip.compress(bytes(10_000_000)), NOT_READ))
    more = png_of(40, 40, bytes(50_000_000))
    found.append(Case("text/IDAT-longer-than-the-picture", more, REFUSED | OK))
    return found


def many_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    good = saved(Image.new("L", (side, side), 90), "JPEG", progressive=True)
    start, end = good.rindex(b"\xff\xda"), good.rindex(b"\xff\xd9")
    return good[:end] + good[start:end] * scans + good[end:]


def _times() -> list[Case]:
    return [
        Case("time/progressive-scans", many_scans(6_000, SCANS), BROKEN, is_heavy=True),
        Case("time/some-scans", many_scans(200, 100), OK),
    ]


def _bytes() -> list[Case]:
    return [
        Case("bytes/exactly-20MB", padded_jpeg(MAX_BYTES), OK, is_heavy=True),
        Case("bytes/one-more", padded_jpeg(MAX_BYTES + 1), TOO_LARGE, is_heavy=True),
        Case("bytes/22MB", padded_jpeg(22_000_000), TOO_LARGE, is_heavy=True),
    ]
