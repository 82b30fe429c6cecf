"""Good and odd pictures that must be read: formats, modes, orientations, metadata, frames."""

import io
import random
import struct
import zlib
from collections.abc import Iterator

import pillow_heif
from PIL import Image, ImageCms, PngImagePlugin

from tests.torture.case import ANY, OK, REFUSED, Case, many, saved, scene

pillow_heif.register_heif_opener()

MARKER = "TORTURE-PRIVATE-7f3a9"
"""Planted in metadata and file names; must come out nowhere."""
PLACE = "48.8583701,2.2944813"
_SAVERS = {"JPEG": {"quality": 90}, "PNG": {}, "WEBP": {}, "TIFF": {}, "AVIF": {}, "HEIF": {}}


def cases() -> list[Case]:
    """All of them."""
    return [
        *many("mode", list(_modes()), OK),
        *many("tiff", list(_tiffs()), OK),
        *_orientations(),
        *many("exif", list(_bad_exif()), OK),
        *many("icc", list(_bad_profiles()), OK),
        *many("frames", list(_animations()), OK),
        *many("chunks", list(_png_chunks()), OK),
        *many("private", list(private_pictures()), OK),
        *many("jpeg", list(_jpegs()), OK),
        *_sizes(),
        Case("icc/garbage-cmyk", _garbage_cmyk(), ANY),
        Case("chunks/bad-crc", _bad_crc(), REFUSED),
    ]


def _modes() -> Iterator[tuple[str, bytes]]:
    base = scene()
    modes = {
        "JPEG": ["L", "RGB", "CMYK", "YCbCr"],
        "PNG": ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"],
        "WEBP": ["RGB", "RGBA", "L"],
        "GIF": ["1", "L", "P", "RGB"],
        "BMP": ["1", "L", "P", "RGB", "RGBA"],
        "AVIF": ["RGB", "RGBA"],
        "HEIF": ["RGB", "RGBA", "L"],
    }
    for form, names in modes.items():
        for mode in names:
            image = base.convert("L").convert(mode) if mode == "I;16" else base.convert(mode)
            yield f"{form}-{mode}", saved(image, form)
    for number in (1, 50, 100):
        yield f"webp-quality-{number}", saved(base, "WEBP", quality=number)
    yield "webp-lossless", saved(base, "WEBP", lossless=True)


def _jpegs() -> Iterator[tuple[str, bytes]]:
    base = scene(640, 480)
    for quality in (1, 50, 100):
        for subsampling in (0, 1, 2):
            for progressive in (False, True):
                name = f"q{quality}-s{subsampling}-{'progressive' if progressive else 'baseline'}"
                yield (
                    name,
                    saved(
                        base,
                        "JPEG",
                        quality=quality,
                        subsampling=subsampling,
                        progressive=progressive,
                    ),
                )
    yield "restart-markers", saved(base, "JPEG", restart_marker_rows=1)
    yield "mpo", saved(base, "MPO", save_all=True, append_images=[base])
    yield "comment", saved(base, "JPEG", comment=b"x" * 60_000)
    yield "trailing-zeros", saved(base, "JPEG") + bytes(100_000)
    yield "trailing-jpeg", saved(base, "JPEG") * 2
    app = b"\xff\xe5" + struct.pack(">H", 65_535) + b"z" * 65_533
    good = saved(base, "JPEG")
    yield "sixty-app-segments", good[:2] + app * 60 + good[2:]
    yield "fill-bytes", good[:2] + b"\xff" * 1000 + good[2:]


def _tiffs() -> Iterator[tuple[str, bytes]]:
    base = scene()
    for mode in ("1", "L", "P", "RGB", "RGBA", "CMYK", "LAB", "YCbCr", "F", "I;16", "I", "LA"):
        if mode == "LAB":
            to_lab = ImageCms.buildTransform(
                ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
            )
            image = ImageCms.applyTransform(base, to_lab)
        else:
            image = base.convert("L").convert(mode) if mode in {"I;16", "F"} else base.convert(mode)
        yield mode, saved(image, "TIFF")
    for name in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        yield f"RGB-{name}", saved(base, "TIFF", compression=name)
    for name in ("group3", "group4", "tiff_ccitt"):
        yield f"1-{name}", saved(base.convert("1"), "TIFF", compression=name)
    yield "big-tiff", saved(base, "TIFF", big_tiff=True)
    yield "F-infinite", saved(Image.new("F", (9, 9), float("inf")), "TIFF")
    yield "F-nan", saved(Image.new("F", (9, 9), float("nan")), "TIFF")


def _orientations() -> list[Case]:
    """The stored picture is 48 x 32; 5 to 8 lie on their side."""
    found = []
    for form, options in _SAVERS.items():
        for number in range(1, 9):
            exif = Image.Exif()
            exif[0x0112] = number
            data = saved(scene(), form, exif=exif.tobytes(), **options)
            size = (48, 32) if number < 5 else (32, 48)
            found.append(Case(f"orientation/{form}-{number}", data, OK, size=size))
    return found


