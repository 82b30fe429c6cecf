"""Words that must be met as they are written: vectors alone, words alone, both.

    python -m benchmarks.lexical [--json FILE]     # on the Luma shop, and what it costs
    python -m benchmarks.lexical --fit             # the weights, on development data
    python -m benchmarks.lexical --speed           # a catalogue of 100,000 made-up products

Questions go through the product's own code: taken apart into filters and words, embedded, searched.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import galleries, lexical_tasks
from benchmarks.fit_fusion import score
from benchmarks.lexical_photos import evaluate_beside_photo, fit_beside_photo
from benchmarks.lexical_speed import bm25_rows, speed
from benchmarks.lexical_tasks import Question
from benchmarks.machine import machine_line
from benchmarks.retrieval import recall, text
from index import lexical
from index.types import LexicalScores, Query
from service import fusion, wiring
from service.search.catalogue_words import vocabulary_of
from service.search.composing import alone, asked, written
from service.search.words import Understood, understand
from service.settings import Settings, load_settings
from service.wiring import Models

WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0)
ALONE = 1e6
"""A weight beside which the vectors only part products of equal words."""
COLUMNS = (
    {"kind": 0.5, "details": 0.3}, {"kind": 0.8, "details": 0.15}, {"kind": 0.8, "details": 0.5},
    {"kind": 1.0, "details": 0.3}, {"kind": 1.0, "details": 1.0},
)  # fmt: skip
UNKNOWN = (0.0, 0.25, 0.5)

Find = Callable[["Opened", str], LexicalScores | None]


@dataclass(frozen=True)
class Opened:
    """An indexed shop with its questions as vectors."""

    shop: lexical_tasks.Shop
    gallery: galleries.Gallery
    queries: list[Query]
    understood: list[Understood]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="print the grids on development data")
    parser.add_argument("--speed", action="store_true", help="only what a question costs")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    arguments = parser.parse_args()
    print(machine_line())
    if arguments.speed:
        speed()
        return
    settings = load_settings()
    models = wiring.load_models(settings)
    if arguments.fit:
        fit(models, settings)
        return
    figures = {
        "machine": machine_line(),
        "words": evaluate(models, settings),
        "photo and words": evaluate_beside_photo(models, settings),
        "speed": speed(),
    }
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")


def evaluate(models: Models, settings: Settings) -> dict[str, Any]:
    """Recall on Luma by kind of question and way to search."""
    table: dict[str, Any] = {}
    weights = {"vectors": 0.0, "words": ALONE, "both": fusion.TEXT.lexical}
    for shop in lexical_tasks.test():
        with opened(shop, models, settings) as one:
            for way, weight in weights.items():
                places = ranked(one, weight)
                for kind, chosen in by_kind(shop.questions).items():
                    row = table.setdefault(kind, {"n": len(chosen)})
                    row[way] = {f"recall@{k}": recall(places[chosen], k) for k in (1, 5)}
    for kind, row in table.items():
        print(f"\n{kind}: {row['n']} questions")
        for way in weights:
            print(f"  {way:8}", *(f"{name} {text(one)}" for name, one in row[way].items()))
    return table


@contextmanager
def opened(shop: lexical_tasks.Shop, models: Models, settings: Settings) -> Iterator[Opened]:
    """Indexes a shop and embeds its questions as the pipeline does."""
    with galleries.indexed(shop.task, models, settings) as gallery:
        catalogue = gallery.store.catalogue
        ids = dict.fromkeys(row["id"] for row in shop.task.rows)
        vocabulary = vocabulary_of(catalogue.product(one) for one in ids)
        words = [understand(one.words, vocabulary) for one in shop.questions]
        queries = [alone(asked(one, models.embedder, models.colours)) for one in words]
        yield Opened(shop, gallery, queries, words)


def ours(one: Opened, words: str) -> LexicalScores | None:
    return one.gallery.store.lexical(words)


def bm25(one: Opened, words: str) -> LexicalScores | None:
    """FTS5's own BM25 with the same columns, as a share of the question's best."""
    rows = bm25_rows(one.gallery.store.catalogue, words)
    if not rows:
        return None
    scores = np.array([score for _, score in rows], dtype=np.float32)
    return LexicalScores(np.array([key for key, _ in rows], dtype=np.int64), scores / scores.max())


def ranked(one: Opened, weight: float, find: Find = ours) -> np.ndarray:
    """Gives ``(q,)`` the place of the first right product; 0 where none is among ten."""
    queries = []
    for query, words in zip(one.queries, one.understood, strict=True):
        weights = replace(query.weights, lexical=weight)
        found = find(one, written(words, is_alone=True)) if weight else None
        queries.append(replace(query, lexical=found, weights=weights, is_grouped=False))
    return first_right(one, queries, [question.right for question in one.shop.questions])


def first_right(
    one: Opened, queries: Sequence[Query], right: Sequence[frozenset[str]]
) -> np.ndarray:
    store = one.gallery.store
    found = store.search(queries)
    products = store.catalogue.products(sorted({hit.key for hits in found for hit in hits}))
    places = [
        next((n for n, hit in enumerate(hits, 1) if products[hit.key].id in wanted), 0)
        for hits, wanted in zip(found, right, strict=True)
    ]
    return np.array(places)


def by_kind(questions: Sequence[Question]) -> dict[str, np.ndarray]:
    kinds = np.array([one.kind for one in questions])
    return {kind: np.flatnonzero(kinds == kind) for kind in dict.fromkeys(kinds.tolist())}


def fit(models: Models, settings: Settings) -> None:
    """Prints (recall@1 + MRR) / 2 by weight, column weights and formula, a kind at a time."""
    tables: dict[str, dict[str, list[float]]] = {}
    for shop in lexical_tasks.development():
        with opened(shop, models, settings) as one:
            for title, places in variants(one):
                for kind, chosen in by_kind(shop.questions).items():
                    rows = tables.setdefault(title, {})
                    rows[f"{shop.name}: {kind}"] = [score(row[chosen]) for row in places]
    print("(recall@1 + MRR) / 2 by weight of the words:", *WEIGHTS)
    for title, rows in tables.items():
        print(f"\n{title}")
        for name, row in rows.items():
            print(f"  {name:34}", *(f"{value:.3f}" for value in row))
        means = np.mean([row for name, row in rows.items() if "typo" not in name], axis=0)
        print(f"  {'mean without typos':34}", *(f"{value:.3f}" for value in means))
    fit_beside_photo(models, settings)


def variants(one: Opened) -> Iterator[tuple[str, list[np.ndarray]]]:
    """The weights by formula and column weights, the chosen first."""
    yield "chosen", [ranked(one, weight) for weight in WEIGHTS]
    yield "BM25 of FTS5", [ranked(one, weight, bm25) for weight in WEIGHTS]
    for columns in COLUMNS:
        with changed(COLUMN_WEIGHTS={**lexical.COLUMN_WEIGHTS, **columns}):
            yield f"columns {columns}", [ranked(one, weight) for weight in WEIGHTS]
    for unknown in UNKNOWN:
        with changed(UNKNOWN=unknown):
            yield (
                f"a word that no product holds weighs {unknown:g}",
                [ranked(one, weight) for weight in WEIGHTS],
            )


@contextmanager
def changed(**constants: Any) -> Iterator[None]:
    """Other constants of ``index.lexical`` for a while."""
    before = {name: getattr(lexical, name) for name in constants}
    for name, value in constants.items():
        setattr(lexical, name, value)
    yield
    for name, value in before.items():
        setattr(lexical, name, value)


if __name__ == "__main__":
    main()
