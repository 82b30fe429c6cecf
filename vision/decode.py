"""Bytes to upright RGB pixels, within limits, or a typed error.

Sources: Pillow's ``docs/handbook/security.rst`` (allow-list of formats, limits before ``load``);
the EXIF specification for the orientation tag. What a decoder may raise on hostile input is not
only ``OSError``: ``DecompressionBombError``, ``ValueError``, ``MemoryError`` and ``SyntaxError``
were seen as well, so everything raised inside Pillow is turned into ``BrokenPictureError``.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass

import pillow_heif
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from vision.errors import BadBoxError, BrokenPictureError, NotAPictureError, PhotoTooLargeError
from vision.types import Box, Photo

pillow_heif.register_heif_opener()

# Our limits are stricter than Pillow's warnings. Once and for all, not in ``catch_warnings``: that
# changes the process's filters, and two threads that decode would leave them changed.
warnings.filterwarnings("ignore", module=r"PIL\.")

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF", "BMP", "TIFF")
"""Pillow's registry names. MPO, which many phones write, comes out of the JPEG opener."""

READABLE = "JPEG, PNG, WebP, GIF, AVIF, HEIC, BMP and TIFF"

_SRGB = ImageCms.createProfile("sRGB")

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation to what undoes it."""


@dataclass(frozen=True)
class PhotoLimits:
    """What a picture may cost before it is decoded."""

    max_bytes: int = 20_000_000
    max_pixels: int = 50_000_000
    max_side_ratio: float = 200.0
    """Longest side over shortest; CLIP resizing makes 3 GP of a 1 x 65500 picture."""


DEFAULT_LIMITS = PhotoLimits()


def decode(data: bytes, limits: PhotoLimits = DEFAULT_LIMITS) -> Photo:
    """Gives the first frame upright, in sRGB, transparency on white.

    Args:
        data: the encoded picture, in one of ``FORMATS``; names and content types play no part.
        limits: checked against the header before any pixel is decoded.

    Raises:
        PhotoTooLargeError: more bytes, pixels or side ratio than the limits allow.
        NotAPictureError: no picture, an empty file, or a format not in the list.
        BrokenPictureError: a known format that does not decode.
    """
    check_bytes(data, limits)
    image = _open(data)
    _check_size(image, limits)
    kind, profile = image.format, image.info.get("icc_profile")
    try:
        upright = _upright(image)
        del image  # with what its decoder holds: 400 MB for a WebP of 50 megapixels
        rgb = _to_rgb(_to_eight_bits(upright), profile)
    except Exception as error:  # see the module docstring
        raise BrokenPictureError(f"the {kind} picture does not decode: {error}") from error
    rgb.info = {}  # EXIF, XMP, GPS and comments end here
    return Photo(image=rgb, sha256=hashlib.sha256(data).hexdigest())


def check_bytes(data: bytes, limits: PhotoLimits) -> None:
    """Refuses what no decoder needs to look at.

    Raises:
        NotAPictureError: an empty file.
        PhotoTooLargeError: more bytes than the limits allow.
    """
    if not data:
        raise NotAPictureError("the file is empty (0 bytes)")
    if len(data) > limits.max_bytes:
        raise PhotoTooLargeError(
            f"the file has {len(data):,} bytes; at most {limits.max_bytes:,} are allowed"
        )


def crop(photo: Photo, box: Box) -> Image.Image:
    """Gives the region's pixels.

    Raises:
        BadBoxError: the box is empty or reaches outside the photo.
    """
    whole = photo.box
    inside = whole.x0 <= box.x0 < box.x1 <= whole.x1 and whole.y0 <= box.y0 < box.y1 <= whole.y1
    if not inside:
        raise BadBoxError(
            f"the box {box.x0},{box.y0},{box.x1},{box.y1} does not lie in the photo of "
            f"{photo.width} x {photo.height} pixels (x0 < x1, y0 < y1)"
        )
    return photo.image if box == whole else photo.image.crop((box.x0, box.y0, box.x1, box.y1))


def _open(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise NotAPictureError(f"not a picture that is read here ({READABLE})") from error
    except Image.DecompressionBombError as error:
        raise PhotoTooLargeError(str(error)) from error
    except Exception as error:  # see the module docstring
        raise BrokenPictureError(f"the picture's header does not decode: {error}") from error


def _check_size(image: Image.Image, limits: PhotoLimits) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise BrokenPictureError(f"the picture has {width} x {height} pixels")
    if width * height > limits.max_pixels:
        raise PhotoTooLargeError(
            f"the picture has {width} x {height} = {width * height:,} pixels; "
            f"at most {limits.max_pixels:,} are allowed"
        )
    if max(width, height) > limits.max_side_ratio * min(width, height):
        raise PhotoTooLargeError(
            f"the picture is {width} x {height} pixels; one side may be at most "
            f"{limits.max_side_ratio:g} times the other"
        )


def _upright(image: Image.Image) -> Image.Image:
    image.seek(0)
    image.load()
    # pillow-heif has turned HEIC already and set its tag to 1, so this turns every format once.
    return _turned(image)


def _turned(image: Image.Image) -> Image.Image:
    """As ``ImageOps.exif_transpose``, which fails on any tag that it cannot write again.

    Always a new picture: the opened one keeps file and EXIF.
    """
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # see the module docstring; metadata is damaged, the pixels still serve
        return image.copy()
    method = _TURNS.get(orientation)
    return image.copy() if method is None else image.transpose(method)


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """16-bit and float greys to 8 bits; Pillow's own conversion clips instead of scaling."""
    if image.mode in {"I;16", "I;16L", "I;16B", "I"}:
        return image.convert("I").point(lambda value: value / 257).convert("L")
    if image.mode == "F":
        low, high = image.getextrema()
        span = (float(high) - float(low)) or 1.0  # type: ignore[arg-type]
        return image.point(lambda value: (value - float(low)) * (255 / span)).convert("L")  # type: ignore[arg-type]
    return image


def _to_rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.has_transparency_data:
        image = _on_white(image)
    elif image.mode == "P":
        image = image.convert("RGB")  # a profile speaks of colours, not of palette indices
    if profile and image.mode in {"RGB", "CMYK", "L"}:
        image = _to_srgb(image, profile)
    return image if image.mode == "RGB" else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    layer = image if image.mode == "RGBA" else image.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    white.alpha_composite(layer)
    return white.convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):  # a damaged or foreign profile: the pixels still serve
        return image
    return image if converted is None else converted
