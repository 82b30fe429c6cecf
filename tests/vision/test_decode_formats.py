"""Every format, mode and orientation comes out as the same upright RGB picture."""

import hashlib
import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.fakes import encoded
from vision.decode import crop, decode
from vision.errors import BadBoxError
from vision.types import Box

pytestmark = pytest.mark.filterwarnings("ignore:::PIL")  # as vision.decode has it

ORIENTATION = 0x0112


def scene() -> Image.Image:
    """Four smooth quarters of different colours: any turn or flip shows."""
    y, x = np.mgrid[0:48, 0:64]
    red, green, blue = 40 + 3 * x, 30 + 4 * y, np.where((x < 32) ^ (y < 24), 200, 60)
    return Image.fromarray(np.dstack([red, green, blue]).clip(0, 255).astype(np.uint8))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean absolute difference in grey values, 0 to 255."""
    assert one.size == other.size
    both = [np.asarray(image.convert("RGB"), dtype=np.float64) for image in (one, other)]
    return float(np.abs(both[0] - both[1]).mean())


def png16(pixels: np.ndarray, color_type: int) -> bytes:
    """A 16-bit PNG, which Pillow itself cannot write in colour; pixels are (h, w, channels)."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 16, color_type, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("form", "options", "tolerance"),
    [
        ("JPEG", {"quality": 95}, 3),
        ("PNG", {}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("GIF", {}, 12),
        ("AVIF", {"quality": 95}, 3),
        ("HEIF", {"quality": 95}, 3),
        ("BMP", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
    ],
)
def test_every_format_comes_out_as_the_same_picture(
    form: str, options: dict[str, object], tolerance: float
) -> None:
    photo = decode(encoded(scene(), form, **options))
    assert photo.image.mode == "RGB"
    assert difference(photo.image, scene()) <= tolerance


def turned_for(orientation: int) -> Image.Image:
    """The scene as a camera stores it, so that the orientation tag turns it upright again."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    return scene().transpose(undo[orientation]) if orientation in undo else scene()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_every_orientation_comes_out_upright(form: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    options = {"lossless": True} if form == "WEBP" else {"quality": 95}
    data = encoded(turned_for(orientation), form, exif=exif.tobytes(), **options)
    assert difference(decode(data).image, scene()) <= 3


@pytest.mark.parametrize("orientation", [0, 9, 77])
def test_an_orientation_that_does_not_exist_turns_nothing(orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    assert difference(decode(encoded(scene(), "PNG", exif=exif)).image, scene()) == 0


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("exif", [b"no exif at all", b"Exif\0\0II*\0\x08" + b"\xff" * 36])
def test_damaged_exif_does_not_cost_the_picture(form: str, exif: bytes) -> None:
    assert difference(decode(encoded(scene(), form, exif=exif)).image, scene()) <= 3


def test_an_orientation_beside_a_tag_that_cannot_be_written_still_turns() -> None:
    # Pillow's exif_transpose writes the EXIF anew and fails on tags that cameras get wrong
    orientation = struct.pack("<HHIHH", ORIENTATION, 3, 1, 6, 0)
    wrong = struct.pack("<HHII", 0x011A, 2, 1, 0)  # XResolution as text
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 2) + orientation + wrong + b"\0" * 4
    photo = decode(encoded(turned_for(6), "JPEG", exif=exif, quality=95))
    assert difference(photo.image, scene()) <= 3


def test_the_first_frame_of_an_animation_counts() -> None:
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
    for form in ("GIF", "WEBP", "PNG", "TIFF"):
        data = encoded(frames[0], form, save_all=True, append_images=frames[1:])
        red, green, blue = decode(data).image.getpixel((5, 5))
        assert red > 240, form
        assert max(green, blue) < 15, form


def test_a_phone_s_mpo_is_read_as_its_first_picture() -> None:
    data = encoded(scene(), "MPO", save_all=True, append_images=[scene().rotate(180)], quality=95)
    assert difference(decode(data).image, scene()) <= 3


def test_cmyk_jpeg_keeps_its_colours() -> None:
    photo = decode(encoded(scene().convert("CMYK"), "JPEG", quality=95))
    assert photo.image.mode == "RGB"
    assert difference(photo.image, scene()) <= 4


@pytest.mark.parametrize("kind", ["<u2", ">u2", "<i4"])
def test_sixteen_bit_greys_are_scaled_not_clipped(kind: str) -> None:
    ramp = np.linspace(0, 65535, 64).astype(kind)[None, :].repeat(16, axis=0)
    expected = np.linspace(0, 255, 64)
    for form in ("PNG", "TIFF"):
        if (form, kind) == ("PNG", "<i4"):
            continue  # a PNG has at most 16 bits
        got = np.asarray(decode(encoded(Image.fromarray(ramp), form)).image)[8, :, 1]
        assert np.abs(got - expected).max() <= 1.5, form


def test_float_greys_are_spread_over_the_range() -> None:
    ramp = np.linspace(-1, 3, 64, dtype=np.float32)[None, :].repeat(16, axis=0)
    got = np.asarray(decode(encoded(Image.fromarray(ramp), "TIFF")).image)[8, :, 1]
    assert np.abs(got - np.linspace(0, 255, 64)).max() <= 1.5


def test_sixteen_bit_colour_is_scaled() -> None:
    small = np.asarray(scene())
    photo = decode(png16(small.astype(np.uint16) * 257, color_type=2))
    assert difference(photo.image, scene()) <= 1


def test_sixteen_bit_colour_with_transparency_lies_on_white() -> None:
    pixels = np.dstack([np.asarray(scene()).astype(np.uint16) * 257, np.zeros((48, 64), np.uint16)])
    pixels[:, 32:, 3] = 65535
    got = np.asarray(decode(png16(pixels, color_type=6)).image)
    assert (got[:, :32] == 255).all()
    assert np.abs(got[:, 32:].astype(int) - np.asarray(scene())[:, 32:]).max() <= 1


def transparent_pictures() -> Iterator[tuple[str, Image.Image, dict[str, object]]]:
    """Dark pictures whose left half is not there."""
    alpha = Image.new("L", (40, 20), 255)
    alpha.paste(0, (0, 0, 20, 20))
    for mode in ("RGBA", "LA"):
        dark = Image.new(mode, (40, 20), (30,) * (len(mode) - 1) + (255,))
        dark.putalpha(alpha)
        yield mode, dark, {}
    palette = Image.new("P", (40, 20), 1)
    palette.putpalette([0, 0, 0, 30, 30, 30])
    palette.paste(0, (0, 0, 20, 20))
    yield "P", palette, {"transparency": 0}
    grey = Image.new("L", (40, 20), 30)
    grey.paste(0, (0, 0, 20, 20))
    yield "L", grey, {"transparency": 0}


@pytest.mark.parametrize(
    ("image", "options"), [pytest.param(i, o, id=name) for name, i, o in transparent_pictures()]
)
def test_transparency_lies_on_white(image: Image.Image, options: dict[str, object]) -> None:
    got = decode(encoded(image, "PNG", **options)).image
    assert got.getpixel((5, 10)) == (255, 255, 255)
    assert got.getpixel((35, 10)) == (30, 30, 30)


def test_half_transparent_is_half_white() -> None:
    got = decode(encoded(Image.new("RGBA", (8, 8), (0, 0, 0, 128)), "PNG")).image
    assert abs(got.getpixel((4, 4))[0] - 127) <= 1


def test_one_bit_pictures_are_black_and_white() -> None:
    bits = Image.new("1", (8, 8), 1)
    bits.putpixel((0, 0), 0)
    got = decode(encoded(bits, "PNG")).image
    assert (got.getpixel((0, 0)), got.getpixel((5, 5))) == ((0, 0, 0), (255, 255, 255))


def test_metadata_ends_at_the_decoder() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"  # GPSLatitudeRef
    exif[0x010E] = "SECRET-PLACE"
    data = encoded(scene(), "JPEG", exif=exif, comment=b"SECRET-PLACE")
    assert b"SECRET-PLACE" in data
    photo = decode(data)
    assert photo.image.info == {}
    assert not photo.image.getexif()
    assert b"SECRET-PLACE" not in encoded(photo.image, "JPEG")


def test_a_photo_is_known_by_the_hash_of_its_bytes() -> None:
    data = encoded(scene(), "WEBP")
    photo = decode(data)
    assert photo.sha256 == hashlib.sha256(data).hexdigest()
    assert (photo.width, photo.height, photo.box) == (64, 48, Box(0, 0, 64, 48))


def test_a_crop_is_the_region_s_pixels() -> None:
    photo = decode(encoded(scene(), "PNG"))
    got = crop(photo, Box(10, 5, 30, 45))
    assert difference(got, scene().crop((10, 5, 30, 45))) == 0
    assert difference(crop(photo, photo.box), scene()) == 0


@pytest.mark.parametrize("box", [(0, 0, 65, 48), (-1, 0, 5, 5), (5, 5, 5, 9), (9, 5, 5, 9)])
def test_a_box_outside_the_photo_is_refused(box: tuple[int, int, int, int]) -> None:
    photo = decode(encoded(scene(), "PNG"))
    with pytest.raises(BadBoxError, match="does not lie in the photo of 64 x 48"):
        crop(photo, Box(*box))


@pytest.mark.data
def test_real_photos_and_shop_pictures_decode(datasets: Path) -> None:
    pictures = sorted((datasets / "eshop" / "pics").glob("*.webp"))[:5]
    pictures += sorted((datasets / "clothing" / "photos").rglob("*.jpg"))[:5]
    assert len(pictures) >= 5
    for path in pictures:
        photo = decode(path.read_bytes())
        with Image.open(io.BytesIO(path.read_bytes())) as opened:
            assert sorted(photo.image.size) == sorted(opened.size)
