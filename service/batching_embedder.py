"""One thread owns the embedder; what several requests ask for at once is one batch."""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
from PIL import Image

from vision.errors import ModelUnavailableError
from vision.protocols import Embedder
from vision.types import EmbedderId, Vectors

T = TypeVar("T")


@dataclass(frozen=True)
class BatchRules:
    """How requests are put together."""

    max_batch: int = 32
    """Pictures or texts of one batch; a request that has more goes alone."""
    max_wait_s: float = 0.0
    """For others to come, and only while they do: a request alone never waits."""
    max_waiting: int = 256
    """Requests in the queue."""
    on_batch: Callable[[str, int], None] = lambda kind, size: None
    """Told what is embedded at once: ``pictures`` or ``texts``, and how many."""


@dataclass(frozen=True)
class _Asked(Generic[T]):
    values: Sequence[T]
    found: "Future[Vectors]" = field(default_factory=Future)


class BatchingEmbedder:
    """An ``Embedder`` that any thread may call, first come, first served."""

    def __init__(self, embedder: Embedder, rules: BatchRules = BatchRules()) -> None:
        self.identity: EmbedderId = embedder.identity
        self._images = _Line(embedder.embed_images, rules, threading.Lock(), "pictures")
        self._texts = _Line(embedder.embed_texts, rules, self._images.turn, "texts")

    def embed_images(self, images: Sequence[Image.Image]) -> Vectors:
        """As ``Embedder``; waits for its turn.

        Raises:
            ModelUnavailableError: the queue is full.
        """
        return self._images.ask(images)

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """As ``embed_images``, of texts."""
        return self._texts.ask(texts)


class _Line(Generic[T]):
    """A queue and the thread that serves it; lines of one model take turns."""

    def __init__(
        self,
        embed: Callable[[Sequence[T]], Vectors],
        rules: BatchRules,
        turn: threading.Lock,
        name: str,
    ) -> None:
        self._embed, self._rules, self.turn, self._name = embed, rules, turn, name
        self._waiting: queue.Queue[_Asked[T]] = queue.Queue(rules.max_waiting)
        self._was_shared = False
        self._next: _Asked[T] | None = None
        threading.Thread(target=self._serve, name=f"embed {name}", daemon=True).start()

    def ask(self, values: Sequence[T]) -> Vectors:
        asked = _Asked(values)
        try:
            self._waiting.put_nowait(asked)
        except queue.Full as error:
            raise ModelUnavailableError("the embedder's queue is full") from error
        return asked.found.result()

    def _serve(self) -> None:
        while True:
            batch = self._batch()
            self._was_shared = len(batch) > 1
            values = [value for asked in batch for value in asked.values]
            self._rules.on_batch(self._name, len(values))
            try:
                with self.turn:
                    vectors = self._embed(values)
            except BaseException as error:  # whoever asked raises it
                for asked in batch:
                    asked.found.set_exception(error)
                continue
            for asked, part in zip(batch, _parts(vectors, batch), strict=True):
                asked.found.set_result(part)

    def _batch(self) -> list[_Asked[T]]:
        batch = [self._next or self._waiting.get()]
        self._next = None
        size = len(batch[0].values)
        until = time.monotonic() + (self._rules.max_wait_s if self._was_shared else 0.0)
        while size < self._rules.max_batch:
            try:
                asked = self._waiting.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                break
            size += len(asked.values)
            if size > self._rules.max_batch:
                self._next = asked  # the first of the next batch: nobody is overtaken
                break
            batch.append(asked)
        return batch


def _parts(vectors: Vectors, batch: Sequence[_Asked[T]]) -> list[Vectors]:
    ends = np.cumsum([len(asked.values) for asked in batch])[:-1]
    return list(np.split(vectors, ends))
