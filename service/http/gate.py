"""Bounded work off the event loop: so many at once, so many waiting, the rest refused at once.

Clients take turns (``fair_line``), so that one that asks for much does not keep the others waiting.
"""

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from functools import partial
from typing import TypeVar

from service.errors import BusyError, RequestTimeoutError
from service.http.fair_line import Call, FairLine
from service.http.metrics import REFUSED, WAITING

T = TypeVar("T")

DEADLINE: ContextVar[float | None] = ContextVar("deadline", default=None)
"""When the request must be answered, on the event loop's clock; None: whenever it is."""
CLIENT: ContextVar[str] = ContextVar("client", default="")
"""Whom the request is from, as the rates count: its key, else its address."""


class Gate:
    """Threads of one kind of work and the queue before them, in which clients take turns."""

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
        self._line = FairLine()
        self._inside = 0
        self._changing = threading.Lock()

    @property
    def is_full(self) -> bool:
        """Says that there is no room for one more call."""
        return self._inside >= self._limit

    @property
    def would_refuse(self) -> bool:
        """Says that a call of this request would be refused now."""
        return self.is_full and not self._line.may_displace(CLIENT.get())

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
        left_s = self._left_s()
        if left_s is not None and left_s <= 0:
            raise self._too_late()
        if self.is_full and not admitted:
            self._make_room()
        future = self._submit(partial(function, *arguments), admitted=admitted)
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

    async def stream(self, pieces: Iterator[T]) -> AsyncIterator[T]:
        """Gives pieces as they come, made in one thread: a stream is one call, to its end.

        Who stops reading ends it at its next piece.

        Raises:
            BusyError, RequestTimeoutError: as ``run``, or what the pieces raise.
        """
        loop, is_left = asyncio.get_running_loop(), threading.Event()
        ready: asyncio.Queue[T | None] = asyncio.Queue()  # None is the end

        def make() -> None:
            for piece in pieces:
                if is_left.is_set():
                    return
                loop.call_soon_threadsafe(ready.put_nowait, piece)

        making = asyncio.ensure_future(self.run(make))
        making.add_done_callback(lambda _: ready.put_nowait(None))  # behind all the pieces
        try:
            while (piece := await ready.get()) is not None:
                yield piece
            await making
        finally:
            is_left.set()
            making.cancel()

    def close(self) -> None:
        """Drops what waits; what has begun goes on."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        while call := self._line.take():
            call.future.cancel()

    def _make_room(self) -> None:
        """Refuses the last call of the client that has most waiting, or this one."""
        REFUSED.labels(self._name).inc()
        busy = BusyError(f"too many requests of this kind at once ({self._name}); try again")
        loser = self._line.displace(CLIENT.get())
        if loser is None:
            raise busy
        loser.future.set_exception(busy)

    def _submit(self, work: Callable[[], T], *, admitted: bool) -> "Future[T]":
        run = contextvars.copy_context().run  # with what the log knows of the request
        call = Call(CLIENT.get(), partial(run, work), may_lose_its_place=not admitted)
        with self._changing:
            self._inside += 1
        WAITING.labels(self._name).set(self._inside)
        call.future.add_done_callback(partial(self._left, call))
        self._line.put(call)
        try:
            self._threads.submit(self._work)
        except RuntimeError:  # closed
            call.future.cancel()
            raise
        return call.future

    def _work(self) -> None:
        """Does the call whose turn it is: as many come as calls, some of which were dropped."""
        while call := self._line.take():
            if call.future.set_running_or_notify_cancel():
                break
        else:
            return
        try:
            found = call.work()
        except BaseException as error:  # who waits for it raises it
            call.future.set_exception(error)
            del call  # or the error, whose traceback has this frame, would hold itself
        else:
            call.future.set_result(found)

    def _left(self, call: Call, _future: object) -> None:
        self._line.leave(call)
        with self._changing:
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
