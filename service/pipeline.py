"""The straight line: a photo or words come in, items with ranked matches come out."""

import logging
import os
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from PIL import Image

from index.siblings import siblings_of
from index.store import Snapshot, Store
from index.types import NO_FILTERS, Filters, FusionWeights, ListedScores, Product, Query
from index.verdict import Verdict
from service.errors import RequestError
from service.fusion import PRODUCT, CaptionUse, weights_on, with_caption
from service.joining import joined
from service.listing_collapse import Listing, Search, distinct
from service.offers import cheaper_than
from service.product_text import caption_words
from service.reranking import DEPTH, Reranking
from service.search.composing import Asked, alone, asked, beside_photo, written
from service.search.merging import merged
from service.search.shop_words import ShopWords
from service.search.words import Understood, understand
from service.stopwatch import Stopwatch
from service.terms import MAX_TEXT_CHARACTERS
from service.types import (
    MAX_K,
    ItemMatches,
    Match,
    SearchRequest,
    SearchResult,
)
from service.verdicts import is_about_the_photo, verdict_of
from vision.decode import crop
from vision.errors import ModelError
from vision.protocols import Captioner, ColourDescriber, Detector, Embedder
from vision.types import Caption, DetectedItem, Photo

logger = logging.getLogger(__name__)

_LOOKING = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="colours")
"""Colours take a tenth of what the model takes, which leaves some of the cores' time unused."""


@dataclass(frozen=True)
class Seen:
    """A request whose photo was decoded and whose items were found."""

    request: SearchRequest
    photo: Photo | None
    items: tuple[DetectedItem | None, ...]
    watch: Stopwatch


@dataclass(frozen=True)
class SearchPipeline:
    """Decode, detect, caption, embed, retrieve, join: each model is called once a photo."""

    detector: Detector
    embedder: Embedder
    colours: ColourDescriber
    store: Store
    words: ShopWords
    decode: Callable[[bytes], Photo]
    captioner: Captioner | None = None
    caption_use: CaptionUse = "off"
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
        watch = Stopwatch()
        with watch.stage("decode"):
            photo = self.decode(request.photo) if request.photo is not None else None
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
        regions = [_views(photo, item, is_alone) for item in items]
        with watch.stage("caption"):
            captions = self._captions(items, [one[0] for one in regions if one])
        snapshot = self.store.refresh()
        words = self.understood(request.text, snapshot) if request.text else None
        filters = merged(request.filters, words.filters) if words else request.filters
        with watch.stage("embed"):
            views = self._asked_by(regions, captions, request)
            queries = [
                _limited(one, filters, request) for one in self._worded(views, words, snapshot)
            ]
        with watch.stage("search"):
            if words and words.cheaper:
                queries = [self._cheaper(one, snapshot) for one in queries]
            is_as_seen = is_about_the_photo(words)
            reranking = self.reranking if photo and is_as_seen else None
            found = [self._distinct(_deeper(one, reranking), snapshot) for one in queries]
        if reranking:
            with watch.stage("rerank"):
                rows = zip(found, regions, strict=True)
                found = [
                    reranking.reranked(listings, region[0], self.store.catalogue)[: request.k]
                    for listings, region in rows
                ]
        with watch.stage("search"):
            matches = joined(self.store.shelf(snapshot), found)
        with watch.stage("verdict"):
            verdicts = [
                self.verdict(*one, snapshot) if is_as_seen else None
                for one in zip(matches, views, strict=True)
            ]
        return SearchResult(
            session=uuid.uuid4().hex,
            width=photo.width if photo else None,
            height=photo.height if photo else None,
            items=tuple(
                ItemMatches(item, ranked, caption, tuple(seen_as), asked_as[0].filters, verdict)
                for item, ranked, caption, seen_as, asked_as, verdict in zip(
                    items, matches, captions, views, queries, verdicts, strict=True
                )
            ),
            snapshot=snapshot,
            timings_ms=watch.timings(),
            words=words,
        )

    def verdict(
        self, matches: Sequence[Match], views: Sequence[Query], snapshot: Snapshot
    ) -> Verdict | None:
        """Gives the verdict on the first match; ``views`` is what the photo alone asks for.

        None where ``verdict_of`` gives none, and where nothing was found.
        """
        if not matches:
            return None
        shown = (matches[0].product, *matches[0].also_listed_as)
        return verdict_of(shown, views, self.store, snapshot)

    def understood(self, text: str, snapshot: Snapshot) -> Understood:
        """Takes words apart with what the shop may mean by them."""
        return understand(text, self.words.vocabulary(snapshot.sequence))

    def worded(
        self, queries: Sequence[Query], words: Understood | None, snapshot: Snapshot
    ) -> list[Query]:
        """Gives the queries of an item's views with words beside them; one for words alone.

        Words of a query's own (a caption) stay where the shopper's ask for no other thing.
        """
        return self._worded([queries], words, snapshot)[0]

    def _worded(
        self, items: Sequence[Sequence[Query]], words: Understood | None, snapshot: Snapshot
    ) -> list[list[Query]]:
        """The words are embedded once for all items."""
        if words is None:
            return [list(queries) for queries in items]
        said = asked(words, self.embedder, self.colours)
        letters = written(words, is_alone=not any(items))
        said = replace(said, lexical=self.store.lexical(letters))
        return [_recomposed(said, one, snapshot) or [alone(said)] for one in items]

    def ranked(self, queries: Sequence[Query], snapshot: Snapshot) -> tuple[Match, ...]:
        """Gives one ranking of the queries of one item, each product or group once."""
        return joined(self.store.shelf(snapshot), [self._distinct(queries, snapshot)])[0]

    def among(self, products: Sequence[Product], queries: Sequence[Query]) -> tuple[Match, ...]:
        """Gives the ranking of those of some products that pass the queries' filters."""
        ids = [one.id for one in products]
        search = partial(self.store.search_among, ids)
        found = self._distinct(queries, self.store.refresh(), search)
        return joined(self.store.catalogue, [found])[0]

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

    def _asked_by(
        self,
        regions: Sequence[Sequence[Image.Image]],
        captions: Sequence[Caption | None],
        request: SearchRequest,
    ) -> list[list[Query]]:
        """One query a view of each item, without words, filters and k; none without a photo."""
        crops = [crop for one in regions for crop in one]
        if not crops:
            return [[] for _ in regions]
        looking = _LOOKING.submit(self.colours.look, crops)
        images = self.embedder.embed_images(crops)  # (n, d)
        seen = looking.result()
        rows = zip(images, seen.vectors, seen.is_plain, strict=True)
        queries = [
            Query(image, colours, weights=weights_on(is_plain=bool(is_plain)))
            for image, colours, is_plain in rows
        ]
        spoken = [said for said, one in zip(captions, regions, strict=True) for _ in one]
        flat = iter(self._with_captions(queries, spoken, request))
        return [list(islice(flat, len(one))) for one in regions]

    def _cheaper(self, queries: list[Query], snapshot: Snapshot) -> list[Query]:
        """Below the price of what the item would show first; unpriced: as it was."""
        found = self._distinct([replace(one, k=1) for one in queries], snapshot)
        if not found:
            return queries
        filters = cheaper_than(found[0].product, queries[0].filters)
        return [replace(one, filters=filters) for one in queries]

    def _with_captions(
        self, queries: list[Query], captions: Sequence[Caption | None], request: SearchRequest
    ) -> list[Query]:
        """Captions speak where the shopper does not; an item without one keeps its query.

        Measured alone, an item without a caption finds nothing in particular.
        """
        if self.caption_use == "off" or request.text:
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
        return distinct(search or every, queries, self.store.shelf(snapshot), snapshot.segments)


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


