"""Saved states of the vector index: folders that appear whole or not at all.

A version is written to ``*.tmp``, synced, and renamed; its manifest, with the sha256 of every other
file, is written last. ``current`` names the one to open and is switched by an atomic rename.
Everything here can be made again from the catalogue.
"""

import datetime
import hashlib
import json
import os
import shutil
from collections.abc import Container, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.errors import StoreDamagedError, StoreUnwritableError, UnknownVersionError
from index.ranking import LiveSegment
from index.segment import Segment
from index.snapshot import EMPTY, Snapshot
from index.types import SpaceId
from index.vector_engine import VectorEngine
from index.vector_indexes import LOCAL

MANIFEST = "manifest.json"
CURRENT = "current"
_FORMAT = 1
KEPT = 3
"""Versions that stay for going back."""


@dataclass(frozen=True)
class Manifest:
    """What a saved state says of itself."""

    catalogue_id: str
    sequence: int
    """The last write that it holds; later ones are replayed."""
    created_at: str
    """ISO 8601 in UTC."""
    space: SpaceId
    products: int
    pictures: int
    hashes: Mapping[str, str]
    """sha256 by file name."""
    calibration: str = ""
    """What verdicts were judged by, as ``Calibration.to_json`` writes it; empty: nothing."""
    evaluation: Mapping[str, Any] | None = None
    """How well the catalogue knew its own pictures; None: nobody asked."""


@dataclass(frozen=True)
class Version:
    """A loaded saved state."""

    name: str
    manifest: Manifest
    segment: Segment


@dataclass(frozen=True)
class Saved:
    """What is known of a version before it is written."""

    segment: Segment
    space: SpaceId
    catalogue_id: str
    sequence: int
    calibration: str = ""
    evaluation: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class VersionState:
    """A version as a list of versions shows it."""

    name: str
    is_current: bool
    is_sound: bool
    """All checksums hold."""
    manifest: Manifest | None
    """None where it cannot be read."""


