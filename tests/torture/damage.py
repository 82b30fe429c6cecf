"""Good files cut, flipped, mixed, and TIFF directories that lie."""

import random
import struct
from collections.abc import Iterator

from tests.torture.case import ANY, OK, REFUSED, Case, many, saved, scene

FORMS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")


def cases() -> list[Case]:
    """All of them."""
    return [
        *many("cut", list(_cut((0.02, 0.1, 0.3, 0.5))), REFUSED),
        *many("cut", list(_cut((0.9, 0.999))), ANY),
        *many("flip", list(_flipped(12)), ANY),
        *many("tag", list(_tags()), ANY),
        *many("directory", list(_directories()), ANY),
        *many("spliced", list(_spliced()), ANY),
        *many("polyglot", list(_polyglots()), OK),
    ]


def _good() -> Iterator[tuple[str, bytes]]:
    for form in FORMS:
        yield form, saved(scene(96, 64), form)


def _cut(shares: tuple[float, ...]) -> Iterator[tuple[str, bytes]]:
    for form, data in _good():
        for share in shares:
            yield f"{form}-{share}", data[: int(len(data) * share)]


def _flipped(seeds: int) -> Iterator[tuple[str, bytes]]:
    for form, data in _good():
        for seed in range(seeds):
            chance, broken = random.Random(seed), bytearray(data)
            for _ in range(1 + seed):
                # half of the flips are in the first 200 bytes, where headers are
                end = len(broken) if chance.random() < 0.5 else min(200, len(broken))
                broken[chance.randrange(end)] ^= 1 << chance.randrange(8)
            yield f"{form}-{seed}", bytes(broken)


def _tags() -> Iterator[tuple[str, bytes]]:
    """Each entry of a TIFF's directory with a value or a count that cannot be."""
    good = saved(scene(), "TIFF")
    at = struct.unpack_from("<I", good, 4)[0]
    count = struct.unpack_from("<H", good, at)[0]
    for number in range(count):
        entry = at + 2 + 12 * number
        tag = struct.unpack_from("<H", good, entry)[0]
        for name, place, value in (
            ("zero", 8, 0),
            ("most", 8, 2**32 - 1),
            ("many", 4, 2**31),
            ("none", 4, 0),
        ):
            broken = bytearray(good)
            struct.pack_into("<I", broken, entry + place, value)
            yield f"{tag}-{name}", bytes(broken)


def _directories() -> Iterator[tuple[str, bytes]]:
    good = saved(scene(), "TIFF")
    at = struct.unpack_from("<I", good, 4)[0]
    count = struct.unpack_from("<H", good, at)[0]
    following = at + 2 + 12 * count
    for name, place, form, value in (
        ("loop", following, "<I", at),
        ("next-outside", following, "<I", 2**31),
        ("first-outside", 4, "<I", 2**31),
        ("first-is-header", 4, "<I", 0),
        ("no-entries", at, "<H", 0),
        ("all-entries", at, "<H", 65_535),
    ):
        broken = bytearray(good)
        struct.pack_into(form, broken, place, value)
        yield name, bytes(broken)


def _spliced() -> Iterator[tuple[str, bytes]]:
    """The head of one format on the body of another."""
    files = dict(_good())
    for form in FORMS:
        for other in ("JPEG", "PNG", "WEBP"):
            if form != other:
                yield f"{form}-{other}", files[form][:24] + files[other][24:]


def _polyglots() -> Iterator[tuple[str, bytes]]:
    tails = {
        "html": b"<html><script>alert(document.domain)</script></html>",
        "zip": b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + bytes(18),
        "php": b"<?php system($_GET['c']); ?>",
        "pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>",
    }
    for form in ("JPEG", "PNG", "GIF", "BMP"):
        data = saved(scene(), form)
        for name, tail in tails.items():
            yield f"{form}-{name}", data + tail
