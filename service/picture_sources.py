"""Where a feed's pictures come from: files under one root, or http(s) addresses."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from service.errors import FetchError
from service.fetching import Fetcher, FetchLimits


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

    def read(self, source: str) -> bytes:
        """Gives the bytes of a picture.

        Args:
            source: a path or an http(s) address.

        Raises:
            FetchError: refused, missing, too large, or not answered.
        """
        if source.casefold().startswith(("http://", "https://")):
            return self._fetch(source)
        return self._read_file(source)

    def _fetch(self, url: str) -> bytes:
        if not self.fetch:
            raise FetchError(f"{url}: fetching pictures is switched off")
        return self._fetcher.fetch(url)

    @cached_property
    def _fetcher(self) -> Fetcher:
        return Fetcher(FetchLimits(self.max_bytes, self.timeout_s, self.allow_private))

    def _read_file(self, source: str) -> bytes:
        if self.root is None:
            raise FetchError(f"{source!r} is no http(s) address; paths are not read here")
        root = self.root.resolve()
        try:
            path = (root / source).resolve()
            if not path.is_relative_to(root):
                raise FetchError(f"{source!r} leads out of the folder of the pictures")
            if not path.is_file():
                raise FetchError(f"{source!r}: no such picture")
            size = path.stat().st_size
            if size > self.max_bytes:
                raise FetchError(
                    f"{source!r} has {size:,} bytes; at most {self.max_bytes:,} are allowed"
                )
            return path.read_bytes()
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            raise FetchError(f"{source!r} cannot be read: {error}") from error
