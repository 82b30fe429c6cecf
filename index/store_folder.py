"""A store's folder: its files' names, its locks, and what can be told without its index."""

from dataclasses import asdict
from pathlib import Path

from filelock import FileLock, Timeout

from index.catalogue import Catalogue
from index.errors import StoreBusyError, StoreMissingError, StoreUnwritableError
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
