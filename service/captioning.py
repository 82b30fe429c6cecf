"""Captions of catalogue pictures: a model looks at each once, and what it said is kept."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from PIL import Image

from index.store import Store
from index.types import PictureCaption
from service.product_text import caption_words
from vision.decode import decode
from vision.errors import ModelError, ModelUnavailableError
from vision.protocols import Captioner
from vision.types import Caption

_AT_ONCE = 8
"""Pictures in one question to the captioner."""
_MOST_FAILURES = 3
"""In a row; then it is not asked for a while, or one that is away would hold a run up."""
_REST_S = 300.0
_EMPTY = Caption()


@dataclass(frozen=True)
class Captions:
    """What became of pictures, by their sha256."""

    known: Mapping[str, PictureCaption] = field(default_factory=dict)
    """What was said before."""
    made: Mapping[str, PictureCaption] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    """Why there is none."""

    def of(self, sha256: str) -> PictureCaption | None:
        """Gives what was said of a picture."""
        return self.made.get(sha256) or self.known.get(sha256)

    def has_seen(self, sha256: str) -> bool:
        """Whether it is said already what became of a picture."""
        return self.of(sha256) is not None or sha256 in self.faults

    def joined(self, others: "Captions") -> "Captions":
        """Gives these and others."""
        return Captions(
            {**self.known, **others.known},
            {**self.made, **others.made},
            {**self.faults, **others.faults},
        )


NO_CAPTIONS = Captions()


class PictureCaptioner:
    """Asks a captioner for the pictures of products; safe to use from several threads."""

    def __init__(self, captioner: Captioner, store: Store) -> None:
        self._captioner = captioner
        self._store = store
        self._lock = threading.Lock()
        self._failures = 0
        self._rests_until = 0.0
        self._reason = ""

    def captions(
        self,
        pictures: Mapping[str, bytes | None],
        is_stopped: Callable[[], bool] = lambda: False,
        *,
        fresh: bool,
    ) -> Captions:
        """Gives the captions of pictures; a model that fails costs theirs and raises nothing.

        Args:
            pictures: sha256 to a JPEG; None: the store has it.
            is_stopped: true ends it after the pictures that are being looked at.
            fresh: ask for those, too, of which this captioner's words are kept.
        """
        name, store = self._captioner.name, self._store
        known = {} if fresh else store.catalogue.captions_by(name, pictures)
        jpegs = {
            sha256: jpeg or store.history.display_jpeg(sha256)
            for sha256, jpeg in pictures.items()
            if sha256 not in known
        }
        due = {sha256: jpeg for sha256, jpeg in jpegs.items() if jpeg is not None}
        return replace(self._made(due, is_stopped), known=known)

    def _made(self, pictures: Mapping[str, bytes], is_stopped: Callable[[], bool]) -> Captions:
        made: dict[str, PictureCaption] = {}
        faults: dict[str, str] = {}
        left = iter(pictures.items())
        while some := dict(islice(left, _AT_ONCE)):
            if is_stopped():
                faults |= dict.fromkeys(some, "the run was stopped")
                continue
            images = [decode(jpeg).image for jpeg in some.values()]
            for sha256, caption in zip(some, self._looked_at(images), strict=True):
                if isinstance(caption, ModelError):
                    faults[sha256] = str(caption)
                else:
                    words = caption_words(caption)
                    made[sha256] = PictureCaption(sha256, self._captioner.name, words)
        return Captions(made=made, faults=faults)

    def _looked_at(self, images: Sequence[Image.Image]) -> Iterator[Caption | ModelError]:
        """A caption is empty, too, where the model failed for this picture alone: asked again."""
        try:
            said = self._asked(images)
        except ModelError:
            said = [_EMPTY] * len(images)
        for image, caption in zip(images, said, strict=True):
            yield self._alone(image) if caption == _EMPTY else caption

    def _alone(self, image: Image.Image) -> Caption | ModelError:
        try:
            return self._asked([image])[0]
        except ModelError as error:
            return error

    def _asked(self, images: Sequence[Image.Image]) -> list[Caption]:
        with self._lock:
            if time.monotonic() < self._rests_until:
                raise ModelUnavailableError(self._reason)
            try:
                found = self._captioner.caption(images)
            except ModelError as error:
                self._failures += 1
                if self._failures == _MOST_FAILURES:
                    self._failures, self._rests_until = 0, time.monotonic() + _REST_S
                    self._reason = f"{self._captioner.name} failed too often, at last: {error}"
                raise
            self._failures = 0
            return found
