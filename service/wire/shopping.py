"""A shopping list as it goes over the wire."""

from pydantic import BaseModel, Field

from service.terms import Source, Status
from service.wire.products import MatchSchema, PriceSchema


class EntrySchema(BaseModel):
    """One line of the list and what was found for it."""

    label: str
    quantity: int
    source: Source = Field(description="an item of the photo, the text, or an occasion's part")
    box: list[int] | None = Field(description="[x0, y0, x1, y1] in pixels of the upright photo")
    status: Status = Field(
        description="suggested: only near to an occasion; out_of_stock: no match is in stock; "
        "no_offer: no offer with a price in the list's currency; nothing_found: the shop seems "
        "not to have it, and alternates are the same thing in other colours or at other prices"
    )
    pick: MatchSchema | None
    alternates: list[MatchSchema]


class LineSchema(BaseModel):
    """What a basket holds for one entry."""

    entry: int = Field(description="position in entries, from 0")
    id: str = Field(description="the product's")
    title: str
    merchant: str
    unit_price: PriceSchema
    quantity: int
    line_total: PriceSchema
    link: str


class BasketSchema(BaseModel):
    """At most one offer an entry; the total is the sum of the lines."""

    merchant: str | None = Field(description="null: of any merchants")
    lines: list[LineSchema]
    total: PriceSchema
    left_out: list[int] = Field(description="positions of the entries without a line")
    is_optimal: bool


class BasketsSchema(BaseModel):
    """None of them costs more than the budget."""

    mixed: BasketSchema | None
    by_merchant: list[BasketSchema] = Field(description="most lines first, then lowest total")
    cheapest: BasketSchema | None = Field(
        description="with every entry that can be bought; null where that is over the budget"
    )


class ShoppingListResponse(BaseModel):
    """A shopping list."""

    entries: list[EntrySchema]
    baskets: BasketsSchema
    left_out: list[int] = Field(description="positions of the entries not in the mixed basket")
    budget: PriceSchema | None
    complete_total: PriceSchema | None = Field(
        description="of the cheapest basket with every entry that can be bought"
    )
    missing: PriceSchema | None = Field(description="by how much that is more than the budget")
    currency: str | None
    people: int | None = Field(description="as said; it multiplies nothing")
    is_optimal: bool = Field(description="false: the time was over before a basket was proven")
    notes: list[str]
    timings_ms: dict[str, float] = Field(description="search, solve, total")