class Versions:
    """The ``versions`` folder of a store."""

    def __init__(self, folder: Path, engine: VectorEngine = LOCAL) -> None:
        """Takes the folder; it is made when the first version is saved."""
        self._folder = folder
        self._engine = engine

    def save(self, saved: Saved, needed: str = "") -> str:
        """Writes a version and makes it the current one; gives its name.

        Args:
            saved: what to write.
            needed: a version that stays, however old.

        Raises:
            StoreUnwritableError: the folder cannot be written; the older version stays.
        """
        try:
            return self._save(saved, needed)
        except (OSError, RuntimeError) as error:  # FAISS reports a full disk as RuntimeError
            reason = str(error).rpartition("failed: ")[2]  # before it, FAISS names lines of its own
            raise StoreUnwritableError(f"the index cannot be saved: {reason}") from error

    def start(self, space: SpaceId, catalogue_id: str) -> Snapshot:
        """Gives the newest sound version as a state; an empty one where there is none."""
        version = self.newest(space, catalogue_id)
        if version is None:
            return EMPTY
        manifest = version.manifest
        segments = (LiveSegment(version.segment, None),)
        made_at = manifest.created_at
        return Snapshot(manifest.sequence, segments, version.name, manifest.sequence, made_at)

    def newest(self, space: SpaceId, catalogue_id: str) -> Version | None:
        """Gives the current version, or the newest before it whose checksums hold; else None."""
        for folder in self._candidates():
            try:
                manifest = self.manifest(folder.name)
                if (manifest.space, manifest.catalogue_id) == (space, catalogue_id):
                    return Version(folder.name, manifest, Segment.read(folder, self._engine))
            except StoreDamagedError:
                continue
        return None

    def names(self) -> list[str]:
        """Gives the names of all versions, oldest first."""
        return sorted(path.name for path in self._numbered() if (path / MANIFEST).is_file())

    def states(self) -> list[VersionState]:
        """Gives every version, oldest first; reads all their files."""
        current = self._current()
        return [self._state(path.name, current) for path in sorted(self._numbered())]

    def manifest(self, name: str) -> Manifest:
        """Gives what a version says of itself, once every checksum of it was found to hold.

        Raises:
            UnknownVersionError: there is none of this name.
            StoreDamagedError: a file of it is missing or was changed.
        """
        folder = self._folder / name
        if name not in [path.name for path in self._numbered()]:
            there = ", ".join(self.names()) or "none"
            raise UnknownVersionError(f"there is no version {name!r}; there are: {there}")
        manifest = _read_manifest(folder)
        for file, expected in manifest.hashes.items():
            path = folder / file
            if not path.is_file() or _hash(path) != expected:
                raise StoreDamagedError(f"{folder.name}/{file} is missing or damaged")
        return manifest

    def _state(self, name: str, current: str) -> VersionState:
        manifest, is_sound = None, False
        try:
            manifest = _read_manifest(self._folder / name)
            is_sound = self.manifest(name) == manifest
        except StoreDamagedError:
            pass
        return VersionState(name, name == current, is_sound, manifest)

    def _numbered(self) -> list[Path]:
        """Finished folders, also those whose manifest was lost: their numbers are taken."""
        if not self._folder.is_dir():
            return []
        return [path for path in self._folder.iterdir() if path.name.isdigit()]

    def _save(self, saved: Saved, needed: str) -> str:
        generation = 1 + max((int(path.name) for path in self._numbered()), default=0)
        name = f"{generation:08d}"
        final = self._folder / name
        partial = self._folder / f"{name}.tmp"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        saved.segment.write(partial)
        described = asdict(manifest_of(saved))
        del described["hashes"]
        manifest: dict[str, Any] = {
            "format": _FORMAT,
            "generation": generation,
            "metric": "inner_product",
            **described,
            "sha256": {path.name: _sync_and_hash(path) for path in sorted(partial.iterdir())},
        }
        sealed = {**manifest, "seal": _seal(manifest)}
        (partial / MANIFEST).write_text(json.dumps(sealed, indent=1))
        _sync_and_hash(partial / MANIFEST)
        _sync_folder(partial)
        os.rename(partial, final)
        _sync_folder(self._folder)
        self._point_at(name)
        self._prune({name, needed})
        return name

    def _point_at(self, name: str) -> None:
        partial = self._folder / f"{CURRENT}.tmp"
        partial.write_text(name)
        _sync_and_hash(partial)
        os.replace(partial, self._folder / CURRENT)
        _sync_folder(self._folder)

    def _prune(self, needed: Container[str]) -> None:
        for name in self.names()[:-KEPT]:
            if name not in needed:
                shutil.rmtree(self._folder / name, ignore_errors=True)

    def _current(self) -> str:
        pointer = self._folder / CURRENT
        return pointer.read_text(errors="replace").strip() if pointer.is_file() else ""

    def _candidates(self) -> Iterator[Path]:
        names = self.names()[::-1]
        current = self._current()
        if current in names:
            yield self._folder / current
        for name in names:
            if name != current:
                yield self._folder / name


def manifest_of(saved: Saved) -> Manifest:
    """Gives what a version will say of itself, but for the hashes of its files."""
    return Manifest(
        catalogue_id=saved.catalogue_id,
        sequence=saved.sequence,
        created_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        space=saved.space,
        products=len(saved.segment.keys),
        pictures=len(saved.segment.pictures.ids),
        hashes={},
        calibration=saved.calibration,
        evaluation=saved.evaluation,
    )


def _read_manifest(folder: Path) -> Manifest:
    try:
        values = json.loads((folder / MANIFEST).read_text())
        is_whole = values.pop("seal") == _seal(values)
        if values["format"] != _FORMAT:
            raise StoreDamagedError(f"version {folder.name} is of another format")
        manifest = Manifest(
            catalogue_id=values["catalogue_id"],
            sequence=values["sequence"],
            created_at=values["created_at"],
            space=SpaceId(**values["space"]),
            products=values["products"],
            pictures=values["pictures"],
            hashes=dict(values["sha256"]),
            calibration=values.get("calibration", ""),
            evaluation=values.get("evaluation"),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreDamagedError(f"{folder.name}/{MANIFEST} is not readable") from error
    if not is_whole:
        raise StoreDamagedError(f"{folder.name}/{MANIFEST} was changed")
    return manifest


def _seal(manifest: dict[str, Any]) -> str:
    """Of a manifest without its seal: a sequence number that reads otherwise would hide writes."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_and_hash(path: Path) -> str:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return _hash(path)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
