"""A captioner that so many searches may ask at once; the others wait a while, then do without."""

import threading
from collections.abc import Sequence

from PIL import Image

from vision.errors import ModelTimeoutError
from vision.protocols import Captioner
from vision.types import Caption


class BoundedCaptioner:
    """A ``Captioner`` with places."""

    def __init__(self, captioner: Captioner, places: int, wait_s: float) -> None:
        self._captioner, self._wait_s = captioner, wait_s
        self._free = threading.BoundedSemaphore(places)

    @property
    def name(self) -> str:
        """The captioner's."""
        return self._captioner.name

    def caption(self, images: Sequence[Image.Image]) -> list[Caption]:
        """As the captioner.

        Raises:
            ModelTimeoutError: no place became free in time.
            ModelError: as the captioner.
        """
        if not self._free.acquire(timeout=self._wait_s):
            raise ModelTimeoutError(f"no place at the captioner became free in {self._wait_s:g} s")
        try:
            return self._captioner.caption(images)
        finally:
            self._free.release()
