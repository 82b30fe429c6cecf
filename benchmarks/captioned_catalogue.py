"""Searches in words over a catalogue with and without captions of its pictures.

    python -m benchmarks.captioned_catalogue [--captioner NAME]

Nameless shops are pictures alone, as a camera names them (``IMG 0001``); their questions are what
the data sets call the things. Shops with their merchants' words show what captions cost there.
Each shop is indexed without captions, asked, captioned, and asked again, all by the product's own
code. A question is answered at k where a right product is among the first k. ``pictures alone``
compares words with pictures and with no title: what the embedder knows without any words.
The captioner learned from other photos of grocery and clothing, and of the demo shop that it names
nothing there; ``--captioner`` measures another one.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks import datasets, galleries, lexical_tasks
from benchmarks.composed_tasks import demo
from benchmarks.lexical_tasks import Question, Row, Shop
from benchmarks.machine import machine_line
from benchmarks.retrieval import recall, text
from index.feed_rows import parse_row
from index.store import Store
from index.types import FusionWeights, Query
from service import wiring
from service.evaluation import interval
from service.pipeline import SearchPipeline
from service.settings import Settings, load_settings
from service.types import SearchRequest
from service.wiring import Models
from vision.protocols import Captioner, Embedder

DEPTH = 5
NAMELESS = "nameless"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--captioner", default="embedded")
    arguments = parser.parse_args()
    print(machine_line())
    settings = load_settings(captioner=arguments.captioner, threads=1)
    captioner = wiring.catalogue_captioner(settings)
    if captioner is None:
        parser.error("--captioner none has nothing to measure")
    models = wiring.load_models(settings, is_searching=False)
    for shop in shops():
        report(shop, captioner, models, settings)


def shops() -> Iterator[Shop]:
    """The nameless ones first."""
    grocery = datasets.grocery(with_photos=False)
    groceries = {row["id"]: row for row in grocery.rows}
    photos = [(photo, groceries[product]) for photo, product in grocery.queries]
    for name, words in (("title", "title"), ("category", "category")):
        yield nameless(f"grocery val, {name}", grocery, [(p, row[words]) for p, row in photos])
    clothing = datasets.clothing()
    yield nameless("clothing validation, class", clothing, clothing.queries)
    shown = list({row["id"]: row for row in demo().rows}.values())
    kinds = [(row["image_link"], lexical_tasks.kind(row)) for row in shown]
    yield nameless("demo, kind", demo(), kinds)
    yield Shop("demo", replace(demo(), queries=[]), lexical_tasks.named(shown))
    yield from lexical_tasks.test()


def nameless(name: str, task: datasets.Task, pictures: Sequence[tuple[str, str]]) -> Shop:
    """Pictures as products without words; each word that is said of one is a question."""
    rows: list[Row] = [
        {"id": f"{number:04d}", "title": f"IMG {number:04d}", "image_link": picture}
        for number, (picture, _) in enumerate(pictures, 1)
    ]
    questions = [
        Question(
            name,
            words,
            frozenset(f"{i:04d}" for i, one in enumerate(pictures, 1) if one[1] == words),
        )
        for words in dict.fromkeys(words for _, words in pictures)
    ]
    return Shop(f"{NAMELESS}: {name}", replace(task, rows=rows, queries=[]), questions)


def report(shop: Shop, captioner: Captioner, models: Models, settings: Settings) -> None:
    """Prints recall by kind of question, without captions and with them."""
    ways = answered(shop, captioner, models, settings)
    after = ways["with captions"]
    kinds = np.array([one.kind for one in shop.questions])
    for kind in dict.fromkeys(kinds.tolist()):
        asked = kinds == kind
        print(f"  {kind}: {asked.sum()} questions")
        for way, found in ways.items():
            shown = [f"recall@{k} {text(recall(found[asked], k))}" for k in (1, DEPTH)]
            if way != "with captions":
                gains = [hits(after[asked], k) - hits(found[asked], k) for k in (1, DEPTH)]
                shown.append("gain of captions")
                shown += [text([float(one.mean()), *interval(one)]) for one in gains]
            print(f"    {way:18}", "  ".join(shown))


def answered(
    shop: Shop, captioner: Captioner, models: Models, settings: Settings
) -> dict[str, NDArray[np.int64]]:
    """The places of the first right products, by way to search."""
    ways = {}
    with TemporaryDirectory() as folder:
        store = wiring.open_store(Path(folder), models, create=True)
        pipeline = wiring.search_pipeline(settings, models, store)
        rows = [parse_row(row) for row in shop.task.rows]
        galleries.commit(store, rows, shop.task.root, models, settings)
        ways["without captions"] = places(pipeline, shop.questions)
        if shop.name.startswith(NAMELESS):
            ways["pictures alone"] = by_pictures(store, models.embedder, shop.questions)
        galleries.commit(store, rows, shop.task.root, models, settings, captioner)
        ways["with captions"] = places(pipeline, shop.questions)
        print(f"\n{shop.name}: {captioned(store)}")
        store.close()
    return ways


def captioned(store: Store) -> str:
    """How many products there are, and of how many a caption names a thing."""
    ids = store.catalogue.ids()
    named = [one for one in store.catalogue.captions_of(ids).values() if one.words]
    return f"{len(ids)} products, captions name a thing in {len(named)}"


def places(pipeline: SearchPipeline, questions: Sequence[Question]) -> NDArray[np.int64]:
    """Gives ``(q,)`` the place of the first right product; 0 where none is among ``DEPTH``."""
    return np.array([place(pipeline, one) for one in questions], dtype=np.int64)


def by_pictures(
    store: Store, embedder: Embedder, questions: Sequence[Question]
) -> NDArray[np.int64]:
    """As ``places``, by the likeness of words and pictures alone."""
    weights = FusionWeights(text_image=1.0)
    vectors = embedder.embed_texts([one.words for one in questions])  # (q, d)
    queries = [Query(text=one, weights=weights, k=DEPTH, is_grouped=False) for one in vectors]
    found = store.search(queries)
    keys = [store.catalogue.keys_of(question.right) for question in questions]
    return np.array(
        [
            next((n for n, one in enumerate(ranked, 1) if one.key in right), 0)
            for ranked, right in zip(found, keys, strict=True)
        ],
        dtype=np.int64,
    )


def place(pipeline: SearchPipeline, question: Question) -> int:
    request = SearchRequest(text=question.words, k=DEPTH, is_grouped=False)
    for number, match in enumerate(pipeline.search(request).items[0].matches, 1):
        if question.right & {one.id for one in (match.product, *match.also_listed_as)}:
            return number
    return 0


def hits(found: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    return ((found > 0) & (found <= k)).astype(np.float64)


if __name__ == "__main__":
    main()
