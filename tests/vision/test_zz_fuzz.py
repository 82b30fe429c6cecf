"""What is no picture, broken or too large is refused with the right error, before it costs much."""

import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.fakes import encoded, picture
from vision.decode import DEFAULT_LIMITS, PhotoLimits, decode
from vision.errors import (
    BrokenPictureError,
    NotAPictureError,
    PhotoError,
    PhotoTooLargeError,
)

pytestmark = pytest.mark.filterwarnings("ignore:::PIL")  # as vision.decode has it

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF", "BMP", "TIFF")


def noise(side: int = 40) -> Image.Image:
    return Image.fromarray(
        np.random.default_rng(0).integers(0, 255, (side, side, 3), dtype=np.uint8)
    )


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has no pixels: whoever decodes it finds it broken."""
    body = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + body
    end = b"\0\0\0\0IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(body))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\0\0\0\4IDAT\0\0\0\0"
        + struct.pack(">I", zlib.crc32(b"IDAT\0\0\0\0"))
        + end
    )


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(NotAPictureError, match=r"empty \(0 bytes\)"):
        decode(b"")


@pytest.mark.parametrize(
    "data",
    [
        b"this is a text that someone named photo.jpg",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"\0" * 64,
        b"\xff",
    ],
)
def test_what_is_no_picture_is_refused_with_the_formats_that_are_read(data: bytes) -> None:
    with pytest.raises(NotAPictureError, match="JPEG, PNG, WebP"):
        decode(data)


@pytest.mark.parametrize("form", ["PPM", "TGA", "ICO", "PCX", "EPS", "PDF", "JPEG2000"])
def test_formats_outside_the_list_are_refused(form: str) -> None:
    with pytest.raises(NotAPictureError, match="not a picture that is read here"):
        decode(encoded(noise(), form))


@pytest.mark.parametrize("form", FORMATS)
def test_half_a_file_is_a_broken_picture(form: str) -> None:
    data = encoded(noise(), form)
    with pytest.raises((BrokenPictureError, NotAPictureError)):
        decode(data[: len(data) // 2])


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_the_error_of_a_truncated_picture_names_its_format(form: str) -> None:
    data = encoded(noise(), form)
    with pytest.raises(BrokenPictureError, match=f"the {form} picture does not decode"):
        decode(data[: len(data) * 2 // 3])


@pytest.mark.parametrize("size", [(10_000, 10_000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)])
def test_a_huge_picture_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(PhotoTooLargeError, match=r"pixels"):
        decode(png_header(*size))


def test_a_webp_of_a_few_bytes_that_claims_88_megapixels_is_refused() -> None:
    # VP8L: one signature byte, 14 bits of width - 1, 14 of height - 1, then no pixel data
    width, height = 9_400, 9_400
    bits = (width - 1) | (height - 1) << 14
    body = b"VP8L" + struct.pack("<I", 10) + b"\x2f" + struct.pack("<I", bits) + b"\0" * 5
    data = b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body
    assert len(data) <= 32
    with pytest.raises(PhotoTooLargeError, match="9400 x 9400 = 88,360,000 pixels"):
        decode(data)


@pytest.mark.parametrize("form", FORMATS)
def test_pixels_are_counted_to_the_last_one(form: str) -> None:
    data = encoded(picture("red", (30, 20)), form)
    assert decode(data, PhotoLimits(max_pixels=600)).width == 30
    with pytest.raises(PhotoTooLargeError, match="30 x 20 = 600 pixels; at most 599"):
        decode(data, PhotoLimits(max_pixels=599))


def test_bytes_are_counted_to_the_last_one() -> None:
    data = encoded(noise(), "PNG")
    assert decode(data, PhotoLimits(max_bytes=len(data))).width == 40
    with pytest.raises(PhotoTooLargeError, match=f"{len(data):,} bytes; at most"):
        decode(data, PhotoLimits(max_bytes=len(data) - 1))


@pytest.mark.parametrize("turn", [False, True])
def test_the_side_ratio_has_a_limit(turn: bool) -> None:
    limits = PhotoLimits(max_side_ratio=5)
    sizes = [(50, 10), (51, 10)]
    ok, long = [size[::-1] if turn else size for size in sizes]
    assert decode(encoded(picture("red", ok), "PNG"), limits).image.size == ok
    with pytest.raises(PhotoTooLargeError, match="at most 5 times the other"):
        decode(encoded(picture("red", long), "PNG"), limits)


def test_one_pixel_is_a_picture() -> None:
    for form in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"):
        assert decode(encoded(picture("red", (1, 1)), form)).image.size == (1, 1)


def test_a_name_or_content_type_plays_no_part() -> None:
    assert decode(encoded(noise(), "PNG")).image.mode == "RGB"
    assert DEFAULT_LIMITS.max_pixels == 50_000_000


def test_threads_that_decode_leave_the_process_s_warnings_alone() -> None:
    data = encoded(noise(200), "PNG")
    before = list(warnings.filters)
    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(decode, [data] * 100))) == 100
    assert warnings.filters == before


SAMPLES = {form: encoded(noise(24), form) for form in FORMATS}


@settings(max_examples=6000, deadline=None)
@given(
    form=st.sampled_from(FORMATS),
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=12),
    kept=st.floats(0, 1),
)
@example(form="PNG", edits=[(0.0, 0)], kept=1.0)
def test_damaged_bytes_raise_nothing_but_photo_errors(
    form: str, edits: list[tuple[float, int]], kept: float
) -> None:
    data = bytearray(SAMPLES[form])
    for place, value in edits:
        # the header decides most, so half of the edits fall into the first 64 bytes
        reach = len(data) if value % 2 else min(64, len(data))
        data[int(place * (reach - 1))] = value
    cut = bytes(data[: max(1, int(kept * 2 * len(data)))])
    try:
        photo = decode(cut, PhotoLimits(max_pixels=1_000_000))
    except PhotoError as error:
        assert str(error)  # noqa: PT017 - any of its subclasses will do
    else:
        assert photo.image.mode == "RGB"
