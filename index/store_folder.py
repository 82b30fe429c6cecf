"""A store's folder: its files' names, its locks, and what can be told without its index."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock, Timeout

from index.catalogue import Catalogue
from index.errors import (
    EmbedderMismatchError,
    StoreBusyError,
    StoreMissingError,
    StoreUnwritableError,
)
from index.tables import sqlite_engine
from index.types import SpaceId
from index.versions import Versions, VersionState

DATABASE = "catalogue.sqlite3"
VERSIONS = "versions"


def hold(lock: FileLock) -> FileLock:
    """Takes one of a store's locks.

    Raises:
        StoreBusyError: another process holds it.
        StoreUnwritableError: the lock's file cannot be made.
    """
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreBusyError(
            f"another process is writing to {Path(lock.lock_file).parent}; "
            "try again when it has ended"
        ) from error
    except OSError as error:
        raise StoreUnwritableError(f"{lock.lock_file} cannot be written: {error}") from error
    return lock


def prepare_folder(folder: Path, *, create: bool) -> None:
    """Makes the folder where it may.

    Raises:
        StoreMissingError: there is none, and ``create`` is false.
        StoreUnwritableError: it cannot be made.
    """
    if create:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnwritableError(f"{folder} cannot be made: {error.strerror}") from error
    elif not folder.is_dir():
        raise StoreMissingError(f"there is no store at {folder}")


def recorded_space(folder: Path) -> SpaceId:
    """Gives what a store's vectors were made with, without loading a model.

    Raises:
        StoreMissingError: there is no store here, or nothing was written to it yet.
    """
    catalogue = Catalogue(sqlite_engine(folder / DATABASE, create=False))
    recorded = catalogue.meta()
    catalogue.close()
    if "space_embedder" not in recorded:
        raise StoreMissingError(f"the store in {folder} is empty")
    return SpaceId(
        embedder=recorded["space_embedder"],
        dimension=int(recorded["space_dimension"]),
        colour=recorded["space_colour"],
        colour_dimension=int(recorded["space_colour_dimension"]),
    )


def saved_versions(folder: Path) -> list[VersionState]:
    """Gives a store's versions, oldest first, without opening its index.

    Raises:
        StoreMissingError: there is no store here.
    """
    if not (folder / DATABASE).is_file():
        raise StoreMissingError(f"there is no store in {folder}: no {DATABASE}")
    return Versions(folder / VERSIONS).states()


def space_settings(space: SpaceId) -> dict[str, str]:
    """Gives the catalogue's settings that name the embedder and colours of its vectors."""
    return {f"space_{name}": str(value) for name, value in asdict(space).items()}


def adopt_space(catalogue: Catalogue, space: SpaceId, *, fresh: bool) -> None:
    """Names the embedder of a new catalogue; where it is another's, refuses or forgets its vectors.

    Raises:
        EmbedderMismatchError: the vectors were made with another model, and ``fresh`` is false.
    """
    recorded = catalogue.meta()
    wanted = space_settings(space)
    if "space_embedder" not in recorded:
        catalogue.set_meta({**wanted, "catalogue_id": uuid.uuid4().hex})
    elif fresh and not _fits(recorded, wanted):
        catalogue.forget_vectors(wanted)
    else:
        check_space(catalogue, space)


def check_space(catalogue: Catalogue, space: SpaceId) -> None:
    """Refuses a catalogue whose vectors were made with another model.

    Raises:
        EmbedderMismatchError: says with which, and what to do.
    """
    recorded = catalogue.meta()
    if not _fits(recorded, space_settings(space)):
        raise EmbedderMismatchError(
            f"the store was made with the embedder {recorded['space_embedder']} with colours "
            f"{recorded.get('space_colour')}, this is {space}: use that embedder, or index again "
            "with --fresh, which embeds everything anew"
        )


def _fits(recorded: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(recorded.get(name) == value for name, value in wanted.items())
