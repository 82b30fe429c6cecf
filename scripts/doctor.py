"""``snapshelf doctor``: what is wrong with a catalogue, and how sure its answers may be."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from index.verdict import Calibration
from scripts.options import EmbedderOption, JsonOption, StoreOption
from service import wiring
from service.doctor import Checkup, check_up
from service.evaluation import read_queries
from service.reranker_check import RerankerFigures, compare_reranker
from service.reranking import Reranking
from service.self_check import own_questions
from service.settings import load_settings


def doctor(
    store: StoreOption,
    queries: Annotated[
        Path | None,
        typer.Option(help="CSV with the columns photo,product: calibrate with these true photos"),
    ] = None,
    sample: Annotated[
        int, typer.Option(min=0, max=10_000, help="most questions asked; 0 only examines")
    ] = 300,
    reranker: Annotated[
        str, typer.Option(help="measure whether this re-ranker pays here: embedded, qwen, ...")
    ] = "",
    embedder: EmbedderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Examines a store, asks it for its own pictures, and calibrates its verdicts."""
    settings = load_settings(embedder=embedder)
    models = wiring.load_models(settings)
    opened = wiring.open_store(store, models)
    labelled = read_queries(queries) if queries else ()
    pipeline = wiring.search_pipeline(settings, models, opened)
    found = check_up(pipeline, sample, labelled)
    reranked = None
    if reranker:
        model = wiring.load_reranker(load_settings(embedder=embedder, reranker=reranker))
        with_it = replace(pipeline, reranking=Reranking(model) if model else None)
        without = replace(pipeline, reranking=None)
        reranked = compare_reranker(without, with_it, own_questions(opened, sample))
    opened.close()
    if as_json:
        print(json.dumps(_tree(found, reranked), indent=1))
    else:
        _print(found)
        print(_paid(reranked, reranker), end="")


def _paid(figures: RerankerFigures | None, name: str) -> str:
    if not name:
        return ""
    if figures is None:
        return f"re-ranker {name}: no questions to measure it with\n"
    advice = f'pays: set reranker = "{name}"' if figures.is_gain else "does not pay here: leave it"
    low, high = figures.gain_ci95
    return (
        f"re-ranker {name} {advice} (recall@1 of the product {figures.recall_without:.1%} without "
        f"and {figures.recall_with:.1%} with it: {figures.gain:+.1%} [{low:+.1%}, {high:+.1%}], "
        f"p {figures.p_value:.3f})\n"
    )


def _tree(found: Checkup, reranked: RerankerFigures | None) -> dict[str, Any]:
    tree = asdict(found) | {"reranker": asdict(reranked) if reranked else None}
    if found.calibration is not None:
        tree["calibration"] = json.loads(found.calibration.to_json())
    return tree


def _print(found: Checkup) -> None:
    health = found.health
    print(f"{health.products} products, {health.pictures} pictures")
    for name, is_sound in health.versions.items():
        print(f"version {name}: {'sound' if is_sound else 'DAMAGED, not used'}")
    table = Table("finding", "products", "such as", "what to do")
    for one in health.findings:
        table.add_row(one.name, str(one.count), ", ".join(one.examples), one.advice)
    if health.findings:
        Console().print(table)
    else:
        print("no findings")
    if found.recall_at_1 is not None and found.recall_at_1_ci95 is not None:
        low, high = found.recall_at_1_ci95
        print(
            f"{found.questions} questions by its own or the given pictures: the right group is "
            f"first in {found.recall_at_1:.1%} [{low:.1%}, {high:.1%}]"
        )
    print(_calibrated(found.calibration) or f"no verdicts: {found.uncalibrated_because}")


def _calibrated(calibration: Calibration | None) -> str:
    if calibration is None:
        return ""
    report = calibration.report
    return (
        f"verdicts calibrated on {calibration.trials} questions ({calibration.source}); on those "
        f"it was not fitted to: calibration error {report['ece']:.3f}, 'same product' said of "
        f"{report['claimed']:.1%}, wrongly of {report['false_claims']:.1%}"
    )
