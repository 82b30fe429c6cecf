"""A photo of one colour and words for another: is the first match that product in that colour?

    python -m benchmarks.composed [--json FILE]     # on the Luma shop
    python -m benchmarks.composed --fit             # the weights of service/search/moves.py

Each ordered pair of colours of a group is asked in several wordings; the gallery is the first
picture of every product. Photos are these pictures themselves, and then the products' other views,
of which the gallery holds none. Both twice: with the shop's colour column, and without it, so that
words can only move the vector. Intervals are bootstraps over groups, since pairs of one group and
wordings of one pair are no independent samples. The fit looks at the demo shop without its colours
and at groceries that differ in colour, never at Luma.
"""

import argparse
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import datasets, galleries
from benchmarks.composed_tasks import (
    WORDINGS,
    Ask,
    colourless,
    demo,
    exclusions,
    groceries,
    luma,
    of_views,
    pairs,
    trained,
    view_pairs,
)
from benchmarks.machine import machine_line
from index.siblings import siblings_of
from index.types import FusionWeights, Query, Vector
from service import fusion, wiring
from service.search.catalogue_words import vocabulary_of
from service.search.composing import Asked, asked, beside_photo
from service.search.moves import MOVES, MoveWeights
from service.search.words import understand
from service.settings import Settings, load_settings
from service.wiring import Models

POSITIVE_GRID = (0.0, 0.5, 1.0, 1.25, 2.0)
NEGATIVE_GRID = (0.0, 0.5, 1.0, 2.0)
SIBLINGS_GRID = (0.0, 1.0, 2.0, 4.0)
COLOUR_GRID = (0.1, 0.3, 0.6)
RESAMPLES = 2000

Compose = Callable[["Shop", "Ask"], Query]


@dataclass(frozen=True)
class Shop:
    """A gallery with what a query needs."""

    gallery: galleries.Gallery
    asked: Mapping[str, Asked]
    texts: Mapping[str, Vector]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="print the grid on development data")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    arguments = parser.parse_args()
    settings = load_settings()
    models = wiring.load_models(settings)
    print(machine_line())
    if arguments.fit:
        fit(models, settings)
        return
    figures = {"machine": machine_line(), **evaluate(models, settings)}
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")


def evaluate(models: Models, settings: Settings) -> dict[str, Any]:
    """Recall@1 on Luma of every way to compose, with and without the shop's colours."""
    figures: dict[str, Any] = {}
    shops = {"with colours": luma(), "without colours": colourless(luma())}
    views = {f"{name}, other views": of_views(task) for name, task in shops.items()}
    for name, task in (shops | views).items():
        asks = view_pairs(luma(), WORDINGS) if name in views else pairs(luma(), WORDINGS)
        print(f"\nLuma {name}: {len(asks)} queries, {len(task.rows)} products, recall@1")
        rows = figures[name] = {}
        for way, hits in measured(task, asks, models, settings).items():
            rows[way] = over_groups(asks, hits)
            print(f"  {way:32} {rows[way][0]:.3f} [{rows[way][1]:.3f}, {rows[way][2]:.3f}]")
            if way == "ours" and name not in views:
                rows["by wording"] = by_wording(asks, hits)
        if name not in views:
            print("  ours by wording: ", *(f"{k}: {v:.3f}" for k, v in rows["by wording"].items()))
    return figures


def measured(
    task: datasets.Task, asks: Sequence[Ask], models: Models, settings: Settings
) -> dict[str, np.ndarray]:
    ways: dict[str, Compose] = {
        "photo only": lambda shop, ask: query(shop, ask, shop.gallery.weights[ask.photo]),
        "words only": lambda shop, ask: Query(text=shop.texts[ask.words], weights=fusion.TEXT),
        "plain vector sum": plain_sum,
        "sum, fitted for product names": lambda shop, ask: replace(
            query(shop, ask, fusion.PHOTO_AND_TEXT), text=shop.texts[ask.words]
        ),
        "ours, but for siblings": lambda shop, ask: ours(shop, ask, replace(MOVES, siblings=0.0)),
        "ours": ours,
    }
    with opened(task, asks, models, settings) as shop:
        return {way: first_is_right(shop, asks, compose) for way, compose in ways.items()}


def query(shop: Shop, ask: Ask, weights: FusionWeights) -> Query:
    gallery = shop.gallery
    return Query(gallery.images[ask.photo], gallery.colours[ask.photo], None, weights)


def plain_sum(shop: Shop, ask: Ask) -> Query:
    total = shop.gallery.images[ask.photo] + shop.texts[ask.words]
    return Query(image=total / np.linalg.norm(total))


def ours(shop: Shop, ask: Ask, moves: MoveWeights = MOVES) -> Query:
    """What the pipeline does with a photo and words."""
    gallery, row = shop.gallery, ask.photo
    words = shop.asked[ask.words]
    weights = gallery.weights[row]
    photo = Query(gallery.images[row], gallery.colours[row], weights=weights)
    siblings = None
    if words.residual is None and words.understood.has_colour_change:
        siblings = siblings_of(gallery.store.refresh().segments, [photo])
    image, colours = gallery.images[row], gallery.colours[row]
    return beside_photo(words, image, colours, weights, moves, siblings)