def _bad_exif() -> Iterator[tuple[str, bytes]]:
    header = b"Exif\0\0"
    entry = struct.pack("<HHII", 0x0112, 3, 1, 6)
    bodies = {
        "empty": b"",
        "garbage": random.Random(1).randbytes(500),
        "no-ifd": b"II*\0\x08\0\0\0",
        "offset-outside": b"II*\0\xff\xff\xff\x7f",
        "count-outside": b"II*\0\x08\0\0\0\xff\xff" + entry,
        "loop": b"II*\0\x08\0\0\0\x01\0" + entry + b"\x08\0\0\0",
        "half-entry": b"II*\0\x08\0\0\0\x01\0" + entry[:5],
        "wrong-type": b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x0112, 2, 1, 6) + bytes(4),
        "huge-count": b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x010E, 2, 2**31, 8),
        "text-orientation": b"II*\0\x08\0\0\0\x01\0"
        + struct.pack("<HHI4s", 0x0112, 2, 4, b"six\0")
        + bytes(4),
    }
    for name, body in bodies.items():
        yield name, saved(scene(), "JPEG", exif=header + body)
    for number in (0, 9, 255, 65_535):
        exif = Image.Exif()
        exif[0x0112] = number
        yield f"orientation-{number}", saved(scene(), "JPEG", exif=exif)


def _bad_profiles() -> Iterator[tuple[str, bytes]]:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    profiles = {
        "good": srgb,
        "garbage": random.Random(2).randbytes(3000),
        "cut": srgb[:200],
        "zeros": bytes(1000),
        "lab": lab,
        "wrong-size": b"\xff\xff\xff\xff" + srgb[4:],
        "long": srgb + bytes(300_000),
    }
    for name, profile in profiles.items():
        for form in ("JPEG", "PNG", "WEBP"):
            yield f"{name}-{form}", saved(scene(), form, icc_profile=profile)


def _garbage_cmyk() -> bytes:
    profile = random.Random(3).randbytes(500)
    return saved(scene().convert("CMYK"), "JPEG", icc_profile=profile)


def _animations() -> Iterator[tuple[str, bytes]]:
    frames = [Image.new("RGB", (48, 32), (i % 256, 0, 0)) for i in range(1, 300)]
    for form in ("GIF", "PNG", "WEBP", "TIFF"):
        yield f"{form}-300", saved(scene(), form, save_all=True, append_images=frames)
    yield "AVIF-20", saved(scene(), "AVIF", save_all=True, append_images=[scene()] * 19)
    yield "GIF-loop", saved(scene(), "GIF", save_all=True, append_images=frames[:3], loop=65_535)


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(*chunks: bytes) -> bytes:
    """A good PNG with chunks after its header."""
    good = saved(scene(), "PNG")
    return good[:33] + b"".join(chunks) + good[33:]


def _bad_crc() -> bytes:
    good = bytearray(saved(scene(), "PNG"))
    good[30] ^= 255
    return bytes(good)


def _png_chunks() -> Iterator[tuple[str, bytes]]:
    yield "private-chunk", png_with(chunk(b"toRt", b"x" * 1000))
    yield "thousand-texts", png_with(*[chunk(b"tEXt", b"k\0v")] * 1000)
    yield "gamma-zero", png_with(chunk(b"gAMA", bytes(4)))
    yield "time", png_with(chunk(b"tIME", bytes(7)))
    yield "after-end", saved(scene(), "PNG") + b"<script>alert(1)</script>"
    yield "physical-size-zero", png_with(chunk(b"pHYs", bytes(9)))


def private_pictures() -> Iterator[tuple[str, bytes]]:
    """Each with the marker and the place in every kind of metadata that the format has."""
    exif = Image.Exif()
    exif[0x010E], exif[0x013B], exif[0x8298] = MARKER, MARKER, f"{MARKER} {PLACE}"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (48.0, 51.0, 30.1332), "E", (2.0, 17.0, 40.1327)
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{MARKER} {PLACE}</x:xmpmeta>".encode()
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", f"{MARKER} {PLACE}")
    text.add_itxt("XML:com.adobe.xmp", xmp.decode())
    base = scene(64, 64)
    comment = f"{MARKER} {PLACE}".encode()
    yield "jpeg", saved(base, "JPEG", exif=exif, xmp=xmp, comment=comment)
    yield "png", saved(base, "PNG", exif=exif, pnginfo=text)
    yield "webp", saved(base, "WEBP", exif=exif, xmp=xmp)
    yield "tiff", saved(base, "TIFF", exif=exif)
    yield "avif", saved(base, "AVIF", exif=exif, xmp=xmp)
    yield "heif", saved(base, "HEIF", exif=exif, xmp=xmp)
    yield "gif", saved(base, "GIF", comment=comment)
    yield "large-jpeg", saved(Image.effect_noise((1800, 1200), 90), "JPEG", exif=exif, quality=97)


def _sizes() -> list[Case]:
    found = []
    for width, height in ((1, 1), (1, 200), (200, 1), (2, 400), (3, 599), (27, 27), (1, 28)):
        for form in ("JPEG", "PNG", "WEBP", "GIF"):
            data = saved(Image.new("RGB", (width, height), "teal"), form)
            found.append(Case(f"size/{form}-{width}x{height}", data, OK, size=(width, height)))
    return found


def padded_jpeg(size: int) -> bytes:
    """A good JPEG of exactly so many bytes."""
    good = io.BytesIO(saved(scene(), "JPEG")).getvalue()
    return good + bytes(size - len(good))
