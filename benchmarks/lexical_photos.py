"""Words beside a photo: their letters in the products, beside their vector."""

import itertools
from dataclasses import replace

import numpy as np

from benchmarks import datasets, galleries
from benchmarks.fit_fusion import score
from benchmarks.lexical_tasks import kind, rarest
from benchmarks.retrieval import recall, text
from index.types import FusionWeights, LexicalScores, Query
from service.product_text import caption_words
from service.search.catalogue_words import vocabulary_of
from service.search.composing import asked, beside_photo, written
from service.search.words import understand
from service.settings import Settings
from service.wiring import Models
from vision.decode import decode

WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)
TEXT_WEIGHTS = (0.0, 0.1, 0.25)

Figures = dict[str, dict[str, list[float]]]


def fit_beside_photo(models: Models, settings: Settings) -> None:
    """Grocery photos with the last word of category or title, and with the words of a caption."""
    task = datasets.grocery(with_photos=False)
    rows = {row["id"]: row for row in task.rows}
    wanted = [product for _, product in task.queries]
    said = {name: [rows[one][name].split()[-1] for one in wanted] for name in ("category", "title")}
    said["caption"] = captions(task, models)
    print("\nphoto and words: (recall@1 + MRR) / 2 by weight of the letters:", *WEIGHTS)
    with galleries.indexed(task, models, settings) as gallery:
        for name, words in said.items():
            vectors = models.embedder.embed_texts(words)  # (q, d)
            met = [gallery.store.lexical(one) for one in words]
            for text_image, text_weight in itertools.product(TEXT_WEIGHTS, TEXT_WEIGHTS):
                cells = []
                for weight in WEIGHTS:
                    weights = FusionWeights(1.0, 0.2, text_image, text_weight, weight)
                    queries = composed(gallery, words, vectors, met, weights)
                    places = galleries.places(gallery.store, queries, wanted, is_grouped=False)
                    cells.append(f"{score(places):.3f}")
                print(f"  {name:8} text_image {text_image:4g}, text {text_weight:4g}:", *cells)


def composed(
    gallery: galleries.Gallery,
    words: list[str],
    vectors: np.ndarray,
    met: list[LexicalScores | None],
    weights: FusionWeights,
) -> list[Query]:
    """Photos and words with fixed weights; the photo alone where there are no words."""
    rows = zip(gallery.images, gallery.colours, words, vectors, met, strict=True)
    return [
        Query(image, colour, vector, weights, lexical=found)
        if said
        else Query(image, colour, weights=weights)
        for image, colour, said, vector, found in rows
    ]


def captions(task: datasets.Task, models: Models) -> list[str]:
    """What the captioner calls each photo of a task; empty where it names nothing."""
    if models.captioner is None:
        raise RuntimeError("the settings name no captioner")
    images = [decode((task.root / photo).read_bytes()).image for photo, _ in task.queries]
    return [caption_words(models.captioner.caption([one])[0]) for one in images]


def evaluate_beside_photo(models: Models, settings: Settings) -> dict[str, Figures]:
    """Group recall on Luma of other views with the rarest word of the title, or with the kind."""
    task = datasets.luma()
    rows = {row["id"]: row for row in task.rows}
    rare = rarest(task.rows)
    said = {
        "the title's rarest word": [rare[product] for _, product in task.queries],
        "the kind": [kind(rows[product]) for _, product in task.queries],
    }
    print(f"\n{len(task.queries)} photos, group recall")
    with galleries.indexed(task, models, settings) as gallery:
        table = {name: beside(gallery, words, models) for name, words in said.items()}
    for name, row in table.items():
        print(f"photo and {name}")
        for way, values in row.items():
            print(f"  {way:20}", *(f"{metric} {text(one)}" for metric, one in values.items()))
    return table


def beside(gallery: galleries.Gallery, words: list[str], models: Models) -> Figures:
    """Recall of the photos alone, with the words' vectors, and with their letters too."""
    catalogue = gallery.store.catalogue
    vocabulary = vocabulary_of(catalogue.product(row["id"]) for row in gallery.task.rows)
    heard = {
        one: asked(understand(one, vocabulary), models.embedder, models.colours)
        for one in dict.fromkeys(words)
    }
    met = {
        one: replace(
            found,
            lexical=gallery.store.lexical(written(found.understood, is_alone=False)),
        )
        for one, found in heard.items()
    }
    wanted = [product for _, product in gallery.task.queries]
    row = {"photo alone": figures(galleries.ranks(gallery, is_grouped=True))}
    for way, ways in (("vectors", heard), ("vectors and letters", met)):
        queries = [
            beside_photo(ways[one], image, colour, weights)
            for one, image, colour, weights in zip(
                words, gallery.images, gallery.colours, gallery.weights, strict=True
            )
        ]
        row[way] = figures(galleries.places(gallery.store, queries, wanted, is_grouped=True))
    return row


def figures(places: np.ndarray) -> dict[str, list[float]]:
    return {f"recall@{k}": recall(places, k) for k in (1, 5)}
