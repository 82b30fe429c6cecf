"""The contract's ``filters`` object, and how it is read."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.types import ATTRIBUTE_PREFIX, NO_FILTERS, Filters, PriceRange
from service.errors import RequestError
from service.http.described import JsonOf


class PriceFilterSchema(BaseModel):
    """A price range; bounds are inclusive."""

    model_config = ConfigDict(extra="forbid")
    min: Decimal | None = Field(None, ge=0)
    max: Decimal | None = Field(None, ge=0)
    currency: str | None = Field(None, pattern="^[A-Za-z]{3}$")


class FilterValuesSchema(BaseModel):
    """Values by field; any one of a field's is enough."""

    model_config = ConfigDict(extra="forbid")
    brand: list[str] = []
    category: list[str] = []
    color: list[str] = []
    merchant: list[str] = []
    availability: list[str] = []
    attributes: dict[str, list[str]] = {}

    def by_field(self) -> dict[str, tuple[str, ...]]:
        """Fields with at least one value."""
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


class FiltersSchema(FilterValuesSchema):
    """The contract's ``filters`` object."""

    price: PriceFilterSchema | None = None
    excluded: FilterValuesSchema = Field(FilterValuesSchema(), alias="not")

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


MAX_QUERY_CHARACTERS = 4_000
"""Of filters in an address: at worst 48 kB, and the server takes addresses of 64 kB."""
FiltersText = Annotated[str, JsonOf(FiltersSchema)]
"""A request's ``filters``; empty: none."""


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


def filters_json(filters: Filters) -> dict[str, Any]:
    """Gives filters in the form in which a request writes them, empty parts left out."""
    tree: dict[str, Any] = _values_json(filters.any_of)
    if filters.price:
        price = {
            "min": filters.price.minimum,
            "max": filters.price.maximum,
            "currency": filters.price.currency,
        }
        tree["price"] = {name: str(value) for name, value in price.items() if value is not None}
    excluded = _values_json(filters.none_of)
    return {**tree, "not": excluded} if excluded else tree


def _values_json(fields: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, values in fields.items():
        if name.startswith(ATTRIBUTE_PREFIX):
            inner = tree.setdefault("attributes", {})
            inner[name.removeprefix(ATTRIBUTE_PREFIX)] = list(values)
        else:
            tree[name] = list(values)
    return tree
