"""Where ``snapshelf index`` reads and embeds pictures: in this process or on a cluster."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from functools import partial

from service import wiring
from service.errors import SettingsError
from service.reading_ahead import Engine, Reader
from service.settings import Settings, load_settings
from vision.protocols import Embedder


class EngineName(StrEnum):
    """What ``--engine`` may be."""

    LOCAL = "local"
    RAY = "ray"


@contextmanager
def engine_of(name: EngineName, settings: Settings, rows: int) -> Iterator[Engine]:
    """Gives the engine while it can be used.

    Args:
        name: which one.
        settings: the embedder, and where the cluster is.
        rows: about how many will come.

    Raises:
        SettingsError: Ray is not installed.
        EngineError: no cluster answers at ``ray_address``.
    """
    if name is EngineName.LOCAL:
        yield Reader
        return
    try:
        from service.ray_indexing import RayReading, cluster
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"--engine ray needs Ray ({error}): pip install 'snapshelf[ray]'"
        ) from error
    same = {name: getattr(settings, name) for name in ("embedder", "dtype", "batch_size", "engine")}
    load = partial(embedder_on, same)
    with cluster(settings.ray_address):
        yield partial(RayReading, load=load, rows=rows, with_gpus=settings.device != "cpu")


def embedder_on(given: Mapping[str, object], device: str) -> Embedder:
    """Loads an embedder in a worker, by the settings of the worker's machine for the rest."""
    threads = None if device == "cuda" else 1  # an actor has one processor
    settings = load_settings(**given, device=device, threads=threads)
    return wiring.load_models(settings, is_searching=False).embedder
