"""Data sets indexed into temporary stores by the real code, and queries embedded once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks.datasets import Task
from index.feed_rows import FeedRow, parse_row
from index.store import Store
from index.types import FusionWeights, Query
from service import wiring
from service.fusion import weights_on
from service.settings import Settings
from service.wiring import Models
from vision.decode import decode
from vision.protocols import Captioner

BATCH = 64


@dataclass(frozen=True)
class Gallery:
    """An indexed task with the vectors of its queries."""

    task: Task
    store: Store
    images: NDArray[np.float32]
    colours: NDArray[np.float32]
    weights: tuple[FusionWeights, ...]
    """Those that the pipeline takes for each photo."""


@contextmanager
def indexed(task: Task, models: Models, settings: Settings) -> Iterator[Gallery]:
    """Indexes a task's gallery and embeds its photos."""
    with TemporaryDirectory() as folder:
        store = wiring.open_store(Path(folder), models, create=True)
        commit(store, [parse_row(row) for row in task.rows], task.root, models, settings)
        images, colours, weights = [], [], []
        for photo, _ in task.queries:
            image = decode((task.root / photo).read_bytes()).image
            images.append(models.embedder.embed_images([image])[0])
            seen = models.colours.look([image])
            colours.append(seen.vectors[0])
            weights.append(weights_on(is_plain=bool(seen.is_plain[0])))
        yield Gallery(task, store, np.array(images), np.array(colours), tuple(weights))
        store.close()


def commit(
    store: Store,
    rows: Sequence[FeedRow],
    root: Path,
    models: Models,
    settings: Settings,
    captioner: Captioner | None = None,
) -> None:
    """Writes rows into a store; a row or picture that is refused ends the benchmark."""
    ingest = wiring.ingest(settings, models, store, captioner)
    sources = wiring.picture_sources(settings, root)
    for start in range(0, len(rows), BATCH):
        for outcome in ingest.commit(rows[start : start + BATCH], sources.read):
            if outcome.status == "rejected" or outcome.problems:
                raise RuntimeError(f"{outcome.product_id}: {outcome.problems}")


def ranks(
    gallery: Gallery, weights: FusionWeights | None = None, *, is_grouped: bool = False
) -> NDArray[np.int64]:
    """Gives ``(q,)`` the place of the right product or group for each photo; 0: not there.

    Without weights, those that the pipeline takes.
    """
    queries = [
        Query(image, colour, None, weights or own, k=10, is_grouped=is_grouped)
        for image, colour, own in zip(gallery.images, gallery.colours, gallery.weights, strict=True)
    ]
    wanted = [product for _, product in gallery.task.queries]
    return places(gallery.store, queries, wanted, is_grouped=is_grouped)


def places(
    store: Store, queries: Sequence[Query], wanted: Sequence[str], *, is_grouped: bool
) -> NDArray[np.int64]:
    """Gives ``(q,)`` the place of each wanted product among the first k, 0 where it is not."""
    found = store.search([replace(query, is_grouped=is_grouped) for query in queries])
    keys = {one.key for ranked in found for one in ranked}
    products = store.catalogue.products(sorted(keys))
    right = [store.catalogue.product(one) for one in wanted]
    result = np.zeros(len(wanted), dtype=np.int64)
    for row, (ranked, product) in enumerate(zip(found, right, strict=True)):
        for place, candidate in enumerate(ranked, start=1):
            seen = products[candidate.key]
            if seen.group == product.group if is_grouped else seen.id == product.id:
                result[row] = place
                break
    return result
