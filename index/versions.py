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
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.errors import StoreDamagedError, StoreUnwritableError
from index.segment import Segment
from index.types import SpaceId

MANIFEST = "manifest.json"
CURRENT = "current"
_FORMAT = 1
_KEPT = 3
"""Versions that stay for going back."""


@dataclass(frozen=True)
class Version:
    """A loaded saved state."""

    name: str
    catalogue_id: str
    sequence: int
    """The last write that it holds; later ones are replayed."""
    created_at: str
    segment: Segment


class Versions:
    """The ``versions`` folder of a store."""

    def __init__(self, folder: Path) -> None:
        """Takes the folder; it is made when the first version is saved."""
        self._folder = folder

    def save(self, segment: Segment, space: SpaceId, catalogue_id: str, sequence: int) -> str:
        """Writes a version and makes it the current one; gives its name.

        Raises:
            StoreUnwritableError: the folder cannot be written; the older version stays.
        """
        try:
            return self._save(segment, space, catalogue_id, sequence)
        except (OSError, RuntimeError) as error:  # FAISS reports a full disk as RuntimeError
            raise StoreUnwritableError(f"the index cannot be saved: {error}") from error

    def newest(self, space: SpaceId, catalogue_id: str) -> Version | None:
        """Gives the current version, or the newest before it whose checksums hold; else None."""
        for folder in self._candidates():
            try:
                version = self._load(folder, space)
            except StoreDamagedError:
                continue
            if version.catalogue_id == catalogue_id:
                return version
        return None

    def names(self) -> list[str]:
        """Gives the names of all versions, oldest first."""
        return sorted(path.name for path in self._numbered() if (path / MANIFEST).is_file())

    def states(self, space: SpaceId) -> dict[str, bool]:
        """Gives every version's name, oldest first, and whether it can be opened."""
        return {name: self._is_sound(self._folder / name, space) for name in self.names()}

    def _is_sound(self, folder: Path, space: SpaceId) -> bool:
        try:
            self._load(folder, space)
        except StoreDamagedError:
            return False
        return True

    def _numbered(self) -> list[Path]:
        """Finished folders, also those whose manifest was lost: their numbers are taken."""
        if not self._folder.is_dir():
            return []
        return [path for path in self._folder.iterdir() if path.name.isdigit()]

    def _save(self, segment: Segment, space: SpaceId, catalogue_id: str, sequence: int) -> str:
        generation = 1 + max((int(path.name) for path in self._numbered()), default=0)
        name = f"{generation:08d}"
        final = self._folder / name
        partial = self._folder / f"{name}.tmp"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        segment.write(partial)
        manifest: dict[str, Any] = {
            "format": _FORMAT,
            "generation": generation,
            "created_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "catalogue_id": catalogue_id,
            "sequence": sequence,
            "metric": "inner_product",
            "space": asdict(space),
            "products": len(segment.keys),
            "pictures": len(segment.pictures.ids),
            "sha256": {path.name: _sync_and_hash(path) for path in sorted(partial.iterdir())},
        }
        sealed = {**manifest, "seal": _seal(manifest)}
        (partial / MANIFEST).write_text(json.dumps(sealed, indent=1))
        _sync_and_hash(partial / MANIFEST)
        _sync_folder(partial)
        os.rename(partial, final)
        _sync_folder(self._folder)
        self._point_at(name)
        self._prune(name)
        return name

    def _point_at(self, name: str) -> None:
        partial = self._folder / f"{CURRENT}.tmp"
        partial.write_text(name)
        _sync_and_hash(partial)
        os.replace(partial, self._folder / CURRENT)
        _sync_folder(self._folder)

    def _prune(self, current: str) -> None:
        for name in self.names()[:-_KEPT]:
            if name != current:
                shutil.rmtree(self._folder / name, ignore_errors=True)

    def _candidates(self) -> Iterator[Path]:
        names = self.names()[::-1]
        pointer = self._folder / CURRENT
        current = pointer.read_text(errors="replace").strip() if pointer.is_file() else ""
        if current in names:
            yield self._folder / current
        for name in names:
            if name != current:
                yield self._folder / name

    def _load(self, folder: Path, space: SpaceId) -> Version:
        try:
            manifest = json.loads((folder / MANIFEST).read_text())
            is_whole = manifest.pop("seal") == _seal(manifest)
            hashes = dict(manifest["sha256"])
            fits = manifest["format"] == _FORMAT and manifest["space"] == asdict(space)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreDamagedError(f"{folder.name}/{MANIFEST} is not readable") from error
        if not is_whole:
            raise StoreDamagedError(f"{folder.name}/{MANIFEST} was changed")
        if not fits:
            raise StoreDamagedError(f"version {folder.name} is of another format or embedder")
        for name, expected in hashes.items():
            path = folder / name
            if not path.is_file() or _hash(path) != expected:
                raise StoreDamagedError(f"{folder.name}/{name} is missing or damaged")
        return Version(
            name=folder.name,
            catalogue_id=manifest["catalogue_id"],
            sequence=manifest["sequence"],
            created_at=manifest["created_at"],
            segment=Segment.read(folder),
        )


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
