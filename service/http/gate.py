"""Bounded work off the event loop: so many at once, so many waiting, the rest refused at once."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from typing import TypeVar

from service.errors import BusyError, RequestTimeoutError
from service.http.metrics import REFUSED, WAITING

T = TypeVar("T")

DEADLINE: ContextVar[float | None] = ContextVar("deadline", default=None)
"""When the request must be answered, on the event loop's clock; None: whenever it is."""


class Gate:
    """Threads of one kind of work and the queue before them; first come, first served."""

    def __init__(self, name: str, places: int, waiting: int) -> None:
        """Makes a gate; threads are started as they are needed.

        Args:
            name: of the work, in metrics and refusals.
            places: calls at work at once.
            waiting: calls that may wait for a place.
        """
        self._name = name
        self._limit = places + waiting
        self._threads = ThreadPoolExecutor(places, thread_name_prefix=name)
        self._inside = 0
        self._counting = threading.Lock()

    @property
    def is_full(self) -> bool:
        """Says that a call now would be refused."""
        return self._inside >= self._limit

    @property
    def inside(self) -> int:
        """Calls at work or waiting."""
        return self._inside

    async def run(
        self, function: Callable[..., T], *arguments: object, admitted: bool = False
    ) -> T:
        """Gives what the function gives, called in a thread.

        A caller that is cancelled or too late takes a call that waits out of the queue; one that
        has begun goes on, and keeps its place until it ends.

        Args:
            function: what to call.
            arguments: for it.
            admitted: the request was let in before; this call waits even where the gate is full.

        Raises:
            BusyError: the queue is full.
            RequestTimeoutError: the request's time is over.
        """
        if self.is_full and not admitted:
            REFUSED.labels(self._name).inc()
            raise BusyError(f"too many requests of this kind at once ({self._name}); try again")
        left_s = self._left_s()
        if left_s is not None and left_s <= 0:
            raise self._too_late()
        future = self._submit(function, *arguments)
        waiter = asyncio.wrap_future(future)
        try:
            done, _ = await asyncio.wait({waiter}, timeout=left_s)
        except asyncio.CancelledError:
            waiter.cancel()
            raise
        if not done:
            waiter.cancel()
            raise self._too_late()
        return waiter.result()

    def close(self) -> None:
        """Drops what waits; what has begun goes on."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _submit(self, function: Callable[..., T], *arguments: object) -> "Future[T]":
        with self._counting:
            self._inside += 1
        WAITING.labels(self._name).set(self._inside)
        try:
            # with what the log knows of the request
            future = self._threads.submit(contextvars.copy_context().run, function, *arguments)
        except BaseException:
            self._left(None)
            raise
        future.add_done_callback(self._left)
        return future

    def _left(self, _future: object) -> None:
        with self._counting:
            self._inside -= 1
        WAITING.labels(self._name).set(self._inside)

    @staticmethod
    def _too_late() -> RequestTimeoutError:
        REFUSED.labels("deadline").inc()
        return RequestTimeoutError("the request was not answered in time")

    @staticmethod
    def _left_s() -> float | None:
        until = DEADLINE.get()
        return None if until is None else max(0.0, until - asyncio.get_running_loop().time())
