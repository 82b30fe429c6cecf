"""``snapshelf eval``: retrieval quality as one number, with its interval."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from scripts.options import EmbedderOption, FilterOption, JsonOption, StoreOption, filters_of
from service import wiring
from service.evaluation import METRICS, judge, read_queries, report
from service.fusion import CaptionUse
from service.settings import load_settings


def evaluate(
    queries: Annotated[Path, typer.Argument(help="CSV with the columns photo,product[,text]")],
    store: StoreOption,
    filter_: FilterOption = None,
    captions: Annotated[
        CaptionUse | None, typer.Option(help="in searches by photo; else as the settings say")
    ] = None,
    embedder: EmbedderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measures recall@1/5/10, MRR and mAP@10 with 95 % bootstrap intervals."""
    filters = filters_of(filter_)
    labelled = read_queries(queries)
    if not labelled:
        raise typer.BadParameter(f"{queries} holds no queries")
    settings = load_settings(embedder=embedder, caption_use=captions)
    models = wiring.load_models(settings)
    opened = wiring.open_store(store, models)
    pipeline = wiring.search_pipeline(settings, models, opened)
    figures = report(judge(labelled, pipeline, opened, filters))
    opened.close()
    print(json.dumps(figures, indent=1)) if as_json else _print(figures)


def _print(figures: dict[str, Any]) -> None:
    """Prints the overall figures with their intervals, and recall by category without."""
    overall = figures["overall"]
    print(f"{overall['n']} queries; 95 % bootstrap intervals")
    for metric in METRICS:
        low, high = overall[f"{metric}_ci95"]
        print(f"  {metric:13} {overall[metric]:.3f}  [{low:.3f}, {high:.3f}]")
    table = Table("category", "n", *METRICS)
    for name, row in figures["by_category"].items():
        table.add_row(name or "-", str(row["n"]), *(f"{row[metric]:.3f}" for metric in METRICS))
    Console().print(table)
