"""Keys that are added and taken back while the server runs: their file is looked at again."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from service.access_keys import AccessKey, Keyring, parse_keys
from service.errors import SettingsError

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
_STILL_S = 0.5
"""A file that was written to so lately may be half of what it will be."""


class ReloadingKeyring:
    """The keys of the settings, as their file now has them.

    A request looks at the file's time and size where the last look is a second old; a stat costs
    some microseconds, and only a file that changed is read. A file that is gone counts as empty at
    the second look: an editor may have renamed it. For one thread: the event loop.
    """

    def __init__(
        self, keys: Iterable[AccessKey], file: Path, read: Callable[[], Mapping[str, str]]
    ) -> None:
        """Takes the keys of the start.

        Args:
            keys: in force until the file was looked at.
            file: may be missing, and may come later.
            read: gives the setting ``keys`` as it is now; raises SettingsError.
        """
        self._ring = Keyring(keys)
        self._are_needed = len(self._ring) > 0
        self._file = file.absolute()
        self._read = read
        self._stamp: tuple[int, ...] | None = None  # as of no file: one that is there is read
        self._is_missing = False  # at the last look
        self._look_at = 0.0

    @property
    def are_needed(self) -> bool:
        """Whether there are keys, or were: taking back the last one opens nothing."""
        self._look()
        return self._are_needed

    def find(self, offered: str | None) -> AccessKey | None:
        """As ``Keyring.find``, in the same time for any of the keys."""
        self._look()
        return self._ring.find(offered)

    def _look(self) -> None:
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_EVERY_S
        stamp = self._stamp_now()
        was_missing, self._is_missing = self._is_missing, stamp is None
        if stamp == self._stamp or self._is_being_written(stamp):
            return
        if self._is_missing and not was_missing:
            return
        found = self._keys_of(stamp)
        if found is not None:
            self._ring = Keyring(found)
            self._are_needed = self._are_needed or len(self._ring) > 0
            logger.info("keys were read again: %d", len(self._ring))

    def _keys_of(self, stamp: tuple[int, ...] | None) -> Sequence[AccessKey] | None:
        """Reads the file; None where it cannot be read, or changed meanwhile: it is read again."""
        found: Sequence[AccessKey] | SettingsError
        try:
            found = parse_keys(self._read())
        except SettingsError as error:
            found = error
        if self._stamp_now() != stamp:
            return None
        self._stamp = stamp
        if isinstance(found, SettingsError):
            logger.error("the keys stay as they were: %s", found)
            return None
        return found

    def _stamp_now(self) -> tuple[int, ...] | None:
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    @staticmethod
    def _is_being_written(stamp: tuple[int, ...] | None) -> bool:
        return stamp is not None and 0 <= time.time() - stamp[0] / 1e9 < _STILL_S
