"""Versions of a store that several machines share: rows in its database.

A version is what one can go back to, and for that the catalogue's past rows are enough. The files
of the vector index are each machine's own: it keeps its last states of it, under numbers that mean
nothing elsewhere, and makes them again where they are missing.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock, Timeout

from index.catalogue import Catalogue
from index.errors import StoreUnwritableError, UnknownVersionError
from index.snapshot import Snapshot
from index.types import SpaceId
from index.vector_engine import VectorEngine
from index.vector_indexes import LOCAL
from index.versions import KEPT, Manifest, Saved, Versions, VersionState, manifest_of

logger = logging.getLogger(__name__)

metadata = sa.MetaData()

saved_version = sa.Table(
    "saved_version",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("manifest", sa.Text, nullable=False),  # JSON of a Manifest, without hashes
)


class SharedVersions:
    """The versions of a catalogue, and this machine's copies of its index."""

    def __init__(self, catalogue: Catalogue, folder: Path, engine: VectorEngine = LOCAL) -> None:
        """Takes the machine's folder; it is made when an index is first kept in it."""
        self._catalogue = catalogue
        self._local = Versions(folder / "index", engine)
        self._lock = FileLock(folder / "index.lock", timeout=60)

    def start(self, space: SpaceId, catalogue_id: str) -> Snapshot:
        """Gives the newest sound index of this machine, as a state after the newest version."""
        local = self._local.start(space, catalogue_id)
        newest = max(self._manifests().items(), default=None)
        if newest is None:
            return replace(local, version="", version_sequence=0, indexed_at="")
        name, manifest = newest
        if (manifest.space, manifest.catalogue_id) != (space, catalogue_id):
            return replace(local, version="", version_sequence=0, indexed_at="")
        return replace(
            local,
            version=name,
            version_sequence=manifest.sequence,
            indexed_at=manifest.created_at,
        )

    def save(self, saved: Saved, needed: str = "") -> str:
        """Writes a version and gives its name; the caller holds the publishers' lock.

        Args:
            saved: what it is of.
            needed: a version that stays, however old.
        """
        self.keep_index(saved)
        known = sorted(self._manifests())
        number = 1 + int(known[-1] if known else 0)
        manifest = json.dumps(asdict(manifest_of(saved)))
        surplus = [int(name) for name in known[: -(KEPT - 1)] if name != needed]
        with self._catalogue.writing() as connection:
            connection.execute(
                sa.insert(saved_version).values(
                    number=number, sequence=saved.sequence, manifest=manifest
                )
            )
            connection.execute(sa.delete(saved_version).where(saved_version.c.number.in_(surplus)))
        return _name(number)

    def keep_index(self, saved: Saved) -> None:
        """Keeps the index for the next start of this machine; where it cannot, that is slower."""
        try:
            self._lock_folder()
            try:
                self._local.save(saved)
            finally:
                self._lock.release()
        except (StoreUnwritableError, Timeout, OSError) as error:
            logger.warning("the index is not kept on this machine: %s", error)

    def names(self) -> list[str]:
        """Gives the names of all versions, oldest first."""
        return sorted(self._manifests())

    def states(self) -> list[VersionState]:
        """Gives every version, oldest first."""
        found = sorted(self._manifests().items())
        return [
            VersionState(name, name == found[-1][0], True, manifest) for name, manifest in found
        ]

    def manifest(self, name: str) -> Manifest:
        """Gives what a version says of itself.

        Raises:
            UnknownVersionError: there is none of this name.
        """
        found = self._manifests()
        if name not in found:
            there = ", ".join(sorted(found)) or "none"
            raise UnknownVersionError(f"there is no version {name!r}; there are: {there}")
        return found[name]

    def _manifests(self) -> Mapping[str, Manifest]:
        rows = self._catalogue.rows(sa.select(saved_version.c.number, saved_version.c.manifest))
        return {_name(number): _manifest(text) for number, text in rows}

    def _lock_folder(self) -> None:
        Path(self._lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
        self._lock.acquire()


def _manifest(text: str) -> Manifest:
    values = json.loads(text)
    return Manifest(**{**values, "space": SpaceId(**values["space"])})


def _name(number: int) -> str:
    return f"{number:08d}"
