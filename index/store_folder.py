"""A store that is one folder: its files' names and its locks."""

from pathlib import Path

from filelock import FileLock, Timeout

from index.catalogue import Catalogue
from index.errors import StoreBusyError, StoreMissingError, StoreUnwritableError
from index.postgres_locks import AdvisoryLock
from index.sessions import DATABASE as SESSIONS
from index.tables import sqlite_engine
from index.vector_engine import VectorEngine
from index.vector_indexes import LOCAL
from index.versions import Versions

DATABASE = "catalogue.sqlite3"
VERSIONS = "versions"

StoreLock = FileLock | AdvisoryLock


class FolderBackend:
    """SQLite files, locks and versions in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open_catalogue(self, *, create: bool) -> Catalogue:
        """Opens the catalogue.

        Raises:
            StoreMissingError: there is none, and ``create`` is false.
            StoreUnwritableError: the folder cannot be written.
            StoreDamagedError: the file is no database.
        """
        prepare_folder(self._folder, create=create)
        return Catalogue(sqlite_engine(self._folder / DATABASE, create=create))

    def folder(self, _catalogue: Catalogue) -> Path:
        """The folder of the store's files on this machine."""
        return self._folder

    def versions(self, _catalogue: Catalogue, engine: VectorEngine = LOCAL) -> Versions:
        """The saved states."""
        return Versions(self._folder / VERSIONS, engine)

    def lock(self, name: str, timeout_s: float) -> FileLock:
        """One of the locks ``writer``, ``commit``, ``publish`` and ``mirror``, not taken yet."""
        return FileLock(self._folder / f"{name}.lock", timeout=timeout_s)

    def sessions(self) -> Path:
        """The file of the sessions, made at their first use."""
        return self._folder / SESSIONS


def hold(lock: StoreLock) -> StoreLock:
    """Takes one of a store's locks.

    Raises:
        StoreBusyError: another process holds it.
        StoreUnwritableError: the lock's file cannot be made.
        StoreUnavailableError: the database does not answer.
    """
    if isinstance(lock, AdvisoryLock):
        lock.acquire()
        return lock
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
