"""How hard one host may be asked: a few requests at once, and none before it wants them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

MAX_AT_ONCE = 4
_MAX_HOSTS = 10_000
"""Remembered; where strangers name hosts there is no end of names."""


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
    def place(self, host: str) -> Iterator[None]:
        """Waits for one of the host's places, and until it may be asked again."""
        one = self._host(host)
        with one.places:
            while (wait := one.not_before - time.monotonic()) > 0:
                time.sleep(wait)
            yield

    def hold_off(self, host: str, seconds: float) -> None:
        """Lets nobody ask the host for so long."""
        one = self._host(host)
        one.not_before = max(one.not_before, time.monotonic() + seconds)

    def _host(self, name: str) -> _Host:
        with self._lock:
            if len(self._hosts) >= _MAX_HOSTS and name.casefold() not in self._hosts:
                del self._hosts[next(iter(self._hosts))]  # the one known for the longest time
            return self._hosts.setdefault(name.casefold(), _Host())
