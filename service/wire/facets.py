"""What a catalogue can be filtered by, as it goes over the wire."""

from pydantic import BaseModel, Field


class FacetValueSchema(BaseModel):
    """A value of a field."""

    value: str = Field(description="as `filters` takes it")
    count: int = Field(description="products that it would let through beside the other filters")


class PriceBoundsSchema(BaseModel):
    """The lowest and the highest price of one currency."""

    currency: str
    min: str
    max: str


class FacetsResponse(BaseModel):
    """What the catalogue can be filtered by."""

    products: int = Field(description="that pass all filters")
    facets: dict[str, list[FacetValueSchema]] = Field(
        description="by field, commonest value first, at most 60; a category's parents are values"
    )
    prices: list[PriceBoundsSchema] = Field(description="of the whole catalogue, by currency")
