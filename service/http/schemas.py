"""Results in the form of ``service.wire``; the only pydantic on a photo's way."""

from collections.abc import Mapping, Sequence
from typing import Any

from index.past_prices import AskedPrice
from index.types import NO_FILTERS, Filters, Offer, Price, Product
from service.answer.agreements import agreements
from service.answer.types import Answer
from service.http.filter_schema import filters_json
from service.offers import ordered_offers
from service.search.words import Understood
from service.types import ItemMatches, Match, SearchResult
from service.wire.products import (
    AskedPriceSchema,
    MatchSchema,
    OfferSchema,
    PriceSchema,
    ProductSchema,
    VariantSchema,
    WhySchema,
    image_path,
)
from service.wire.searches import (
    AnswerSchema,
    CitationSchema,
    GroundingSchema,
    ItemChoiceSchema,
    ItemSchema,
    PhotoSchema,
    SearchResponse,
    StoreSchema,
    WordsSchema,
)
from vision.types import Caption, DetectedItem

NO_CAPTION = Caption()


def search_response(result: SearchResult, embedder: str) -> SearchResponse:
    """A result as it goes over the wire."""
    photo = None
    if result.width is not None and result.height is not None:
        photo = PhotoSchema(width=result.width, height=result.height)
    return SearchResponse(
        photo=photo,
        items=[item_schema(one) for one in result.items],
        words=_words_schema(result.words) if result.words else None,
        timings_ms=rounded(result.timings_ms),
        session=result.session,
        store=StoreSchema(
            version=result.snapshot.version,
            sequence=result.snapshot.sequence,
            embedder=embedder,
            indexed_at=result.snapshot.indexed_at,
        ),
    )


def rounded(timings_ms: Mapping[str, float]) -> dict[str, float]:
    """Milliseconds by stage, to a hundredth."""
    return {name: round(value, 2) for name, value in timings_ms.items()}


def answer_schema(answer: Answer) -> AnswerSchema:
    """An answer as it goes over the wire."""
    return AnswerSchema(
        text=answer.text,
        citations=[
            CitationSchema(ref=one.ref, id=one.id, link=one.link, item=one.item)
            for one in answer.citations
        ],
        pick=answer.pick,
        cheapest=answer.cheapest,
        writer=answer.writer,
        grounding=GroundingSchema(checked=answer.checked, dropped=answer.dropped),
        language=answer.language,
        items=[
            ItemChoiceSchema(item=one.item, pick=one.pick, cheapest=one.cheapest)
            for one in answer.items
        ],
    )


def item_schema(found: ItemMatches) -> ItemSchema:
    """An item and its matches; prices shown meet its filters where any does."""
    caption = found.caption or NO_CAPTION
    return ItemSchema(
        box=box_schema(found.item),
        score=found.item.confidence if found.item else None,
        caption=caption.text or caption.title or None,
        attributes=attributes_of(caption),
        verdict=found.verdict.kind if found.verdict else None,
        confidence=round(found.verdict.confidence, 4) if found.verdict else None,
        matches=[match_schema(match, found.filters, caption) for match in found.matches],
    )


def box_schema(item: DetectedItem | None) -> list[int] | None:
    """``[x0, y0, x1, y1]`` in pixels of the upright photo."""
    return [item.box.x0, item.box.y0, item.box.x1, item.box.y1] if item else None


def attributes_of(caption: Caption) -> dict[str, str]:
    """What the captioner said of the item, empty fields left out."""
    names = ("category", "title", "color", "material", "pattern", "brand", "audience")
    named = {name: getattr(caption, name) for name in names}
    return {name: value for name, value in named.items() if value}


def match_schema(
    match: Match, filters: Filters = NO_FILTERS, caption: Caption = NO_CAPTION
) -> MatchSchema:
    """A match with its offers in order, and what it shares with what was seen."""
    agrees, differs = ((), ()) if caption == NO_CAPTION else agreements(caption, match.product)
    return MatchSchema(
        **_product_fields(match.product, filters),
        image=image_path(match.product.id, match.picture),
        score=round(match.score, 4),
        scores={name: round(value, 4) for name, value in match.parts.items()},
        why=WhySchema(agrees=list(agrees), differs=list(differs)),
        variants=[_variant(one) for one in match.variants],
        also_listed_as=[one.id for one in match.also_listed_as],
    )


def product_schema(product: Product, pictures: int, history: Sequence[AskedPrice]) -> ProductSchema:
    """A product with its offers in order, and what they cost before."""
    return ProductSchema(
        **_product_fields(product, NO_FILTERS),
        description=product.description,
        gtin=product.gtin,
        attributes=dict(product.attributes),
        images=[image_path(product.id, position) for position in range(pictures)],
        price_history=[
            AskedPriceSchema(merchant=one.merchant, price=_known(one.price), since=one.since)
            for one in history
        ],
    )


def _words_schema(words: Understood) -> WordsSchema:
    return WordsSchema(
        filters=filters_json(words.filters),
        residual=words.residual,
        changes=list(words.changes),
        negatives=list(words.negatives),
        cheaper=words.cheaper,
        unmet=list(words.unmet),
    )


def _product_fields(product: Product, filters: Filters) -> dict[str, Any]:
    offers = ordered_offers(product, filters)
    first = offers[0] if offers else Offer("", None, availability="out_of_stock")
    return {
        "id": product.id,
        "group": product.group,
        "title": product.title,
        "brand": product.brand,
        "category": product.category,
        "color": product.color,
        "price": _price(first.price),
        "availability": first.availability,
        "link": first.link,
        "offers": [_offer(one) for one in offers],
    }


def _variant(product: Product) -> VariantSchema:
    offers = ordered_offers(product)
    return VariantSchema(
        id=product.id,
        title=product.title,
        color=product.color,
        price=_price(offers[0].price) if offers else None,
        availability=offers[0].availability if offers else "out_of_stock",
        image=image_path(product.id, 0),
    )


def _offer(offer: Offer) -> OfferSchema:
    return OfferSchema(
        merchant=offer.merchant,
        price=_price(offer.price),
        regular_price=_price(offer.regular_price),
        availability=offer.availability,
        link=offer.link,
    )


def _price(price: Price | None) -> PriceSchema | None:
    return _known(price) if price else None


def _known(price: Price) -> PriceSchema:
    return PriceSchema(amount=str(price.amount), currency=price.currency)
