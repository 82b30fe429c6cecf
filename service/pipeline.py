"""The straight line: a photo or words come in, items with ranked matches come out."""

import logging
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from PIL import Image

from index.store import Snapshot, Store
from index.types import NO_FILTERS, Candidate, Filters, FusionWeights, Product, Query
from service.errors import RequestError
from service.fusion import PHOTO_AND_TEXT, CaptionUse, weights_for, with_caption
from service.offers import cheaper_than
from service.search.composing import alone, asked, beside_photo
from service.search.merging import merged
from service.search.shop_words import ShopWords
from service.search.words import Understood, understand
from vision.decode import PhotoLimits, crop, decode
from vision.errors import ModelError
from vision.protocols import Captioner, ColourDescriber, Detector, Embedder
from vision.types import Box, Caption, DetectedItem, Photo

logger = logging.getLogger(__name__)

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
    caption: Caption | None = None
    """None: nobody looked, or the captioner was down."""


@dataclass(frozen=True)
class SearchResult:
    """The answer to a request."""

    session: str
    width: int | None
    height: int | None
    items: tuple[ItemMatches, ...]
    snapshot: Snapshot
    timings_ms: Mapping[str, float]
    words: Understood | None = None
    """What was made of the request's text."""


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
class Seen:
    """A request whose photo was decoded and whose items were found."""

    request: SearchRequest
    photo: Photo | None
    items: tuple[DetectedItem | None, ...]
    watch: _Stopwatch


