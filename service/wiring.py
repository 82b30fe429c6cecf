"""Picks the implementations that the settings name. The only place that does."""

from dataclasses import dataclass
from pathlib import Path

import anyio

from index.store import Store
from index.types import SpaceId
from service.http.context import Service
from service.ingest import Ingest
from service.picture_sources import PictureSources
from service.pipeline import SearchPipeline
from service.settings import Settings
from vision.colour import LabHistogram
from vision.decode import PhotoLimits
from vision.embedded_model import embedded_model_dir
from vision.protocols import ColourDescriber, Embedder
from vision.whole_photo_detector import WholePhotoDetector

EMBEDDED = "embedded"
_FORM_BYTES = 1_000_000
"""For the words around the pictures of a request."""


@dataclass(frozen=True)
class Models:
    """The loaded models; they are shared by everything in a process."""

    embedder: Embedder
    colours: ColourDescriber

    @property
    def space(self) -> SpaceId:
        """What the vectors of these models are, for the store to check."""
        identity = self.embedder.identity
        return SpaceId(
            embedder=str(identity),
            dimension=identity.dimension,
            colour=type(self.colours).__name__,
            colour_dimension=self.colours.dimension,
        )


def load_models(settings: Settings) -> Models:
    """Loads what the settings name; imports torch and open_clip, which takes seconds.

    Raises:
        UnknownModelError: a name that is no model.
        ModelUnavailableError: a model that cannot be loaded.
    """
    import torch

    from vision.open_clip_embedder import ComputeOptions, OpenClipEmbedder

    if settings.threads:
        torch.set_num_threads(settings.threads)
    compute = ComputeOptions(
        device=settings.device,
        dtype=settings.dtype,
        batch_size=settings.batch_size,
        engine=settings.engine,
        threads=settings.threads,
        cache=settings.cache,
    )
    name = settings.embedder
    if name == EMBEDDED:
        # its tower runs in ONNX Runtime; for the small work that is left to torch, threads cost
        # more than they give (preprocessing 53 ms with two threads on busy cores, 4 ms with one)
        torch.set_num_threads(1)
        folder = embedded_model_dir(settings.cache)
        return Models(OpenClipEmbedder(f"local-dir:{folder}", compute, EMBEDDED), LabHistogram())
    return Models(OpenClipEmbedder(name, compute), LabHistogram())


def photo_limits(settings: Settings) -> PhotoLimits:
    """The limits of the settings as the decoder takes them."""
    return PhotoLimits(
        settings.max_photo_bytes, settings.max_photo_pixels, settings.max_photo_ratio
    )


def open_store(folder: Path, models: Models, *, create: bool = False, fresh: bool = False) -> Store:
    """Opens the store for these models."""
    return Store(folder, models.space, create=create, fresh=fresh)


def search_pipeline(settings: Settings, models: Models, store: Store) -> SearchPipeline:
    """The straight line from a photo to matches."""
    return SearchPipeline(
        detector=WholePhotoDetector(),
        embedder=models.embedder,
        colours=models.colours,
        store=store,
        limits=photo_limits(settings),
    )


def ingest(settings: Settings, models: Models, store: Store) -> Ingest:
    """The other straight line, from a feed row to a committed product."""
    return Ingest(
        embedder=models.embedder,
        colours=models.colours,
        store=store,
        limits=photo_limits(settings),
    )


def picture_sources(settings: Settings, root: Path | None) -> PictureSources:
    """Where pictures named in feeds are read from; ``root`` None refuses paths."""
    return PictureSources(
        root=root,
        max_bytes=settings.max_photo_bytes,
        fetch=settings.fetch_pictures,
        allow_private=settings.fetch_private_addresses,
        timeout_s=settings.fetch_timeout_s,
    )


def http_service(settings: Settings, models: Models, store: Store, host: str) -> Service:
    """Everything that the HTTP routes need."""
    return Service(
        pipeline=search_pipeline(settings, models, store),
        ingest=ingest(settings, models, store),
        store=store,
        sources=picture_sources(settings, root=None),
        embedder=store.space.embedder,
        max_body_bytes=settings.max_photo_bytes + _FORM_BYTES,
        host=host,
        searches=anyio.CapacityLimiter(settings.max_concurrent_searches),
    )
