"""Whether a re-ranker pays: the same questions with and without it, on one shop's own pictures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.store import Store
from index.types import Candidate, Product, Query
from service.errors import RequestError
from service.evaluation import interval
from service.pipeline import SearchPipeline
from service.reranking import DEPTH, Reranking, blended, picture_of, scores_of
from service.self_check import Question
from service.types import Match, SearchRequest
from vision.decode import crop

RISK = 0.05
"""How probable a gain by chance alone may be (exact McNemar test)."""


@dataclass(frozen=True)
class Asked:
    """What a question's best candidates were worth, before they were ranked again."""

    scores: NDArray[np.float64]
    """``(n,)`` of the search."""
    parts: NDArray[np.float64]
    """``(n,)`` of the re-ranker; NaN where a picture is gone."""
    is_right: NDArray[np.bool_]
    """``(n,)`` at most one true."""

    def is_first_right(self, weight: float) -> bool:
        """Whether the right product is first, with this weight of the re-ranker; 0 is without."""
        if not len(self.scores):
            return False
        ranking = blended(self.scores, self.parts, weight) if weight else self.scores
        return bool(self.is_right[int(np.argmax(ranking))])


@dataclass(frozen=True)
class RerankerFigures:
    """Recall@1 of the very product, with and without; fractions, not per cent."""

    reranker: str
    questions: int
    recall_without: float
    recall_with: float
    gain: float
    gain_ci95: tuple[float, float]
    """Paired percentile bootstrap over questions."""
    p_value: float
    """Of no difference: exact McNemar, two-sided."""
    is_gain: bool
    """More right answers, and ``p_value`` below ``RISK``."""


def compare_reranker(
    pipeline_without: SearchPipeline,
    pipeline_with: SearchPipeline,
    questions: Iterable[Question],
) -> RerankerFigures | None:
    """Gives the figures of a re-ranker; None where nothing was asked.

    Each question is searched once; the re-ranker then looks at its best ``DEPTH`` products, each
    for itself and not as a group.

    Args:
        pipeline_without: searches.
        pipeline_with: has the re-ranker and its weight.
        questions: as ``service.self_check`` makes them.

    Raises:
        RequestError: ``pipeline_with`` has no re-ranker.
        ModelError: the re-ranker is down or slow.
    """
    reranking = pipeline_with.reranking
    if reranking is None:
        raise RequestError("no re-ranker to compare: the setting reranker is none")
    plain = replace(pipeline_without, reranking=None)
    found = [asked(plain, reranking, one) for one in questions]
    return figures(found, reranking) if found else None


def figures(found: Sequence[Asked], reranking: Reranking) -> RerankerFigures:
    """Gives the figures of at least one question."""
    without = np.array([one.is_first_right(0.0) for one in found])
    with_it = np.array([one.is_first_right(reranking.weight) for one in found])
    gained, lost = int((with_it & ~without).sum()), int((without & ~with_it).sum())
    low, high = interval(with_it.astype(float) - without.astype(float))
    from scipy.stats import binomtest  # a second to import, and every command would

    p_value = float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0
    return RerankerFigures(
        reranker=reranking.reranker.name,
        questions=len(found),
        recall_without=float(without.mean()),
        recall_with=float(with_it.mean()),
        gain=(gained - lost) / len(found),
        gain_ci95=(low, high),
        p_value=p_value,
        is_gain=gained > lost and p_value < RISK,
    )


def asked(pipeline: SearchPipeline, reranking: Reranking, question: Question) -> Asked:
    """Searches for a question's photo and lets the re-ranker look at what came back.

    Raises:
        ModelError: as the re-ranker.
    """
    request = SearchRequest(question.photo, k=DEPTH, is_main_only=True, is_grouped=False)
    item = pipeline.search(request).items[0]
    candidates = [_of_match(one, question.product) for one in item.matches]
    if question.hidden is not None:
        own = question.product.group
        others = [
            of
            for of, one in zip(candidates, item.matches, strict=True)
            if own not in {two.group for two in (one.product, *one.also_listed_as)}
        ]
        candidates = others + _own_group(pipeline, question, item.views)
    candidates = sorted(candidates, key=lambda one: (-one.score, one.product))[:DEPTH]
    photo = pipeline.decode(question.photo)
    region = crop(photo, item.item.box) if item.item else photo.image
    catalogue = pipeline.store.catalogue
    pictures = [picture_of(catalogue, one.product, one.picture) for one in candidates]
    return Asked(
        scores=np.array([one.score for one in candidates]),
        parts=scores_of(reranking.reranker, region, pictures),
        is_right=np.array([one.is_right for one in candidates], dtype=bool),
    )


@dataclass(frozen=True)
class _Shown:
    """A product that came back, and the picture that it came with."""

    product: str
    score: float
    picture: int
    is_right: bool


def _of_match(match: Match, wanted: Product) -> _Shown:
    listed = {one.id for one in (match.product, *match.also_listed_as)}
    return _Shown(match.product.id, match.score, match.picture, wanted.id in listed)


def _own_group(
    pipeline: SearchPipeline, question: Question, views: Sequence[Query]
) -> list[_Shown]:
    """The products of the question's group, as if the picture that asks were not there."""
    store = pipeline.store
    members = [one.id for one in store.catalogue.variants([question.product.group]).popitem()[1]]
    queries = [replace(view, k=len(members), is_grouped=False) for view in views]
    best: dict[int, Candidate] = {}
    for ranking in store.search_among(members, queries, hidden=question.hidden):
        for one in ranking:
            if one.key not in best or one.score > best[one.key].score:
                best[one.key] = one
    ids = {key: product.id for key, product in store.catalogue.products(sorted(best)).items()}
    return [
        _Shown(ids[key], one.score, there[one.picture], ids[key] == question.product.id)
        for key, one in best.items()
        if key in ids
        for there in [_positions(store, ids[key], question.hidden)]
        if one.picture < len(there)
    ]


def _positions(store: Store, product_id: str, hidden: str | None) -> list[int]:
    """Places of a product's pictures without the hidden one."""
    sources = store.catalogue.sources(product_id)
    return [place for place, (_, sha256) in enumerate(sources) if sha256 != hidden]