@dataclass(frozen=True)
class SearchPipeline:
    """Decode, detect, caption, embed, retrieve, join: each model is called once a photo."""

    detector: Detector
    embedder: Embedder
    colours: ColourDescriber
    store: Store
    words: ShopWords
    limits: PhotoLimits
    captioner: Captioner | None = None
    caption_use: CaptionUse = "off"

    def search(self, request: SearchRequest) -> SearchResult:
        """Answers one request; synchronous, and safe to call from several threads.

        Raises:
            RequestError: nothing to look for, or a number out of range.
            PhotoError: the photo or the box cannot be used.
            FilterError: a filter that cannot be applied.
        """
        return self.match(self.look(request))

    def look(self, request: SearchRequest) -> Seen:
        """Decodes the photo and finds its items: all that can be wrong with a request but filters.

        Raises:
            RequestError, PhotoError: as ``search``.
        """
        check(request)
        watch = _Stopwatch()
        with watch.stage("decode"):
            photo = decode(request.photo, self.limits) if request.photo is not None else None
        with watch.stage("detect"):
            items = self._items(photo, request)
        return Seen(request, photo, tuple(items), watch)

    def match(self, seen: Seen) -> SearchResult:
        """Gives the matches of what ``look`` saw.

        Raises:
            FilterError: as ``search``.
        """
        request, photo, items, watch = seen.request, seen.photo, seen.items, seen.watch
        is_alone = len(items) == 1 and request.box is None
        views = [_views(photo, item, is_alone) for item in items if item] if photo else []
        with watch.stage("caption"):
            captions = self._captions([one[0] for one in views], len(items))
        snapshot = self.store.refresh()
        words = self._understood(request.text, snapshot)
        filters = merged(request.filters, words.filters) if words else request.filters
        with watch.stage("embed"):
            queries = self._queries([view for one in views for view in one], words)
            owners = [index for index, one in enumerate(views) for _ in one] or [0]
            spoken = [captions[owner] for owner in owners]
            queries = self._with_captions(queries, spoken, request)
        queries = [
            replace(query, filters=filters, k=request.k, is_grouped=request.is_grouped)
            for query in queries
        ]
        with watch.stage("search"):
            if words and words.cheaper:
                queries = self._cheaper(queries, snapshot)
            found = self._join(self.store.search(queries, snapshot))
            matches = [
                _best_of(
                    [one for one, owner in zip(found, owners, strict=True) if owner == index],
                    request,
                )
                for index in range(len(items))
            ]
        return SearchResult(
            session=uuid.uuid4().hex,
            width=photo.width if photo else None,
            height=photo.height if photo else None,
            items=tuple(
                ItemMatches(item, ranked, caption)
                for item, ranked, caption in zip(items, matches, captions, strict=True)
            ),
            snapshot=snapshot,
            timings_ms=watch.timings(),
            words=words,
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
        query = Query(image, colours, text, PHOTO_AND_TEXT, filters, k=k + 1)
        [matches] = self._join(self.store.search([query]))
        return [match for match in matches if match.product.group != product.group][:k]

    def _items(self, photo: Photo | None, request: SearchRequest) -> Sequence[DetectedItem | None]:
        if photo is None:
            return [None]
        if request.box is not None:
            crop(photo, request.box)  # refused here, before anything is searched
            return [DetectedItem(request.box, 1.0)]
        items = self.detector.detect(photo)
        return items[:1] if request.is_main_only else items

    def _captions(self, crops: Sequence[Image.Image], items: int) -> Sequence[Caption | None]:
        """One an item; a captioner that is down or slow costs its captions, not the search."""
        if self.captioner is None or not crops:
            return [None] * items
        try:
            return self.captioner.caption(crops)
        except ModelError as error:
            logger.warning("no captions: %s", error)
            return [None] * items

    def _understood(self, text: str, snapshot: Snapshot) -> Understood | None:
        return understand(text, self.words.vocabulary(snapshot.sequence)) if text else None

    def _queries(self, crops: Sequence[Image.Image], words: Understood | None) -> list[Query]:
        """One query a view, without filters and k; one for words without a photo."""
        said = asked(words, self.embedder, self.colours) if words else None
        if not crops:
            return [alone(said)] if said else []
        images = self.embedder.embed_images(crops)  # (n, d)
        colours = self.colours.describe(crops)  # (n, c)
        weights = [weights_for(one) for one in crops]
        rows = zip(images, colours, weights, strict=True)
        if said is None:
            return [Query(image, colour, None, weight) for image, colour, weight in rows]
        return [beside_photo(said, image, colour, weight) for image, colour, weight in rows]

    def _cheaper(self, queries: list[Query], snapshot: Snapshot) -> list[Query]:
        """Below the price of what would be shown first, item by item; unpriced: as it was."""
        firsts = self._join(self.store.search([replace(one, k=1) for one in queries], snapshot))
        return [
            replace(query, filters=cheaper_than(matches[0].product, query.filters))
            if matches
            else query
            for query, matches in zip(queries, firsts, strict=True)
        ]

    def _with_captions(
        self, queries: list[Query], captions: Sequence[Caption | None], request: SearchRequest
    ) -> list[Query]:
        """Captions speak where the shopper does not; an item without one keeps its query.

        Measured alone, an item without a caption finds nothing in particular.
        """
        if self.caption_use == "off" or request.text or not queries:
            return queries
        if self.caption_use == "alone":
            queries = [Query(weights=FusionWeights()) for _ in queries]
        texts = [caption_words(caption) if caption else "" for caption in captions]
        rows = iter(self.embedder.embed_texts([text for text in texts if text]))  # (m, d)
        return [
            replace(query, text=next(rows), weights=with_caption(query.weights, self.caption_use))
            if text
            else query
            for query, text in zip(queries, texts, strict=True)
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


def _views(photo: Photo, item: DetectedItem, is_alone: bool) -> list[Image.Image]:
    """The item's region, and the whole photo too where nothing else was found in it.

    A detector that errs then costs little: each product keeps the better of its two scores.
    """
    region = crop(photo, item.box)
    return [region, photo.image] if is_alone and item.box != photo.box else [region]


def _best_of(rankings: Sequence[Sequence[Match]], request: SearchRequest) -> tuple[Match, ...]:
    """One ranking of several, each product or group with its best score."""
    if len(rankings) == 1:
        return tuple(rankings[0])
    ordered = sorted(
        (match for ranking in rankings for match in ranking),
        key=lambda one: (-one.score, one.product.id),
    )
    best: dict[str, Match] = {}
    for match in ordered:
        key = match.product.group if request.is_grouped else match.product.id
        best.setdefault(key, match)
    return tuple(best.values())[: request.k]


def caption_words(caption: Caption) -> str:
    """What a caption adds to a search; empty where it names no thing: a colour finds anything."""
    return ", ".join(dict.fromkeys(one for one in (caption.title, caption.category) if one))


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
