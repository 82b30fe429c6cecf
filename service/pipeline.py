"""The straight line: a photo or words come in, items with ranked matches come out."""

import logging
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol, TypeVar

from PIL import Image

from index.store import Snapshot, Store
from index.types import NO_FILTERS, Candidate, Filters, FusionWeights, Product, Query
from index.verdict import Verdict
from service.errors import RequestError
from service.fusion import PRODUCT, CaptionUse, weights_for, with_caption
from service.listing_collapse import Listing, Search, all_variants, distinct
from service.offers import cheaper_than, with_offers_of
from service.reranking import DEPTH, Reranking
from service.search.composing import Asked, alone, asked, beside_photo, written
from service.search.merging import merged
from service.search.shop_words import ShopWords
from service.search.words import Understood, understand
from service.verdicts import is_about_the_photo, verdict_of
from vision.decode import PhotoLimits, crop, decode
from vision.errors import ModelError
from vision.protocols import Captioner, ColourDescriber, Detector, Embedder
from vision.types import Box, Caption, DetectedItem, Photo

logger = logging.getLogger(__name__)

T = TypeVar("T")

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
    also_listed_as: tuple[Product, ...] = ()
    """The same thing under other ids; ``product`` has their offers too."""


class Shown(Protocol):
    """What is kept of a match to show it again."""

    @property
    def id(self) -> str:
        """Of the product."""

    @property
    def score(self) -> float:
        """As ``Match``."""

    @property
    def parts(self) -> Mapping[str, float]:
        """As ``Match``."""

    @property
    def picture(self) -> int:
        """As ``Match``."""

    @property
    def others(self) -> Sequence[str]:
        """Ids of ``Match.also_listed_as``."""


