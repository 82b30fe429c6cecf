"""How good retrieval is: metrics of a list of labelled queries, with bootstrap intervals.

A query has one right answer, so that every metric is a function of its place; ranx
(https://amenra.github.io/ranx/) gives the same figures in the tests, but compiles for 40 s before
the first. Intervals are scipy's percentile bootstrap over queries.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import UnknownProductError
from index.store import Store
from index.types import NO_FILTERS, Filters
from service.errors import RequestError
from service.pipeline import SearchPipeline
from service.types import Match, SearchRequest

DEPTH = 10
METRICS: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "recall_at_1": lambda places: (places <= 1).astype(np.float64),
    "recall_at_5": lambda places: (places <= 5).astype(np.float64),
    "recall_at_10": lambda places: (places <= 10).astype(np.float64),
    "mrr": lambda places: 1 / places,
    "map_at_10": lambda places: 1 / places,
}
"""Name to a function of the right answer's place: 1 is first, infinite is not among ``DEPTH``."""
_RESAMPLES = 2000
_SEED = 0


@dataclass(frozen=True)
class LabelledQuery:
    """A photo, words, or both, and the product or group that is right."""

    photo: Path | None
    text: str
    product: str
    line: int


@dataclass(frozen=True)
class Label:
    """What is right for a query."""

    id: str
    """Of a product, or of a group of variants."""
    category: str
    is_group: bool


@dataclass(frozen=True)
class Judged:
    """A query's ranking: what came back, and whether ids are groups or products."""

    right: str
    ranked: tuple[str, ...]
    category: str


def read_queries(path: Path) -> list[LabelledQuery]:
    """Reads a CSV file with the columns ``photo,product`` and optionally ``text``.

    Raises:
        RequestError: no such file, a column is missing, or a row names nothing to look for.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = {"photo", "product"} - set(reader.fieldnames or [])
            if missing:
                raise RequestError(f"{path.name}: no column {', '.join(sorted(missing))}")
            return [_query(path, row, line) for line, row in enumerate(reader, start=2)]
    except OSError as error:
        raise RequestError(f"{path}: {error.strerror}") from error


def judge(
    queries: Sequence[LabelledQuery],
    pipeline: SearchPipeline,
    store: Store,
    filters: Filters = NO_FILTERS,
) -> list[Judged]:
    """Searches for every query; products are ranked for a product's id, groups for a group's.

    Raises:
        RequestError: a photo cannot be read, or a label is in no catalogue.
        PhotoError: a photo cannot be decoded.
    """
    return [_judged(query, pipeline, store, filters) for query in queries]


def report(rankings: Sequence[Judged]) -> dict[str, Any]:
    """Gives the contract's ``overall`` and ``by_category`` figures; fractions, not per cent."""
    table = per_query(rankings)
    categories = sorted({one.category for one in rankings})
    index = np.array([one.category for one in rankings])
    return {
        "overall": _figures(table),
        "by_category": {
            category: _figures({name: values[index == category] for name, values in table.items()})
            for category in categories
        },
    }


def _query(path: Path, row: dict[str, str], line: int) -> LabelledQuery:
    photo, text = (row.get("photo") or "").strip(), (row.get("text") or "").strip()
    product = (row.get("product") or "").strip()
    if not product or not (photo or text):
        raise RequestError(f"{path.name} line {line}: no product, or neither photo nor text")
    return LabelledQuery(path.parent / photo if photo else None, text, product, line)


def _judged(
    query: LabelledQuery, pipeline: SearchPipeline, store: Store, filters: Filters
) -> Judged:
    label = label_of(query, store)
    request = SearchRequest(
        photo_of(query), query.text, DEPTH, is_main_only=True, filters=filters,
        is_grouped=label.is_group,
    )  # fmt: skip
    return judged(label, pipeline.search(request).items[0].matches)


def photo_of(query: LabelledQuery) -> bytes | None:
    """Gives the query's photo; None where it has none.

    Raises:
        RequestError: it cannot be read.
    """
    try:
        return query.photo.read_bytes() if query.photo else None
    except OSError as error:
        raise RequestError(f"line {query.line}: {query.photo}: {error.strerror}") from error


def judged(label: Label, matches: Sequence[Match]) -> Judged:
    """Gives a ranking as it is judged: ids of products, or of groups where the label is one."""
    ranked = [_judged_as(one, label.id, is_group=label.is_group) for one in matches]
    return Judged(label.id, tuple(ranked), label.category)


def _judged_as(match: Match, right: str, *, is_group: bool) -> str:
    """The id of a match: the right one where it is one of the match's listings."""
    listed = (match.product, *match.also_listed_as)
    ids = [one.group if is_group else one.id for one in listed]
    return right if right in ids else ids[0]


def label_of(query: LabelledQuery, store: Store) -> Label:
    """Gives what is right for a query, in a store.

    Raises:
        RequestError: it is neither a product nor a group there.
    """
    try:
        product = store.catalogue.product(query.product)
        return Label(product.id, product.category, is_group=False)
    except UnknownProductError:
        members = store.catalogue.variants([query.product]).get(query.product)
    if not members:
        raise RequestError(
            f"line {query.line}: {query.product!r} is neither a product nor a group of this store"
        )
    return Label(query.product, members[0].category, is_group=True)


def places(rankings: Sequence[Judged]) -> NDArray[np.float64]:
    """Gives ``(q,)`` the place of the right answer, from 1; infinite: not among ``DEPTH``."""
    return np.array(
        [
            one.ranked.index(one.right) + 1 if one.right in one.ranked[:DEPTH] else np.inf
            for one in rankings
        ]
    )


def per_query(rankings: Sequence[Judged]) -> dict[str, NDArray[np.float64]]:
    """Gives one value a query and metric, in the order of the queries."""
    found = places(rankings)
    return {name: metric(found) for name, metric in METRICS.items()}


def recall_curve(rankings: Sequence[Judged]) -> NDArray[np.float64]:
    """Gives ``(DEPTH, 3)`` recall@1, @2, ... and both ends of its 95 % bootstrap interval."""
    found = places(rankings)
    hits = [(found <= k).astype(np.float64) for k in range(1, DEPTH + 1)]
    return np.array([[one.mean(), *interval(one)] for one in hits])


def _figures(table: dict[str, NDArray[np.float64]]) -> dict[str, Any]:
    figures: dict[str, Any] = {"n": len(table["mrr"])}
    for name, values in table.items():
        figures[name] = round(float(values.mean()), 4)
        figures[f"{name}_ci95"] = interval(values)
    return figures


def interval(values: NDArray[np.float64]) -> list[float]:
    """Gives the 95 % percentile bootstrap interval of a mean; the mean itself where all agree."""
    if len(values) < 2 or np.ptp(values) == 0:
        return [round(float(values.mean()), 4)] * 2
    from scipy.stats import bootstrap

    found = bootstrap(
        (values,), np.mean, n_resamples=_RESAMPLES, method="percentile", rng=_SEED
    ).confidence_interval
    return [round(float(found.low), 4), round(float(found.high), 4)]
