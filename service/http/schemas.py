"""What goes over the wire, as ``contract`` says; the only pydantic on a photo's way."""

from decimal import Decimal
from typing import Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.types import NO_FILTERS, Filters, Offer, Price, PriceRange, Product
from service.errors import RequestError
from service.offers import ordered_offers
from service.pipeline import ItemMatches, Match, SearchResult


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


class MatchSchema(BaseModel):
    """A product returned for an item."""

    id: str
    group: str
    title: str
    brand: str
    category: str
    color: str
    price: PriceSchema | None
    availability: str
    link: str
    image: str
    score: float
    scores: dict[str, float]
    why: WhySchema = WhySchema()
    offers: list[OfferSchema]
    variants: list[VariantSchema]


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


class SearchResponse(BaseModel):
    """The answer to a search."""

    photo: PhotoSchema | None
    items: list[ItemSchema]
    answer: None = None
    timings_ms: dict[str, float]
    session: str
    store: StoreSchema


class ProductSchema(BaseModel):
    """A product of the catalogue."""

    id: str
    group: str
    title: str
    description: str
    brand: str
    category: str
    color: str
    gtin: str
    attributes: dict[str, str]
    price: PriceSchema | None
    availability: str
    link: str
    images: list[str]
    offers: list[OfferSchema]


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


class _PriceFilter(BaseModel):
    model_config = ConfigDict(extra="forbid")
    min: Decimal | None = Field(None, ge=0)
    max: Decimal | None = Field(None, ge=0)
    currency: str | None = Field(None, pattern="^[A-Za-z]{3}$")


class _Values(BaseModel):
    model_config = ConfigDict(extra="forbid")
    brand: list[str] = []
    category: list[str] = []
    color: list[str] = []
    merchant: list[str] = []
    availability: list[str] = []
    attributes: dict[str, list[str]] = {}

    def by_field(self) -> dict[str, tuple[str, ...]]:
        plain = {
            name: tuple(getattr(self, name))
            for name in ("brand", "category", "color", "merchant", "availability")
            if getattr(self, name)
        }
        named = {
            f"attributes.{name}": tuple(values)
            for name, values in self.attributes.items()
            if values
        }
        return plain | named


class FiltersSchema(_Values):
    """The contract's ``filters`` object."""

    price: _PriceFilter | None = None
    excluded: _Values = Field(_Values(), alias="not")

    def to_filters(self) -> Filters:
        """The index's own form."""
        price = self.price
        return Filters(
            price=PriceRange(price.min, price.max, price.currency and price.currency.upper())
            if price
            else None,
            any_of=self.by_field(),
            none_of=self.excluded.by_field(),
        )


def parse_filters(text: str | None) -> Filters:
    """Reads the ``filters`` field of a request.

    Raises:
        RequestError: no JSON object, an unknown field, or a value of a wrong form.
    """
    if not text or not text.strip():
        return NO_FILTERS
    try:
        return FiltersSchema.model_validate_json(text).to_filters()
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "filters"
        raise RequestError(f"filters: {place}: {first['msg']}") from error


def search_response(result: SearchResult, filters: Filters, embedder: str) -> SearchResponse:
    """A result as it goes over the wire; prices shown meet the filters where any does."""
    photo = None
    if result.width is not None and result.height is not None:
        photo = PhotoSchema(width=result.width, height=result.height)
    return SearchResponse(
        photo=photo,
        items=[_item(one, filters) for one in result.items],
        timings_ms={name: round(value, 2) for name, value in result.timings_ms.items()},
        session=result.session,
        store=StoreSchema(
            version=result.snapshot.version,
            sequence=result.snapshot.sequence,
            embedder=embedder,
            indexed_at=result.snapshot.indexed_at,
        ),
    )


def match_schema(match: Match, filters: Filters = NO_FILTERS) -> MatchSchema:
    """A match with its offers in order."""
    product = match.product
    offers = ordered_offers(product, filters)
    first = offers[0] if offers else Offer("", None, availability="out_of_stock")
    return MatchSchema(
        id=product.id,
        group=product.group,
        title=product.title,
        brand=product.brand,
        category=product.category,
        color=product.color,
        price=_price(first.price),
        availability=first.availability,
        link=first.link,
        image=image_path(product.id, match.picture),
        score=round(match.score, 4),
        scores={name: round(value, 4) for name, value in match.parts.items()},
        offers=[_offer(one) for one in offers],
        variants=[_variant(one) for one in match.variants],
    )


def product_schema(product: Product, pictures: int) -> ProductSchema:
    """A product with its offers in order."""
    offers = ordered_offers(product)
    first = offers[0] if offers else Offer("", None, availability="out_of_stock")
    return ProductSchema(
        id=product.id,
        group=product.group,
        title=product.title,
        description=product.description,
        brand=product.brand,
        category=product.category,
        color=product.color,
        gtin=product.gtin,
        attributes=dict(product.attributes),
        price=_price(first.price),
        availability=first.availability,
        link=first.link,
        images=[image_path(product.id, position) for position in range(pictures)],
        offers=[_offer(one) for one in offers],
    )


def image_path(product_id: str, position: int) -> str:
    """Where the service shows a product's picture."""
    return f"/v1/products/{quote(product_id, safe='')}/images/{position}"


def _item(found: ItemMatches, filters: Filters) -> ItemSchema:
    item = found.item
    box = [item.box.x0, item.box.y0, item.box.x1, item.box.y1] if item else None
    return ItemSchema(
        box=box,
        score=item.confidence if item else None,
        matches=[match_schema(match, filters) for match in found.matches],
    )


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
