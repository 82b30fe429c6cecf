"""Fits the fusion weights of ``service/fusion.py`` on development data; Luma is not among it.

    python -m benchmarks.fit_fusion

Photo: grocery photos (``val``) against iconic pictures, with and without photos in the gallery;
the demo shop's second pictures and its photos of single things (training groups) against first
pictures.
Words: the first sentence of a description must find its product among titles and pictures.
Photo and words: a photo of a grocery product and its coarse name.
"""

import csv
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import datasets, galleries
from index.types import FusionWeights, Query
from service import fusion, wiring
from service.settings import Settings, load_settings
from service.wiring import Models

DEMO = Path(__file__).resolve().parent.parent / "data" / "demo"
COLOUR_GRID = (0.0, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)
TEXT_GRID = (0.0, 0.25, 0.5, 1.0, 2.0)


def main() -> None:
    settings = load_settings()
    models = wiring.load_models(settings)
    fit_photo(models, settings)
    fit_text(models, settings)
    fit_photo_and_text(models, settings)


def fit_photo(models: Models, settings: Settings) -> None:
    tasks = [datasets.grocery(with_photos=False), datasets.grocery(with_photos=True), demo()]
    table = {}
    for task in tasks:
        with galleries.indexed(task, models, settings) as gallery:
            found = {
                weight: galleries.ranks(gallery, FusionWeights(image=1.0, colour=weight))
                for weight in COLOUR_GRID
            }
        table |= {(task.name, weight): score(places) for weight, places in found.items()}
        print_by_background(gallery, found)
    print("\nphoto: (recall@1 + MRR) / 2 by weight of colour")
    for task in tasks:
        print(f"  {task.name:32}", *(f"{w:g}: {table[task.name, w]:.3f} " for w in COLOUR_GRID))
    means = {w: np.mean([table[task.name, w] for task in tasks]) for w in COLOUR_GRID}
    print(f"  {'mean':32}", *(f"{w:g}: {means[w]:.3f} " for w in COLOUR_GRID))


def print_by_background(gallery: galleries.Gallery, found: dict[float, np.ndarray]) -> None:
    """Recall@1 of the queries on a plain background and of the others, by weight of colour."""
    is_studio = np.array([one == fusion.STUDIO for one in gallery.weights])
    for kind, rows in (("studio", is_studio), ("photo", ~is_studio)):
        if rows.any():
            cells = (f"{w:g}: {(places[rows] == 1).mean():.3f} " for w, places in found.items())
            print(f"recall@1, {gallery.task.name}, {kind} queries ({rows.sum()}):", *cells)


def fit_text(models: Models, settings: Settings) -> None:
    print("\nwords: (recall@1 + MRR) / 2 by weights of text_image and text")
    for task in (datasets.grocery(with_photos=False), datasets.eshop()):
        wanted = [row["id"] for row in task.rows]
        sentences = [first_sentence(row) for row in task.rows]
        bare = datasets.Task(task.name, [undescribed(row) for row in task.rows], [], task.root)
        with galleries.indexed(bare, models, settings) as gallery:
            texts = models.embedder.embed_texts(sentences)
            for text_image in TEXT_GRID:
                weights = FusionWeights(text_image=text_image, text=1.0)
                queries = [Query(text=one, weights=weights) for one in texts]
                places = galleries.places(gallery.store, queries, wanted, is_grouped=False)
                print(f"  {task.name:18} text 1, text_image {text_image:g}: {score(places):.3f}")
            queries = [Query(text=one, weights=FusionWeights(text_image=1.0)) for one in texts]
            places = galleries.places(gallery.store, queries, wanted, is_grouped=False)
            print(f"  {task.name:18} text 0, text_image 1: {score(places):.3f}")


def fit_photo_and_text(models: Models, settings: Settings) -> None:
    print("\nphoto and coarse name: (recall@1 + MRR) / 2; colour as for a photo alone")
    task = datasets.grocery(with_photos=False)
    categories = {row["id"]: row["category"] for row in task.rows}
    wanted = [product for _, product in task.queries]
    with galleries.indexed(task, models, settings) as gallery:
        texts = models.embedder.embed_texts([categories[one] for one in wanted])
        for text_image, text in itertools.product(TEXT_GRID, TEXT_GRID):
            weights = replace(fusion.PHOTO, text_image=text_image, text=text)
            queries = [
                Query(image, colour, words, weights)
                for image, colour, words in zip(gallery.images, gallery.colours, texts, strict=True)
            ]
            places = galleries.places(gallery.store, queries, wanted, is_grouped=False)
            print(f"  text_image {text_image:g}, text {text:g}: {score(places):.3f}")


def demo() -> datasets.Task:
    """First pictures in the gallery; second pictures and photos of training groups as queries."""
    with (DEMO / "feed.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    with (DEMO / "queries.csv").open(encoding="utf-8", newline="") as file:
        queries = [(row["photo"], row["product"]) for row in csv.DictReader(file)]
    queries += [(row["additional_image_link"], product) for product, row in rows.items()]
    gallery = [{**row, "additional_image_link": ""} for row in rows.values()]
    return datasets.Task("demo shop", gallery, queries, DEMO)


def score(places: np.ndarray) -> float:
    """Mean of recall@1 and MRR@10."""
    found = places > 0
    reciprocal = np.where(found, 1 / np.maximum(places, 1), 0.0)
    return float(((places == 1).mean() + reciprocal.mean()) / 2)


def first_sentence(row: dict[str, str]) -> str:
    return row["description"].split(". ")[0]


def undescribed(row: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if name != "description"}


if __name__ == "__main__":
    main()
