"""What a store lies on, a folder or a database, and what can be told without its index."""

import uuid
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from index.catalogue import Catalogue
from index.errors import EmbedderMismatchError, StoreMissingError
from index.place import DatabasePlace, FolderPlace, Place
from index.store_database import DatabaseBackend
from index.store_folder import FolderBackend
from index.types import SpaceId
from index.versions import VersionState

Backend = FolderBackend | DatabaseBackend


def backend_of(place: Place | Path) -> Backend:
    """Gives what a store lies on; nothing is opened yet.

    Raises:
        StoreMissingError: the database's driver is not installed.
    """
    if isinstance(place, DatabasePlace):
        return DatabaseBackend(place)
    folder = place.folder if isinstance(place, FolderPlace) else place
    assert isinstance(folder, Path)
    return FolderBackend(folder)


def recorded_space(place: Place | Path) -> SpaceId:
    """Gives what a store's vectors were made with, without loading a model.

    Raises:
        StoreMissingError: there is no store here, or nothing was written to it yet.
        StoreUnavailableError: its database does not answer.
    """
    with closing(backend_of(place).open_catalogue(create=False)) as catalogue:
        recorded = catalogue.meta()
    if "space_embedder" not in recorded:
        raise StoreMissingError(f"the store in {place} is empty")
    return SpaceId(
        embedder=recorded["space_embedder"],
        dimension=int(recorded["space_dimension"]),
        colour=recorded["space_colour"],
        colour_dimension=int(recorded["space_colour_dimension"]),
    )


def saved_versions(place: Place | Path) -> list[VersionState]:
    """Gives a store's versions, oldest first, without opening its index.

    Raises:
        StoreMissingError: there is no store here.
        StoreUnavailableError: its database does not answer.
    """
    backend = backend_of(place)
    with closing(backend.open_catalogue(create=False)) as catalogue:
        return backend.versions(catalogue).states()


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
    check_recorded(catalogue.meta(), space)


def check_recorded(recorded: Mapping[str, str], space: SpaceId) -> None:
    """As ``check_space``, of the catalogue's settings."""
    if not _fits(recorded, space_settings(space)):
        raise EmbedderMismatchError(
            f"the store was made with the embedder {recorded['space_embedder']} with colours "
            f"{recorded.get('space_colour')}, this is {space}: use that embedder, or index again "
            "with --fresh, which embeds everything anew"
        )


def _fits(recorded: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(recorded.get(name) == value for name, value in wanted.items())
