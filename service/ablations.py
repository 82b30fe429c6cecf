"""What each part of a search by photo finds alone: picture, colours, caption.

The parts are those of one search: the same photo, region and vectors, with other weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from index.overview import count_all
from index.snapshot import Snapshot
from index.types import FusionWeights, Query
from service.evaluation import (
    DEPTH,
    Judged,
    Label,
    LabelledQuery,
    judged,
    label_of,
    photo_of,
)
from service.fusion import TEXT
from service.pipeline import SearchPipeline
from service.types import SearchRequest

WHOLE = "whole search"
CAPTION = "caption alone"
PARTS: Mapping[str, FusionWeights | None] = {
    WHOLE: None,
    "picture alone": FusionWeights(image=1.0),
    "colours alone": FusionWeights(colour=1.0),
    CAPTION: TEXT,
}
"""Name to weights; None: as the pipeline weighs."""


def judge_parts(
    queries: Sequence[LabelledQuery], pipeline: SearchPipeline
) -> dict[str, list[Judged]]:
    """Gives the rankings of ``PARTS``, each in the order of the queries; those need photos.

    A photo without a caption finds nothing by it.

    Raises:
        RequestError: a query has no photo or also words, or as ``judge``.
        PhotoError: a photo cannot be decoded.
    """
    found: dict[str, list[Judged]] = {name: [] for name in PARTS}
    snapshot = pipeline.store.refresh()
    for query in queries:
        label = label_of(query, pipeline.store)
        views = _views(query, pipeline)
        for name, weights in PARTS.items():
            asked = [_weighed(one, name, weights, label) for one in views]
            found[name].append(_judged([one for one in asked if one], label, pipeline, snapshot))
    return found


def chance(queries: Sequence[LabelledQuery], pipeline: SearchPipeline) -> NDArray[np.float64]:
    """Gives ``(DEPTH,)`` the recall@1, @2, ... of answers drawn at random.

    Raises:
        RequestError: as ``judge``.
    """
    counts = count_all(pipeline.store.catalogue)
    labels = [label_of(one, pipeline.store) for one in queries]
    sizes = np.array([counts.groups if one.is_group else counts.products for one in labels])  # (q,)
    depths = np.arange(1, DEPTH + 1)
    return np.asarray(np.minimum(1.0, depths[:, None] / sizes).mean(axis=1))


def _views(query: LabelledQuery, pipeline: SearchPipeline) -> tuple[Query, ...]:
    """The queries of the photo's first item, captions beside it."""
    request = SearchRequest(photo_of(query), k=1, is_main_only=True)
    return replace(pipeline, caption_use="beside").search(request).items[0].views


def _weighed(view: Query, name: str, weights: FusionWeights | None, label: Label) -> Query | None:
    if name == CAPTION and view.text is None:
        return None
    return replace(view, weights=weights or view.weights, k=DEPTH, is_grouped=label.is_group)


def _judged(
    queries: Sequence[Query], label: Label, pipeline: SearchPipeline, snapshot: Snapshot
) -> Judged:
    return judged(label, pipeline.ranked(queries, snapshot) if queries else ())
