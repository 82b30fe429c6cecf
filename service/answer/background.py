"""Runs a model in a thread with a deadline; one that hangs costs its place, never the caller."""

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from vision.errors import ModelError, ModelTimeoutError, ModelUnavailableError

MAX_HELD_PIECES = 64
_POLL_S = 0.1

_Item: TypeAlias = str | BaseException | None
"""A piece, why it ended early, or its end."""


@dataclass
class Background:
    """At most ``places`` models at work at once; a hanging call keeps its place until it ends."""

    places: int = 4
    _free: threading.BoundedSemaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._free = threading.BoundedSemaphore(self.places)

    def pieces(self, start: Callable[[], Iterable[str]], timeout_s: float) -> Generator[str]:
        """Gives the pieces of a model's text, all of them within ``timeout_s`` seconds.

        Raises:
            ModelError: whatever the model raised is one.
            ModelTimeoutError: the time is over; the thread is told to end and not waited for.
            ModelUnavailableError: all places are taken.
        """
        if not self._free.acquire(blocking=False):
            raise ModelUnavailableError(f"all {self.places} places of the writer are taken")
        run = _Run(start, self._free)
        try:
            threading.Thread(target=run.work, name="answer-writer", daemon=True).start()
        except RuntimeError as error:  # no more threads
            self._free.release()
            raise ModelUnavailableError("no thread for the writer") from error
        try:
            yield from run.read(time.monotonic() + timeout_s)
        finally:
            run.is_over.set()


class _Run:
    """One call: the worker puts, the reader gets; neither waits for the other for ever."""

    def __init__(self, start: Callable[[], Iterable[str]], free: threading.Semaphore) -> None:
        self._start = start
        self._free = free
        self._queue: queue.Queue[_Item] = queue.Queue(MAX_HELD_PIECES)
        self.is_over = threading.Event()

    def work(self) -> None:
        """Runs in the thread: whatever a model raises must reach the reader as data."""
        end: _Item = None
        try:
            for piece in self._start():
                if not isinstance(piece, str):
                    raise TypeError(f"a piece of text is a {type(piece).__name__}")
                if not self._put(piece):
                    return
        except BaseException as error:  # read() reports it
            end = error
        finally:
            self._free.release()
            self._put(end)

    def read(self, deadline: float) -> Iterator[str]:
        """Gives pieces until the end or the deadline, as ``Background.pieces`` raises."""
        while True:
            item = self._next(deadline - time.monotonic())
            if item is None:
                return
            if isinstance(item, str):
                yield item
            elif isinstance(item, ModelError):
                raise item
            else:
                raise ModelUnavailableError(f"the writer failed: {type(item).__name__}") from item

    def _next(self, left_s: float) -> _Item:
        try:
            if left_s > 0:
                return self._queue.get(timeout=left_s)
        except queue.Empty:
            pass
        raise ModelTimeoutError("the writer took longer than it may")

    def _put(self, item: _Item) -> bool:
        while not self.is_over.is_set():
            try:
                self._queue.put(item, timeout=_POLL_S)
            except queue.Full:
                continue
            return True
        return False
