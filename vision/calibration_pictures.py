"""Pictures that a model's 8-bit form is calibrated on."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from vision.decode import decode
from vision.errors import ModelUnavailableError, PhotoError

MOST = 96
"""Of those in the folder, evenly spread: more did not change what ``benchmarks/int8.py`` finds."""
_SUFFIXES = {".avif", ".bmp", ".gif", ".heic", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}


def calibration_pictures(folder: Path | None) -> Iterator[Image.Image]:
    """Gives at most ``MOST`` of the pictures in a folder and those below it, by name.

    Pictures that cannot be decoded are left out.

    Raises:
        ModelUnavailableError: no folder, or none of its files is named as a picture.
    """
    found = sorted(folder.rglob("*")) if folder else []
    files = [path for path in found if path.suffix.lower() in _SUFFIXES]
    if not files:
        raise ModelUnavailableError(f"no pictures to calibrate on in {folder}")
    step = max(1, len(files) / MOST)
    for number in range(min(MOST, len(files))):
        try:
            yield decode(files[int(number * step)].read_bytes()).image
        except PhotoError:
            continue
