"""One file of the torture suite and what must become of it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

OK = frozenset({200})
REFUSED = frozenset({413, 415, 422})
NOT_READ = frozenset({415})
BROKEN = frozenset({422})
TOO_LARGE = frozenset({413})
ANY = OK | REFUSED
"""Damaged at random: it may be read or refused, but not fall on the server."""


@dataclass(frozen=True)
class Case:
    """A file, its name, and the statuses that are right."""

    name: str
    data: bytes
    allowed: frozenset[int]
    file_name: bytes = b"photo.jpg"
    content_type: bytes = b"image/jpeg"
    size: tuple[int, int] | None = None
    """Width and height that an answer must name."""
    is_heavy: bool = False
    """Seconds of work: left out of the short run."""


def scene(width: int = 48, height: int = 32) -> Image.Image:
    """A red disc's quarter on white: no symmetry."""
    image = Image.new("RGB", (width, height), "white")
    image.paste((200, 30, 40), (0, 0, width // 2, height // 2))
    image.paste((30, 60, 200), (width // 2, height // 2, width, height * 3 // 4))
    return image


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    """The picture's bytes in a format of Pillow."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def many(prefix: str, files: Sequence[tuple[str, bytes]], allowed: frozenset[int]) -> list[Case]:
    """One case a file, all with one outcome."""
    return [Case(f"{prefix}/{name}", data, allowed) for name, data in files]
