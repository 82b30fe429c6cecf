"""Where a feed's pictures come from: files under one root, or http(s) addresses."""

import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from service.errors import FetchError
from service.fetch_hosts import NO_STOP
from service.fetching import Fetched, Fetcher, FetchLimits

NO_MARKS = ("", "")


@dataclass(frozen=True)
class PictureSources:
    """Reads the pictures that rows name."""

    root: Path | None
    """Paths are relative to it and cannot leave it; None refuses paths."""
    max_bytes: int = 20_000_000
    fetch: bool = True
    """Whether addresses are fetched at all."""
    allow_private: bool = False
    timeout_s: float = 20.0

    def read(self, source: str, stop: threading.Event = NO_STOP) -> bytes:
        """Gives the bytes of a picture; where a host has a passing fault, it is asked again.

        Args:
            source: a path or an http(s) address.
            stop: ends waiting for hosts when it is set.

        Raises:
            FetchError: refused, missing, too large, or not answered.
            CancelledError: ``stop`` was set.
        """
        if not self._is_fetched(source):
            return self._read_file(source)
        return self._fetcher.fetch_if_changed(source, stop=stop).data or b""

    def try_if_changed(
        self, source: str, marks: tuple[str, str], stop: threading.Event = NO_STOP
    ) -> Fetched:
        """Gives a picture unless it is still the one that was given with these marks; tries once.

        Args:
            source: a path or an http(s) address.
            marks: ``etag`` and ``modified`` of an earlier ``Fetched``; files are always read.
            stop: as for ``read``.

        Raises:
            PassingError: another try may be answered.
            FetchError, CancelledError: as ``read``.
        """
        if not self._is_fetched(source):
            return Fetched(self._read_file(source))
        return self._fetcher.try_once(source, *marks, stop)

    def _is_fetched(self, source: str) -> bool:
        if is_address(source) and not self.fetch:
            raise FetchError(f"{source}: fetching pictures is switched off")
        return is_address(source)

    @cached_property
    def _fetcher(self) -> Fetcher:
        return Fetcher(FetchLimits(self.max_bytes, self.timeout_s, self.allow_private))

    @cached_property
    def _real_root(self) -> Path:
        return (self.root or Path()).resolve()

    def _read_file(self, source: str) -> bytes:
        if self.root is None:
            raise FetchError(f"{source!r} is no http(s) address; paths are not read here")
        root = self._real_root
        try:
            path = (root / source).resolve()
            if not path.is_relative_to(root):
                raise FetchError(f"{source!r} leads out of the folder of the pictures")
            if not path.is_file():
                raise FetchError(f"{source!r}: no such picture", is_gone=True)
            size = path.stat().st_size
            if size > self.max_bytes:
                raise FetchError(
                    f"{source!r} has {size:,} bytes; at most {self.max_bytes:,} are allowed"
                )
            return path.read_bytes()
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            raise FetchError(f"{source!r} cannot be read: {error}") from error


def is_address(source: str) -> bool:
    """Whether a picture is named by an http(s) address and not by a path."""
    return source.casefold().startswith(("http://", "https://"))
