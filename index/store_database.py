"""A store in a PostgreSQL database that several machines share."""

from pathlib import Path

from sqlalchemy.engine import Engine

from index import feedback_table, shared_versions, tables
from index.catalogue import Catalogue
from index.place import DatabasePlace
from index.postgres import make_tables, open_database
from index.postgres_locks import AdvisoryLock, AdvisoryLocks
from index.shared_versions import SharedVersions
from index.vector_engine import VectorEngine
from index.vector_indexes import LOCAL

_TABLES = (tables.metadata, shared_versions.metadata, feedback_table.metadata)


class DatabaseBackend:
    """Catalogue, locks, versions and sessions in a database; index files on this machine."""

    def __init__(self, place: DatabasePlace) -> None:
        """Connects to nothing yet.

        Raises:
            StoreMissingError: the driver is not installed.
        """
        self._place = place
        self._engine = open_database(place)
        self._locks = AdvisoryLocks(self._engine, place)

    def open_catalogue(self, *, create: bool) -> Catalogue:
        """Opens the catalogue.

        Raises:
            StoreMissingError: there is none, and ``create`` is false.
            StoreUnavailableError: the database does not answer.
            StoreUnwritableError: this user may not make tables.
        """
        try:
            make_tables(self._engine, self._place, *_TABLES, create=create)
            catalogue = Catalogue(self._engine)
        except BaseException:
            self._engine.dispose()
            raise
        catalogue.before_write = self._locks.verify
        return catalogue

    def folder(self, catalogue: Catalogue) -> Path:
        """The folder of this machine for what can be made again; it exists."""
        folder = self._place.cache / "stores" / catalogue.meta()["catalogue_id"]
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def versions(self, catalogue: Catalogue, engine: VectorEngine = LOCAL) -> SharedVersions:
        """The saved states."""
        return SharedVersions(catalogue, self.folder(catalogue), engine)

    def lock(self, name: str, timeout_s: float) -> AdvisoryLock:
        """One of the locks ``writer``, ``commit``, ``publish`` and ``mirror``, not taken yet."""
        return self._locks.lock(name, timeout_s)

    def sessions(self) -> Engine:
        """The database, whose tables for sessions exist."""
        return self._engine