class opened:  # noqa: N801 - reads as the function that it stands for
    """Indexes a task whose photos are its first pictures, and embeds all words once."""

    def __init__(
        self, task: datasets.Task, asks: Sequence[Ask], models: Models, settings: Settings
    ) -> None:
        self._asks, self._models = asks, models
        self._indexed = galleries.indexed(task, models, settings)

    def __enter__(self) -> Shop:
        gallery = self._indexed.__enter__()
        catalogue = gallery.store.catalogue
        vocabulary = vocabulary_of(catalogue.product(one["id"]) for one in gallery.task.rows)
        said = sorted({ask.words for ask in self._asks})
        models = self._models
        vectors = models.embedder.embed_texts(said)
        words = {
            one: asked(understand(one, vocabulary), models.embedder, models.colours) for one in said
        }
        return Shop(gallery, words, dict(zip(said, vectors, strict=True)))

    def __exit__(self, *error: Any) -> None:
        self._indexed.__exit__(*error)


def first_is_right(shop: Shop, asks: Sequence[Ask], compose: Compose) -> np.ndarray:
    """Gives ``(q,)``: 1.0 where the first match is right."""
    queries = [replace(compose(shop, ask), k=1, is_grouped=False) for ask in asks]
    found = shop.gallery.store.search(queries)
    keys = sorted({one.key for ranked in found for one in ranked})
    products = shop.gallery.store.catalogue.products(keys)
    return np.array(
        [
            float(bool(ranked) and products[ranked[0].key].id in ask.right)
            for ranked, ask in zip(found, asks, strict=True)
        ]
    )


def over_groups(asks: Sequence[Ask], hits: np.ndarray) -> list[float]:
    """Mean, and its 95 % bootstrap interval over groups."""
    groups = sorted({ask.group for ask in asks})
    number = {group: i for i, group in enumerate(groups)}
    owners = np.array([number[ask.group] for ask in asks])
    sums, counts = np.bincount(owners, hits), np.bincount(owners)
    drawn = np.random.default_rng(0).integers(len(groups), size=(RESAMPLES, len(groups)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return [float(hits.mean()), float(low), float(high)]


def by_wording(asks: Sequence[Ask], hits: np.ndarray) -> dict[str, float]:
    """Mean by wording: the words of a pair come in the order of ``WORDINGS``."""
    places = np.arange(len(asks)) % len(WORDINGS)
    return {one: float(hits[places == i].mean()) for i, one in enumerate(WORDINGS)}


def fit(models: Models, settings: Settings) -> None:
    """Prints recall@1 by weights: words for another colour, then a colour refused.

    The photos are the pictures of the gallery: what a shop with photos gains is more.
    """
    shops = {"demo": trained(demo()), "grocery": groceries()}
    english = [one for one in WORDINGS if "{en}" in one]
    wished = {name: (pairs(task, english), colourless(task)) for name, task in shops.items()}
    refused = {name: (exclusions(task), colourless(task)) for name, task in shops.items()}
    grid = list(itertools.product(POSITIVE_GRID, SIBLINGS_GRID, COLOUR_GRID))
    moves: dict[tuple[float, ...], MoveWeights] = {
        key: MoveWeights(key[0], 0.0, colour=key[2], siblings=key[1]) for key in grid
    }
    show("another colour: positive, siblings, colour", fitted(wished, moves, models, settings))
    grid = list(itertools.product(NEGATIVE_GRID, SIBLINGS_GRID, COLOUR_GRID))
    moves = {key: MoveWeights(0.0, key[0], colour=key[2], siblings=key[1]) for key in grid}
    show("a colour refused: negative, siblings, colour", fitted(refused, moves, models, settings))


def fitted(
    tasks: Mapping[str, tuple[Sequence[Ask], datasets.Task]],
    moves: Mapping[tuple[float, ...], MoveWeights],
    models: Models,
    settings: Settings,
) -> dict[tuple[float, ...], dict[str, float]]:
    """Recall@1 by weights and task."""
    table: dict[tuple[float, ...], dict[str, float]] = {key: {} for key in moves}
    for name, (asks, task) in tasks.items():
        with opened(task, asks, models, settings) as shop:
            for key, weights in moves.items():
                hits = first_is_right(shop, asks, fixed(weights))
                table[key][name] = float(hits.mean())
    return table


def fixed(weights: MoveWeights) -> Compose:
    return lambda shop, ask: ours(shop, ask, weights)


def show(title: str, table: Mapping[tuple[float, ...], Mapping[str, float]]) -> None:
    print(f"\n{title}: recall@1, best means first")
    means = {key: float(np.mean(list(row.values()))) for key, row in table.items()}
    for key in sorted(means, key=lambda one: -means[one])[:15]:
        row = "  ".join(f"{name} {value:.3f}" for name, value in table[key].items())
        print("  " + " ".join(f"{one:5g}" for one in key) + f"  mean {means[key]:.3f}  {row}")


if __name__ == "__main__":
    main()
