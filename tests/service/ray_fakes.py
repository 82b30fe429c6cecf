"""What workers of a cluster load in tests; a module of its own, so that it loads in no time."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from tests.fakes import FakeEmbedder
from vision.decode import decode
from vision.types import Photo, Vectors


def fake_on(_device: str) -> FakeEmbedder:
    return FakeEmbedder()


class Telling(FakeEmbedder):
    """Leaves its process's id in a folder, and takes its time."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        (folder / f"actor-{os.getpid()}").touch()

    def embed_images(self, images: Sequence[Image.Image]) -> Vectors:
        time.sleep(0.1)
        return super().embed_images(images)


def telling_on(folder: Path, _device: str) -> Telling:
    return Telling(folder)


def telling_decode(folder: Path, data: bytes) -> Photo:
    (folder / f"task-{os.getpid()}").touch()
    return decode(data)
