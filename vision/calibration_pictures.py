"""Pictures that a model's 8-bit form is calibrated on."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image

from vision.decode import decode
from vision.errors import ModelUnavailableError, PhotoError

MOST = 96
"""Of those in the folder, evenly spread; one number was tried."""
_SUFFIXES = {".avif", ".bmp", ".gif", ".heic", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}


@dataclass(frozen=True)
class Calibration:
    """Pictures by name at once, as a model takes them when they are needed."""

    digest: str
    """Of their bytes."""
    pictures: Callable[[], Sequence[torch.Tensor]]
    """Gives each as ``(3, h, w)`` float32."""


def calibration_on(
    folder: Path | None, prepare: Callable[[Image.Image], torch.Tensor]
) -> Calibration:
    """Gives the pictures of a folder as a model's preprocessing makes them; decodes none yet.

    Raises:
        ModelUnavailableError: as ``calibration_pictures``.
    """
    digest = hashlib.sha256()
    for path in _chosen(folder):
        digest.update(path.read_bytes())
    return Calibration(
        digest.hexdigest(), lambda: [prepare(one) for one in calibration_pictures(folder)]
    )


def calibration_pictures(folder: Path | None) -> Iterator[Image.Image]:
    """Gives at most ``MOST`` of the pictures in a folder and those below it, by name.

    Pictures that cannot be decoded are left out.

    Raises:
        ModelUnavailableError: no folder, or none of its files is named as a picture.
    """
    for path in _chosen(folder):
        try:
            yield decode(path.read_bytes()).image
        except PhotoError:
            continue


def _chosen(folder: Path | None) -> list[Path]:
    found = sorted(folder.rglob("*")) if folder else []
    files = [path for path in found if path.suffix.lower() in _SUFFIXES]
    if not files:
        raise ModelUnavailableError(f"no pictures to calibrate on in {folder}")
    step = max(1, len(files) / MOST)
    return [files[int(number * step)] for number in range(min(MOST, len(files)))]
