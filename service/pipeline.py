"""The straight line: a photo or words come in, items with ranked matches come out."""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from PIL import Image

from index.store import Snapshot, Store
from index.types import NO_FILTERS, Candidate, Filters, Product, Query
from service.errors import RequestError
from service.fusion import weights_for
from vision.decode import PhotoLimits, crop, decode
from vision.protocols import ColourDescriber, Detector, Embedder
from vision.types import Box, DetectedItem, Photo

MAX_K = 100
MAX_TEXT_CHARACTERS = 2_000


@dataclass(frozen=True)
class SearchRequest:
    """What is looked for; a photo or text must be there."""

    photo: bytes | None = None
    text: str = ""
    k: int = 10
    """Matches an item, 1 to ``MAX_K``."""
    box: Box | None = None
    """Search this region alone."""
    is_main_only: bool = False
    filters: Filters = NO_FILTERS
    is_grouped: bool = True


@dataclass(frozen=True)
class Match:
    """A product for an item, with the parts of its score and the variants of its group."""

    product: Product
    score: float
    parts: Mapping[str, float]
    picture: int
    variants: tuple[Product, ...]


@dataclass(frozen=True)
class ItemMatches:
    """One item of the photo (``item`` is None without a photo) and its matches, best first."""

    item: DetectedItem | None
    matches: tuple[Match, ...]


@dataclass(frozen=True)
class SearchResult:
    """The answer to a request."""

    session: str
    width: int | None
    height: int | None
    items: tuple[ItemMatches, ...]
    snapshot: Snapshot
    timings_ms: Mapping[str, float]


@dataclass
class _Stopwatch:
    """Milliseconds by stage."""

    started: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        before = time.perf_counter()
        yield
        self.stages[name] = self.stages.get(name, 0.0) + (time.perf_counter() - before) * 1e3

    def timings(self) -> dict[str, float]:
        total = (time.perf_counter() - self.started) * 1e3
        return {**self.stages, "total": total}


@dataclass(frozen=True)
class SearchPipeline:
    """Decode, detect, embed, retrieve, join: each model is called once a photo."""

    detector: Detector
    embedder: Embedder
    colours: ColourDescriber
    store: Store
    limits: PhotoLimits

    def search(self, request: SearchRequest) -> SearchResult:
        """Answers one request; synchronous, and safe to call from several threads.

        Raises:
            RequestError: nothing to look for, or a number out of range.
            PhotoError: the photo or the box cannot be used.
            FilterError: a filter that cannot be applied.
        """
        check(request)
        watch = _Stopwatch()
        with watch.stage("decode"):
            photo = decode(request.photo, self.limits) if request.photo is not None else None
        with watch.stage("detect"):
            items = self._items(photo, request)
        with watch.stage("embed"):
            queries = self._queries(photo, items, request)
        with watch.stage("search"):
            snapshot = self.store.refresh()
            found = self.store.search(queries, snapshot)
            matches = self._join(found)
        return SearchResult(
            session=uuid.uuid4().hex,
            width=photo.width if photo else None,
            height=photo.height if photo else None,
            items=tuple(
                ItemMatches(item, ranked) for item, ranked in zip(items, matches, strict=True)
            ),
            snapshot=snapshot,
            timings_ms=watch.timings(),
        )

    def similar(self, product_id: str, k: int, filters: Filters = NO_FILTERS) -> list[Match]:
        """Gives the matches of a product's own picture and words, without its own group.

        Raises:
            UnknownProductError: no such product.
        """
        product = self.store.catalogue.product(product_id)
        vectors = self.store.picture_vectors(product.id)
        if vectors is None:
            return []
        image, colours, text = vectors
        weights = weights_for(has_photo=True, has_text=True)
        query = Query(image, colours, text, weights, filters, k=k + 1)
        [matches] = self._join(self.store.search([query]))
        return [match for match in matches if match.product.group != product.group][:k]

    def _items(self, photo: Photo | None, request: SearchRequest) -> Sequence[DetectedItem | None]:
        if photo is None:
            return [None]
        if request.box is not None:
            return [DetectedItem(request.box, 1.0)]
        items = self.detector.detect(photo)
        return items[:1] if request.is_main_only else items

    def _queries(
        self, photo: Photo | None, items: Sequence[DetectedItem | None], request: SearchRequest
    ) -> list[Query]:
        text = self.embedder.embed_texts([request.text])[0] if request.text else None  # (d,)
        weights = weights_for(has_photo=photo is not None, has_text=text is not None)
        asked = Query(
            text=text,
            weights=weights,
            filters=request.filters,
            k=request.k,
            is_grouped=request.is_grouped,
        )
        if photo is None:
            return [asked]
        crops: list[Image.Image] = [crop(photo, item.box) for item in items if item is not None]
        images = self.embedder.embed_images(crops)  # (n, d)
        colours = self.colours.describe(crops)  # (n, c)
        return [
            replace(asked, image=image, colours=colour)
            for image, colour in zip(images, colours, strict=True)
        ]

    def _join(self, found: Sequence[Sequence[Candidate]]) -> list[tuple[Match, ...]]:
        """Candidates to matches: one round of the database for all items."""
        catalogue = self.store.catalogue
        products = catalogue.products([one.key for ranked in found for one in ranked])
        groups = catalogue.variants({product.group for product in products.values()})
        joined = []
        for ranked in found:
            matches = [
                _match(one, products[one.key], groups) for one in ranked if one.key in products
            ]
            joined.append(tuple(sorted(matches, key=lambda one: (-one.score, one.product.id))))
        return joined


def check(request: SearchRequest) -> None:
    """Refuses what cannot be answered, before anything is decoded.

    Raises:
        RequestError: says what came and what is allowed.
    """
    if request.photo is None and not request.text.strip():
        raise RequestError("neither a photo nor a text: one of them must be there")
    if not 1 <= request.k <= MAX_K:
        raise RequestError(f"k is {request.k}; allowed is 1 to {MAX_K}")
    if len(request.text) > MAX_TEXT_CHARACTERS:
        raise RequestError(
            f"the text has {len(request.text):,} characters; at most {MAX_TEXT_CHARACTERS:,}"
        )
    if request.box is not None and request.photo is None:
        raise RequestError("a box without a photo")


def _match(
    candidate: Candidate, product: Product, groups: Mapping[str, Sequence[Product]]
) -> Match:
    return Match(
        product=product,
        score=candidate.score,
        parts=candidate.parts,
        picture=candidate.picture,
        variants=tuple(one for one in groups.get(product.group, ()) if one.id != product.id),
    )