def _views(photo: Photo | None, item: DetectedItem | None, is_alone: bool) -> list[Image.Image]:
    """The item's region, and the whole photo too where nothing else was found in it.

    A detector that errs then costs little: each product keeps the better of its two scores.
    """
    if photo is None or item is None:
        return []
    region = crop(photo, item.box)
    return [region, photo.image] if is_alone and item.box != photo.box else [region]


def _limited(queries: list[Query], filters: Filters, request: SearchRequest) -> list[Query]:
    k, is_grouped = request.k, request.is_grouped
    return [replace(one, filters=filters, k=k, is_grouped=is_grouped) for one in queries]


def _deeper(queries: list[Query], reranking: Reranking | None) -> list[Query]:
    """Queries for as many matches as are re-ranked."""
    if reranking is None:
        return queries
    return [replace(one, k=max(one.k, DEPTH)) for one in queries]


def _recomposed(said: Asked, views: Sequence[Query], snapshot: Snapshot) -> list[Query]:
    """The views of an item with words beside them."""
    siblings = None
    if said.residual is None and said.understood.has_colour_change:
        of_photo = [one for one in views if one.image is not None]
        siblings = siblings_of(snapshot.segments, of_photo) if of_photo else None
    return [_beside(said, one, siblings) for one in views]


def _beside(said: Asked, query: Query, siblings: ListedScores | None) -> Query:
    if query.image is None or query.colours is None:
        return alone(said)
    of_photo = query.weights
    found = beside_photo(said, query.image, query.colours, of_photo, siblings=siblings)
    words = said.understood
    if query.text is None or words.residual or words.changes or words.has_colour_change:
        return found
    return replace(found, text=query.text, weights=query.weights)
