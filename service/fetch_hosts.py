"""How hard one host may be asked: a few requests at once, and none before it wants them."""

import heapq
import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

MAX_AT_ONCE = 4
NO_STOP = threading.Event()
"""Is never set: for who waits to the end."""
_MAX_HOSTS = 10_000
"""Remembered; where strangers name hosts there is no end of names."""
_LOOK_S = 0.5
"""So long a wait for a place does not see that it is to end."""


class _Host:
    def __init__(self) -> None:
        self.places = threading.BoundedSemaphore(MAX_AT_ONCE)
        self.not_before = 0.0


class Hosts:
    """The hosts that a process has asked; safe to use from several threads."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    @contextmanager
    def place(self, host: str, stop: threading.Event = NO_STOP) -> Iterator[None]:
        """Waits for one of the host's places, and until it may be asked again.

        Raises:
            CancelledError: ``stop`` was set.
        """
        one = self._host(host)
        while not one.places.acquire(timeout=_LOOK_S):
            _end_if(stop.is_set())
        try:
            while (wait := one.not_before - time.monotonic()) > 0:
                _end_if(stop.wait(wait))
            yield
        finally:
            one.places.release()

    def hold_off(self, host: str, seconds: float) -> None:
        """Lets nobody ask the host for so long."""
        one = self._host(host)
        one.not_before = max(one.not_before, time.monotonic() + seconds)

    def _host(self, name: str) -> _Host:
        with self._lock:
            if len(self._hosts) >= _MAX_HOSTS and name.casefold() not in self._hosts:
                del self._hosts[next(iter(self._hosts))]  # the one known for the longest time
            return self._hosts.setdefault(name.casefold(), _Host())


@dataclass
class _Line(Generic[T]):
    """What waits for one host."""

    most: float
    due: list[tuple[float, int, T]] = field(default_factory=list)
    """A heap: when it may begin, its number, and what it is."""
    running: int = 0
    not_before: float = 0.0

    def next_at(self) -> float:
        """When one more may begin; infinite where none may before another ends."""
        if not self.due or self.running >= self.most:
            return float("inf")
        return max(self.due[0][0], self.not_before)


class HostQueue(Generic[T]):
    """Work by host, of which only what its host lets begin now is given out, the oldest first.

    So whoever takes it never waits for one host while another could be asked. Safe to use from
    several threads. What is for no host (``""``) is limited by nothing.
    """

    def __init__(self) -> None:
        self._lines: dict[str, _Line[T]] = {}
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._is_closed = False

    def put(self, host: str, work: T, wait_s: float = 0.0) -> None:
        """Adds work that may begin in ``wait_s``."""
        with self._changed:
            most = MAX_AT_ONCE if host else float("inf")
            line = self._lines.setdefault(host, _Line(most))
            heapq.heappush(line.due, (time.monotonic() + wait_s, next(self._numbers), work))
            self._changed.notify()

    def take(self) -> T | None:
        """Waits for work that may begin, which ends with ``done``; None after the end."""
        with self._changed:
            while not self._is_closed:
                line = min(self._lines.values(), key=_Line.next_at, default=None)
                at = line.next_at() if line else float("inf")
                wait_s = at - time.monotonic()
                if line and wait_s <= 0:
                    line.running += 1
                    self._changed.notify()  # what is due beside it has waited for nobody's call
                    return heapq.heappop(line.due)[2]
                self._changed.wait(None if wait_s == float("inf") else wait_s)
            return None

    def done(self, host: str, hold_off_s: float = 0.0) -> None:
        """Gives a place of the host back; none of it is given out for ``hold_off_s``."""
        with self._changed:
            line = self._lines[host]
            line.running -= 1
            line.not_before = max(line.not_before, time.monotonic() + hold_off_s)
            if not line.due and not line.running and not hold_off_s:
                del self._lines[host]
            self._changed.notify()

    def close(self) -> list[T]:
        """Gives what was not begun; nothing is given out from now on."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
            return [work for line in self._lines.values() for *_, work in line.due]


def _end_if(is_over: bool) -> None:
    if is_over:
        raise CancelledError