@dataclass(frozen=True)
class ItemMatches:
    """One item of the photo (``item`` is None without a photo) and its matches, best first."""

    item: DetectedItem | None
    matches: tuple[Match, ...]
    caption: Caption | None = None
    """None: nobody looked, or the captioner was down."""
    views: tuple[Query, ...] = ()
    """What the photo alone asks for, one a view; a follow-up goes on from it."""
    filters: Filters = NO_FILTERS
    """What the matches had to pass: the request's filters and those of its words."""
    verdict: Verdict | None = None
    """None: nobody calibrated the catalogue, or words ask for another thing than the photo."""


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
    decoder: Callable[[bytes], Photo] | None = None
    """In place of ``vision.decode.decode`` with ``limits``."""
    reranking: Reranking | None = None
    """Of what the photo finds, where no words ask for another thing; follow-ups go without."""

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
            photo = self._decoded(request.photo) if request.photo is not None else None
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
            captions = self._captions(items, [one[0] for one in views])
        snapshot = self.store.refresh()
        words = self.understood(request.text, snapshot) if request.text else None
        filters = merged(request.filters, words.filters) if words else request.filters
        with watch.stage("embed"):
            seen_queries = self._seen([view for one in views for view in one])
            owners = [index for index, one in enumerate(views) for _ in one] or [0]
            spoken = [captions[owner] for owner in owners]
            seen_queries = self._with_captions(seen_queries, spoken, request)
            queries = self.worded(seen_queries, words)
        queries = [
            replace(query, filters=filters, k=request.k, is_grouped=request.is_grouped)
            for query in queries
        ]
        with watch.stage("search"):
            if words and words.cheaper:
                queries = self._cheaper(queries, snapshot)
            per_item = [_of(index, queries, owners) for index in range(len(items))]
            deeper = self.reranking if views and is_about_the_photo(words) else None
            found = [self._distinct(_deeper(one, deeper), snapshot) for one in per_item]
        if deeper:
            with watch.stage("rerank"):
                regions = [one[0] for one in views]
                rows = zip(found, regions, strict=True)
                ranked = [deeper.reranked(*row, self.store.catalogue) for row in rows]
                found = [one[: request.k] for one in ranked]
        with watch.stage("search"):
            matches = self._join(found)
            seen_views = [tuple(_of(index, seen_queries, owners)) for index in range(len(items))]
            verdicts = [
                self._verdict(ranked, asked_views, words, snapshot)
                for ranked, asked_views in zip(matches, seen_views, strict=True)
            ]
        return SearchResult(
            session=uuid.uuid4().hex,
            width=photo.width if photo else None,
            height=photo.height if photo else None,
            items=tuple(
                ItemMatches(
                    item,
                    ranked,
                    caption,
                    views=seen_views[index],
                    filters=_of(index, queries, owners)[0].filters,
                    verdict=verdicts[index],
                )
                for index, (item, ranked, caption) in enumerate(
                    zip(items, matches, captions, strict=True)
                )
            ),
            snapshot=snapshot,
            timings_ms=watch.timings(),
            words=words,
        )

    def _verdict(
        self,
        matches: Sequence[Match],
        views: Sequence[Query],
        words: Understood | None,
        snapshot: Snapshot,
    ) -> Verdict | None:
        if not matches or not is_about_the_photo(words):
            return None
        shown = (matches[0].product, *matches[0].also_listed_as)
        return verdict_of(shown, views, self.store, snapshot)

    def understood(self, text: str, snapshot: Snapshot) -> Understood:
        """Takes words apart with what the shop may mean by them."""
        return understand(text, self.words.vocabulary(snapshot.sequence))

    def worded(self, queries: Sequence[Query], words: Understood | None) -> list[Query]:
        """Gives the queries of an item's views with words beside them; one for words alone.

        Words of a query's own (a caption) stay where the shopper's ask for no other thing.
        """
        if words is None:
            return list(queries)
        said = asked(words, self.embedder, self.colours)
        letters = written(words, is_alone=not queries)
        said = replace(said, lexical=self.store.lexical(letters))
        return [_beside(said, query) for query in queries] or [alone(said)]

    def ranked(self, queries: Sequence[Query], snapshot: Snapshot) -> tuple[Match, ...]:
        """Gives one ranking of the queries of one item, each product or group once."""
        return self._join([self._distinct(queries, snapshot)])[0]

    def among(self, products: Sequence[Product], queries: Sequence[Query]) -> tuple[Match, ...]:
        """Gives the ranking of those of some products that pass the queries' filters."""
        ids = [one.id for one in products]
        search = partial(self.store.search_among, ids)
        return self._join([self._distinct(queries, self.store.refresh(), search)])[0]

    def recalled(self, shown: Sequence[Shown]) -> tuple[Match, ...]:
        """Gives matches as they were shown once, of products that are still there."""
        catalogue = self.store.catalogue
        ids = [id_ for one in shown for id_ in (one.id, *one.others)]
        found = {id_: product for id_, (product, _) in catalogue.existing(ids).items()}
        listings = [
            Listing(
                Candidate(0, one.score, one.parts, one.picture),
                with_offers_of(found[one.id], others),
                others,
            )
            for one in shown
            if one.id in found
            for others in [tuple(found[id_] for id_ in one.others if id_ in found)]
        ]
        return self._join([listings])[0]

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
        query = Query(image, colours, text, PRODUCT, filters, k=k + 1)
        matches = self.ranked([query], self.store.refresh())
        return [
            match
            for match in matches
            if product.group not in {one.group for one in (match.product, *match.also_listed_as)}
        ][:k]

    def _decoded(self, data: bytes) -> Photo:
        return self.decoder(data) if self.decoder else decode(data, self.limits)

    def _items(self, photo: Photo | None, request: SearchRequest) -> Sequence[DetectedItem | None]:
        if photo is None:
            return [None]
        if request.box is not None:
            crop(photo, request.box)  # refused here, before anything is searched
            return [DetectedItem(request.box, 1.0)]
        items = self.detector.detect(photo)
        return items[:1] if request.is_main_only else items

    def _captions(
        self, items: Sequence[DetectedItem | None], crops: Sequence[Image.Image]
    ) -> Sequence[Caption | None]:
        """One an item, the detector's own where it has one.

        A captioner that is down or slow costs its captions, not the search.
        """
        known = [item.caption if item else None for item in items]
        asked = [one for one, caption in zip(crops, known, strict=False) if caption is None]
        if self.captioner is None or not asked:
            return known
        try:
            said = iter(self.captioner.caption(asked))
        except ModelError as error:
            logger.warning("no captions: %s", error)
            return known
        return [caption or next(said) for caption in known]

    def _seen(self, crops: Sequence[Image.Image]) -> list[Query]:
        """One query a view, without words, filters and k; none without a photo."""
        if not crops:
            return []
        images = self.embedder.embed_images(crops)  # (n, d)
        colours = self.colours.describe(crops)  # (n, c)
        weights = [weights_for(one) for one in crops]
        rows = zip(images, colours, weights, strict=True)
        return [Query(image, colour, weights=weight) for image, colour, weight in rows]

    def _cheaper(self, queries: list[Query], snapshot: Snapshot) -> list[Query]:
        """Below the price of what would be shown first, item by item; unpriced: as it was."""
        firsts = [self._distinct([replace(one, k=1)], snapshot) for one in queries]
        return [
            replace(query, filters=cheaper_than(found[0].product, query.filters))
            if found
            else query
            for query, found in zip(queries, firsts, strict=True)
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

    def _distinct(
        self, queries: Sequence[Query], snapshot: Snapshot, search: Search | None = None
    ) -> list[Listing]:
        """The k best things for one item; of all products, unless a search among some is given."""
        every = partial(self.store.search, snapshot=snapshot)
        return distinct(search or every, queries, self.store.catalogue, snapshot.segments)

    def _join(self, found: Sequence[Sequence[Listing]]) -> list[tuple[Match, ...]]:
        """Things to matches: one round of the database for all items."""
        everything = [one for listings in found for one in listings]
        groups = self.store.catalogue.variants(
            {product.group for one in everything for product in (one.product, *one.others)}
        )
        return [
            tuple(
                sorted(
                    (_match(one, groups) for one in listings),
                    key=lambda one: (-one.score, one.product.id),
                )
            )
            for listings in found
        ]


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


def _of(index: int, values: Sequence[T], owners: Sequence[int]) -> list[T]:
    """The values of one item; of an item of words alone the photo has none."""
    return [one for one, owner in zip(values, owners, strict=False) if owner == index]


def _deeper(queries: list[Query], reranking: Reranking | None) -> list[Query]:
    """Queries for as many matches as are re-ranked."""
    if reranking is None:
        return queries
    return [replace(one, k=max(one.k, DEPTH)) for one in queries]


def _beside(said: Asked, query: Query) -> Query:
    if query.image is None or query.colours is None:
        return alone(said)
    found = beside_photo(said, query.image, query.colours, query.weights)
    words = said.understood
    if query.text is None or words.residual or words.changes or words.has_colour_change:
        return found
    return replace(found, text=query.text, weights=query.weights)


def caption_words(caption: Caption) -> str:
    """What a caption adds to a search; empty where it names no thing: a colour finds anything."""
    return ", ".join(dict.fromkeys(one for one in (caption.title, caption.category) if one))


def _match(listing: Listing, groups: Mapping[str, Sequence[Product]]) -> Match:
    return Match(
        product=listing.product,
        score=listing.candidate.score,
        parts=listing.candidate.parts,
        picture=listing.candidate.picture,
        variants=all_variants(listing, groups),
        also_listed_as=listing.others,
    )
