"""Embedded colour profiles are honoured; damaged ones do not cost the picture."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.fakes import encoded
from vision.decode import decode

Triple = tuple[float, float, float]
SRGB_PRIMARIES: tuple[Triple, Triple, Triple] = (
    (0.4360, 0.2225, 0.0139),
    (0.3851, 0.7169, 0.0971),
    (0.1431, 0.0606, 0.7139),
)
"""XYZ of red, green and blue at D50. Source: the sRGB profile of the ICC (sRGB2014.icc)."""


def matrix_profile(primaries: tuple[Triple, Triple, Triple], gamma: float = 2.2) -> bytes:
    """A display profile of ICC version 2: three primaries and one gamma."""

    def xyz(values: Triple) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in values)

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    name = b"test\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + b"\0" * 78
    tags = {
        b"desc": description,
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": xyz((0.9642, 1.0, 0.8249)),
        b"rXYZ": xyz(primaries[0]),
        b"gXYZ": xyz(primaries[1]),
        b"bXYZ": xyz(primaries[2]),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    body, table, start = b"", struct.pack(">I", len(tags)), 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        padded = value + b"\0" * (-len(value) % 4)
        table += name + struct.pack(">II", start + len(body), len(value))
        body += padded
    size = 128 + len(table) + len(body)
    header = struct.pack(">I4sI", size, b"\0\0\0\0", 0x02100000) + b"mntrRGB XYZ "
    header += b"\0" * 12 + b"acsp" + b"\0" * 28 + xyz((0.9642, 1.0, 0.8249))[8:]
    return header.ljust(128, b"\0") + table + body


RED, GREEN, BLUE = SRGB_PRIMARIES
SWAPPED = matrix_profile((GREEN, RED, BLUE))
"""Red and green change places: whoever ignores the profile sees the wrong colour."""
PATCH = (200, 40, 90)
SWAPPED_PATCH = (40, 200, 90)


def patch(mode: str = "RGB") -> Image.Image:
    return Image.new("RGB", (16, 16), PATCH).convert(mode)


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("JPEG", {"quality": 98, "subsampling": 0}),
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {}),
        ("AVIF", {"quality": 95}),
        ("HEIF", {"quality": 98}),
    ],
)
def test_colours_are_those_of_the_profile(form: str, options: dict[str, object]) -> None:
    got = decode(encoded(patch(), form, icc_profile=SWAPPED, **options)).image
    assert np.abs(np.subtract(got.getpixel((8, 8)), SWAPPED_PATCH)).max() <= 6


@pytest.mark.parametrize("mode", ["RGBA", "P"])
def test_the_profile_counts_for_palettes_and_transparency_too(mode: str) -> None:
    image = patch().quantize(4) if mode == "P" else patch(mode)
    got = decode(encoded(image, "PNG", icc_profile=SWAPPED)).image
    assert np.abs(np.subtract(got.getpixel((8, 8)), SWAPPED_PATCH)).max() <= 6


def test_white_stays_white_through_a_profile() -> None:
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    got = decode(encoded(clear, "PNG", icc_profile=SWAPPED)).image
    assert min(got.getpixel((4, 4))) >= 253


def test_an_srgb_profile_changes_nothing() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    got = decode(encoded(patch(), "PNG", icc_profile=srgb)).image
    assert np.abs(np.subtract(got.getpixel((8, 8)), PATCH)).max() <= 1


@pytest.mark.parametrize(
    "profile",
    [
        b"no profile",
        SWAPPED[:150],
        SWAPPED[:36] + b"XXXX" + SWAPPED[40:],
        SWAPPED[:128] + b"\xff" * (len(SWAPPED) - 128),
        ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
    ],
    ids=["text", "cut", "no signature", "no tags", "of another colour space"],
)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_damaged_or_foreign_profile_is_ignored(mode: str, profile: bytes) -> None:
    form = "TIFF" if mode == "CMYK" else "PNG"
    got = decode(encoded(patch(mode), form, icc_profile=profile)).image
    expected = patch(mode).convert("RGB").getpixel((8, 8))
    assert np.abs(np.subtract(got.getpixel((8, 8)), expected)).max() <= 1
