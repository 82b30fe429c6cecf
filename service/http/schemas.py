"""What goes over the wire, as ``contract`` says; the only pydantic on a photo's way."""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from index.types import NO_FILTERS, Filters, Offer, Price, Product
from service.answer.agreements import agreements
from service.answer.types import Answer
from service.http.filter_schema import filters_json
from service.offers import ordered_offers
from service.search.words import Understood
from service.types import ItemMatches, Match, SearchResult
from vision.types import Caption, DetectedItem

NO_CAPTION = Caption()


class PriceSchema(BaseModel):
    """An amount as decimal digits, and its ISO 4217 currency."""

    amount: str = Field(examples=["34.00"])
    currency: str = Field(examples=["USD"])


class OfferSchema(BaseModel):
    """One merchant's terms."""

    merchant: str
    price: PriceSchema | None
    regular_price: PriceSchema | None = None
    availability: str
    link: str


class VariantSchema(BaseModel):
    """Another product of the same group."""

    id: str
    title: str
    color: str
    price: PriceSchema | None
    availability: str
    image: str


class WhySchema(BaseModel):
    """Attributes of the item that the product shares, and those in which it differs."""

    agrees: list[str] = []
    differs: list[str] = []


class ProductFields(BaseModel):
    """What a product is, wherever it is shown; price and link are those of its first offer."""

    id: str
    group: str
    title: str
    brand: str
    category: str
    color: str
    price: PriceSchema | None
    availability: str
    link: str
    offers: list[OfferSchema]


class MatchSchema(ProductFields):
    """A product returned for an item."""

    image: str
    score: float
    scores: dict[str, float]
    why: WhySchema = WhySchema()
    variants: list[VariantSchema]
    also_listed_as: list[str] = Field(
        default=[], description="ids of other listings of the same thing, whose offers are here too"
    )


class ItemSchema(BaseModel):
    """One thing seen in the photo, or the words alone (``box`` null)."""

    box: list[int] | None
    score: float | None
    caption: str | None = None
    attributes: dict[str, str] = {}
    verdict: Literal["same_product", "variant", "similar", "not_in_catalogue"] | None = None
    confidence: float | None = None
    matches: list[MatchSchema]


class PhotoSchema(BaseModel):
    """Size of the upright photo in pixels."""

    width: int
    height: int


class StoreSchema(BaseModel):
    """Which state of the catalogue answered."""

    version: str
    sequence: int
    embedder: str
    indexed_at: str


class CitationSchema(BaseModel):
    """What a reference of the answer stands for."""

    ref: int = Field(description="the number in brackets")
    id: str = Field(description="a product's")
    link: str = Field(description="where it can be bought; empty where the feed has no address")


class GroundingSchema(BaseModel):
    """What became of a model's sentences."""

    checked: int
    dropped: int


class AnswerSchema(BaseModel):
    """A comparison of the matches; every price, name and link in it is the catalogue's."""

    text: str
    citations: list[CitationSchema]
    pick: str | None
    cheapest: str | None
    writer: str = Field(description="the model whose words are in the text, or facts")
    grounding: GroundingSchema
    language: str = Field(description="BCP 47, of the text")


class WordsSchema(BaseModel):
    """What was made of the request's text; the filters are held beside the request's own."""

    filters: dict[str, Any] = Field(description="in the form of the request's filters")
    residual: str = Field(description="words that name or describe the thing")
    changes: list[str] = Field(description="what shall be other than in the photo")
    negatives: list[str] = Field(description="what is not wanted and no filter can exclude")
    cheaper: bool
    unmet: list[str] = Field(description="price words in a currency that the shop does not take")


class SearchResponse(BaseModel):
    """The answer to a search."""

    photo: PhotoSchema | None
    items: list[ItemSchema]
    words: WordsSchema | None = None
    answer: AnswerSchema | None = None
    timings_ms: dict[str, float]
    session: str
    store: StoreSchema


class ProductSchema(ProductFields):
    """A product of the catalogue."""

    description: str
    gtin: str
    attributes: dict[str, str]
    images: list[str]


class SimilarResponse(BaseModel):
    """Products like one of the catalogue."""

    id: str
    matches: list[MatchSchema]


class OutcomeSchema(BaseModel):
    """What became of one product of a write."""

    id: str
    status: Literal["added", "updated", "unchanged", "rejected"]
    problems: list[str]


class BatchRequest(BaseModel):
    """Feed rows to add or update, pictures as http(s) addresses."""

    model_config = ConfigDict(extra="forbid")
    products: list[dict[str, object]] = Field(min_length=1, max_length=1000)


class BatchResponse(BaseModel):
    """One outcome a product."""

    outcomes: list[OutcomeSchema]


class ProblemSchema(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


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
            CitationSchema(ref=one.ref, id=one.id, link=one.link) for one in answer.citations
        ],
        pick=answer.pick,
        cheapest=answer.cheapest,
        writer=answer.writer,
        grounding=GroundingSchema(checked=answer.checked, dropped=answer.dropped),
        language=answer.language,
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
    agrees, differs = agreements(caption, match.product)
    return MatchSchema(
        **_product_fields(match.product, filters),
        image=image_path(match.product.id, match.picture),
        score=round(match.score, 4),
        scores={name: round(value, 4) for name, value in match.parts.items()},
        why=WhySchema(agrees=list(agrees), differs=list(differs)),
        variants=[_variant(one) for one in match.variants],
        also_listed_as=[one.id for one in match.also_listed_as],
    )


def product_schema(product: Product, pictures: int) -> ProductSchema:
    """A product with its offers in order."""
    return ProductSchema(
        **_product_fields(product, NO_FILTERS),
        description=product.description,
        gtin=product.gtin,
        attributes=dict(product.attributes),
        images=[image_path(product.id, position) for position in range(pictures)],
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


def image_path(product_id: str, position: int) -> str:
    """Where the service shows a product's picture."""
    return f"/v1/products/{quote(product_id, safe='')}/images/{position}"


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
    return PriceSchema(amount=str(price.amount), currency=price.currency) if price else None
