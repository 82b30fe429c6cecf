"""A feed, its store and the models that search it, opened in one call."""

from dataclasses import dataclass
from pathlib import Path

from index.place import Place
from index.store import Store
from service import wiring
from service.indexing import Counts, FeedIndexing
from service.pipeline import SearchPipeline
from service.settings import Settings
from service.wiring import Models


@dataclass(frozen=True)
class Shop:
    """A catalogue that is open."""

    settings: Settings
    models: Models
    store: Store
    pipeline: SearchPipeline
    counts: Counts
    """Of the indexing run that opened it."""

    def close(self) -> None:
        """Ends the store's connections."""
        self.store.close()


def open_shop(
    feed: Path, place: Place | Path, settings: Settings, models: Models | None = None
) -> Shop:
    """Indexes a feed into a store, which is made where there is none, and opens it for searches.

    What has not changed since an earlier run costs little.

    Args:
        feed: a file, whose pictures' paths are relative to its folder, or a folder of pictures.
        place: of the store.
        settings: of models and pictures.
        models: those that are loaded already.

    Raises:
        FeedError, StoreError: as ``FeedIndexing.run`` and ``open_store``.
    """
    models = models or wiring.load_models(settings)
    store = wiring.open_store(place, models, create=True)
    indexing = FeedIndexing(store, wiring.ingest(settings, models, store))
    counts = indexing.run([feed], lambda one: wiring.picture_sources(settings, picture_root(one)))
    return Shop(settings, models, store, wiring.search_pipeline(settings, models, store), counts)


def picture_root(feed: Path) -> Path:
    """Gives the folder to which the paths of a feed's pictures are relative."""
    return feed if feed.is_dir() else feed.parent
