"""The catalogue's past: which versions can be gone back to, and going back."""

from collections.abc import Mapping

import sqlalchemy as sa

from index import history
from index.catalogue import Catalogue
from index.catalogue_writes import next_sequence, set_meta
from index.history_restore import Restored, restore
from index.history_tables import feed_write
from index.tables import display


class History:
    """Past rows of a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def versions(self) -> dict[str, int]:
        """Gives the last sequence number of each version that can be gone back to."""
        rows = self._catalogue.rows(history.kept())
        return {row[0]: row[1] for row in rows}

    def is_run_open(self) -> bool:
        """Whether an indexing run wrote something that no version holds yet."""
        return bool(self._catalogue.rows(sa.select(feed_write).limit(1)))

    def display_jpeg(self, sha256: str) -> bytes | None:
        """Gives the small JPEG of a picture that is shown now or in a kept version; else None."""
        found = self._catalogue.scalars(sa.select(display.c.jpeg).where(display.c.sha256 == sha256))
        return bytes(found[0]) if found else None

    def keep_everything(self) -> None:
        """Lets every row that is replaced stay, while a version is being saved."""
        with self._catalogue.writing() as connection:
            history.keep_everything(connection)

    def keep(self, versions: Mapping[str, int]) -> None:
        """Drops past rows and display pictures that none of these versions needs.

        Args:
            versions: the last sequence number that each holds. ``keep_everything`` was called
                before the newest was made, and the others were kept until now.
        """
        with self._catalogue.writing() as connection:
            history.keep(connection, versions)

    def restore(
        self, to: int, settings: Mapping[str, str], *, is_feed_only: bool = False
    ) -> Restored:
        """Brings back what was valid at the sequence number of a kept version; one transaction.

        Args:
            to: the sequence number.
            settings: of the catalogue itself, as they were.
            is_feed_only: leave what others than indexing runs wrote since the newest version.
        """
        with self._catalogue.writing() as connection:
            sequence = next_sequence(connection)
            for key, value in settings.items():
                set_meta(connection, key, value)
            return restore(connection, to, sequence, is_feed_only=is_feed_only)
