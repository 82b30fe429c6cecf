"""Products, prices and offers as they go over the wire."""

from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from service.wire.rows import BATCH_ROW

PRODUCTS = "/v1/products"


def product_path(product_id: str) -> str:
    """Where the service shows a product."""
    return f"{PRODUCTS}/{quote(product_id, safe='')}"


def image_path(product_id: str, position: int) -> str:
    """Where the service shows a product's picture."""
    return f"{product_path(product_id)}/images/{position}"


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


class AskedPriceSchema(BaseModel):
    """What a merchant asked from a moment on."""

    merchant: str
    price: PriceSchema
    since: str = Field(description="ISO 8601, UTC", examples=["2026-06-14T00:00:00+00:00"])


class ProductSchema(ProductFields):
    """A product of the catalogue."""

    description: str
    gtin: str
    attributes: dict[str, str]
    images: list[str]
    price_history: list[AskedPriceSchema] = Field(
        default=[], description="each price that a merchant asked, oldest first; the newest 500"
    )


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
    products: list[Annotated[dict[str, object], WithJsonSchema(BATCH_ROW)]] = Field(
        min_length=1, max_length=1000
    )


class BatchResponse(BaseModel):
    """One outcome a product."""

    outcomes: list[OutcomeSchema]
