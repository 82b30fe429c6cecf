"""A closer look at the best 20: what it gains and what it costs, with the real pipeline.

    python -m benchmarks.rerank [--reranker embedded] [--fit [--renders DIR]]

Photos are searched as they are (no detector, no captioner). ``--fit`` sweeps the weight on
development data alone: phone views of eShop's pictures, harder than those the embedder was trained
on; grocery ``train`` photos, which the embedder knows; and rendered things in several colours
(``render_demo --training``).
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks import datasets, galleries
from benchmarks.fit_fusion import rendered
from benchmarks.machine import machine_line
from benchmarks.retrieval import text
from index.store import Store
from service import wiring
from service.evaluation import interval
from service.pipeline import SearchPipeline
from service.reranker_check import Asked, asked, figures
from service.reranking import Reranking
from service.self_check import Question, own_questions
from service.settings import Settings, load_settings
from service.types import SearchRequest
from service.wiring import Models

GRID = (0.0, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 2.0)
TRAIN_PHOTOS = 300
SEEDS = (1, 2)
"""A product's picture is asked for in two views."""
TIMED = 5
_SEED = 5


@dataclass(frozen=True)
class Answers:
    """What the questions of a task came to, and what the stage takes a search."""

    asked: list[Asked]
    cold_ms: float
    """Where none of the pictures was looked at before."""
    warm_ms: float
    """Where all of them were."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reranker", default="embedded", help="as the setting")
    parser.add_argument("--fit", action="store_true", help="sweep the weight on development data")
    parser.add_argument("--renders", type=Path, help="folder of training renders")
    arguments = parser.parse_args()
    settings = load_settings(detector="none", captioner="none", reranker=arguments.reranker)
    models = wiring.load_models(settings)
    if models.reranker is None:
        parser.error("--reranker none: there is nothing to measure")
    reranking = Reranking(models.reranker)
    print(machine_line())
    if arguments.fit:
        fit(development(arguments.renders), models, settings, reranking)
        return
    for task in (
        datasets.luma(),
        datasets.grocery(with_photos=False),
        datasets.grocery(with_photos=True),
    ):
        report(task, models, settings, reranking)


def report(task: datasets.Task, models: Models, settings: Settings, reranking: Reranking) -> None:
    """Recall@1 before and after, the paired difference, and the time of the stage."""
    came = answers(task, models, settings, reranking)
    found = came.asked
    measured = figures(found, reranking)
    before, after = (text(recall(found, weight)) for weight in (0.0, reranking.weight))
    low, high = measured.gain_ci95
    print(f"\n{task.name}: {len(found)} queries, {len(task.rows)} products")
    print(f"  recall@1 without     {before}")
    print(f"  recall@1 with        {after}  (weight {reranking.weight:g})")
    print(f"  gain                 {measured.gain:+.3f} [{low:+.3f}, {high:+.3f}]")
    print(f"  McNemar, exact       p = {measured.p_value:.3f}; a gain: {measured.is_gain}")
    print(f"  right among the 20   {np.mean([one.is_right.any() for one in found]):.3f}")
    print(f"  ms a search          {came.warm_ms:.0f}; pictures never seen {came.cold_ms:.0f}")


def fit(
    tasks: Sequence[datasets.Task], models: Models, settings: Settings, reranking: Reranking
) -> None:
    """Recall@1 by the weight of the re-ranker; 0 is without it."""
    table = {}
    for task in tasks:
        found = answers(task, models, settings, reranking).asked
        table[f"{task.name} ({len(found)})"] = [recall(found, weight)[0] for weight in GRID]
    print("recall@1 by weight".ljust(44), *(f"{weight:<6g}" for weight in GRID))
    for name, row in table.items():
        print(name.ljust(44), *(f"{value:.3f} " for value in row))
    print("mean".ljust(44), *(f"{value:.3f} " for value in np.mean(list(table.values()), axis=0)))


def development(renders: Path | None) -> list[datasets.Task]:
    """Gives the tasks that the weight is fitted on; without photos a task asks for its pictures."""
    photos = [
        (photo, row["id"])
        for row in datasets.grocery(with_photos=True).rows
        for photo in row["additional_image_link"].split(",")
    ]
    random.Random(_SEED).shuffle(photos)  # noqa: S311 (no secret)
    iconic = datasets.grocery(with_photos=False)
    known = replace(iconic, name="grocery train photos", queries=photos[:TRAIN_PHOTOS])
    tasks = [replace(datasets.eshop(), name="eshop, phone views"), known]
    return [*tasks, rendered(renders)] if renders else tasks


def answers(
    task: datasets.Task, models: Models, settings: Settings, reranking: Reranking
) -> Answers:
    """Asks a task's questions; the gallery is indexed anew."""
    with galleries.indexed(replace(task, queries=[]), models, settings) as gallery:
        pipeline = wiring.search_pipeline(settings, models, gallery.store)
        questions = list(questions_of(task, gallery.store))
        found = [asked(pipeline, reranking, one) for one in questions]
        timed = questions[:: max(1, len(questions) // TIMED)][:TIMED]
        return Answers(
            found,
            cold_ms=stage_ms(pipeline, timed, settings, is_warm=False),
            warm_ms=stage_ms(pipeline, timed, settings, is_warm=True),
        )


def questions_of(task: datasets.Task, store: Store) -> Iterator[Question]:
    if not task.queries:
        for seed in SEEDS:
            yield from own_questions(store, len(task.rows), seed)
    for photo, product in task.queries:
        yield Question((task.root / photo).read_bytes(), store.catalogue.product(product))


def stage_ms(
    pipeline: SearchPipeline, questions: Sequence[Question], settings: Settings, *, is_warm: bool
) -> float:
    """Median of the stage, by a re-ranker that has seen no picture, or just these."""
    took = []
    for question in questions:
        fresh = wiring.load_reranker(settings)
        if fresh is None:
            raise RuntimeError("no re-ranker")
        one = replace(pipeline, reranking=Reranking(fresh))
        request = SearchRequest(question.photo, is_grouped=False)
        results = [one.search(request) for _ in range(2 if is_warm else 1)]
        took.append(results[-1].timings_ms["rerank"])
    return float(np.median(took))


def recall(found: Sequence[Asked], weight: float) -> list[float]:
    """Mean and 95 % bootstrap interval."""
    hits = np.array([one.is_first_right(weight) for one in found], dtype=np.float64)
    return [float(hits.mean()), *interval(hits)]


if __name__ == "__main__":
    main()
