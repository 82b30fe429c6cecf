"""Questions whose answers a catalogue knows itself: its own pictures, as a shopper would send them.

One picture of a product is changed as a phone would change it, more or less hard, and asks for it;
where there are others, it is hidden from the answer. Each question is asked twice: with the product
there, and as if its whole group were in no catalogue.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from PIL import Image

from index.calibrating import Trial
from index.store import Store
from index.types import Product, Query
from index.verdict import DEPTH, Ranked, evidence_of
from service.evaluation import LabelledQuery
from service.pipeline import SearchPipeline
from service.types import SearchRequest
from vision.decode import decode
from vision.jpeg import jpeg_of
from vision.phone_views import phone_view

VIEW_STRENGTHS = (1.0, 1.6, 2.2)
"""Of the phone views, in turn; see docs/decisions/0015-verdict.md."""
_MOST_ROUNDS = 4
"""Questions by one product at most: in a small catalogue each draw is another view."""
QUESTION_JPEG_QUALITY = 92
"""Of photos that are made to ask: little beside what the view has lost already."""
_SEED = 20_261


@dataclass(frozen=True)
class Question:
    """A photo and the product that it shows."""

    photo: bytes
    product: Product
    hidden: str | None = None
    """The sha256 of the picture that asks, where the answer must come from others."""


def own_questions(store: Store, sample: int, seed: int = _SEED) -> Iterator[Question]:
    """Gives at most ``sample`` questions, drawn with a fixed seed; up to four a product."""
    draw = random.Random(seed)  # noqa: S311 (no secret)
    catalogue = store.catalogue
    everything = catalogue.ids()
    ids: list[str] = []
    for _ in range(_MOST_ROUNDS):
        ids += draw.sample(everything, min(sample - len(ids), len(everything)))

    def backgrounds(draw: random.Random) -> Image.Image:
        return decode(catalogue.display_jpeg(draw.choice(ids), 0)).image

    for number, product_id in enumerate(ids):
        pictures = catalogue.sources(product_id)
        position = draw.randrange(len(pictures))
        sha256 = pictures[position][1]
        image = decode(catalogue.display_jpeg(product_id, position)).image
        has_others = any(other != sha256 for _, other in pictures)
        view = phone_view(image, draw, backgrounds, VIEW_STRENGTHS[number % len(VIEW_STRENGTHS)])
        yield Question(
            jpeg_of(view, QUESTION_JPEG_QUALITY),
            catalogue.product(product_id),
            hidden=sha256 if has_others else None,
        )


def labelled_questions(store: Store, queries: Sequence[LabelledQuery]) -> Iterator[Question]:
    """Gives the photos of an evaluation file; those of text alone are left out."""
    for query in queries:
        if query.photo is not None:
            yield Question(query.photo.read_bytes(), store.catalogue.product(query.product))


def trials(pipeline: SearchPipeline, questions: Iterator[Question]) -> list[Trial]:
    """Asks each question twice; questions among too few products give none."""
    found: list[Trial] = []
    for question in questions:
        ranking = _ranking(pipeline, question)
        without = [one for one in ranking if one.group != question.product.group]
        for present, is_there in ((ranking, True), (without, False)):
            evidence = evidence_of(present)
            if evidence is not None:
                first = present[0]
                found.append(
                    Trial(
                        thing=question.product.id,
                        evidence=evidence,
                        is_group_right=first.group == question.product.group,
                        is_product_right=first.product == question.product.id,
                        is_in_catalogue=is_there,
                    )
                )
    return found


def _ranking(pipeline: SearchPipeline, question: Question) -> list[Ranked]:
    request = SearchRequest(question.photo, k=DEPTH, is_main_only=True, is_grouped=False)
    item = pipeline.search(request).items[0]
    group = question.product.group
    ranked = [Ranked(one.product.id, one.product.group, one.score) for one in item.matches]
    if question.hidden is not None:
        ranked = [one for one in ranked if one.group != group]
        ranked += _own_group(pipeline.store, group, item.views, question.hidden)
    return sorted(ranked, key=lambda one: (-one.score, one.product))


def _own_group(store: Store, group: str, views: Sequence[Query], hidden: str) -> list[Ranked]:
    """The products of a group, scored without the picture that asks."""
    members = [one.id for one in store.catalogue.variants([group])[group]]
    best: dict[str, float] = {}
    queries = [replace(view, k=len(members), is_grouped=False) for view in views]
    ids = dict(zip(store.catalogue.keys_of(members), members, strict=True))
    for ranking in store.search_among(members, queries, hidden=hidden):
        for one in ranking:
            best[ids[one.key]] = max(one.score, best.get(ids[one.key], -1.0))
    return [Ranked(one, group, score) for one, score in best.items()]
