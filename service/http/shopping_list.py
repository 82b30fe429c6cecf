"""``POST /v1/shopping-list``: entries and baskets, and their form on the wire."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Header, UploadFile
from pydantic import BaseModel, Field

from service.http.context import ServiceDep
from service.http.filter_schema import parse_filters
from service.http.schemas import MatchSchema, PriceSchema, match_schema, rounded
from service.http.search import MAX_LANGUAGE_CHARACTERS, PROBLEMS
from service.shopping import money
from service.shopping.types import (
    DEFAULT_ALTERNATES,
    MAX_ALTERNATES,
    Basket,
    Entry,
    Line,
    ShoppingList,
    ShoppingRequest,
    Source,
    Status,
)

router = APIRouter(tags=["shopping list"])


class EntrySchema(BaseModel):
    """One line of the list and what was found for it."""

    label: str
    quantity: int
    source: Source = Field(description="an item of the photo, the text, or an occasion's part")
    box: list[int] | None = Field(description="[x0, y0, x1, y1] in pixels of the upright photo")
    status: Status = Field(
        description="suggested: only near to an occasion; out_of_stock: no match is in stock; "
        "no_offer: no offer with a price in the list's currency; nothing_found: the shop seems "
        "not to have it"
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


async def asked(
    photo: Annotated[UploadFile | None, File(description="a photo of several things")] = None,
    text: Annotated[str, Form(description="a list, or an occasion")] = "",
    budget: Annotated[str, Form(examples=["60 USD"], description="wins over the text's")] = "",
    filters: Annotated[str, Form(description="a JSON object, as for a search")] = "",
    alternates: Annotated[int, Form(ge=0, le=MAX_ALTERNATES)] = DEFAULT_ALTERNATES,
    language: Annotated[
        str, Form(max_length=MAX_LANGUAGE_CHARACTERS, description="BCP 47, for a model's entries")
    ] = "",
    accept_language: Annotated[str | None, Header()] = None,
) -> ShoppingRequest:
    """Reads the form."""
    return ShoppingRequest(
        photo=await photo.read() if photo is not None else None,
        text=text,
        budget=budget,
        filters=parse_filters(filters),
        language=language.strip() or (accept_language or "")[:MAX_LANGUAGE_CHARACTERS],
        alternates=alternates,
    )


@router.post("/v1/shopping-list", responses=PROBLEMS)
async def shopping_list(
    service: ServiceDep, request: Annotated[ShoppingRequest, Depends(asked)]
) -> ShoppingListResponse:
    """Makes entries of a photo and words, and the best baskets within a budget."""
    # a slow model must not hold up the searches
    gate = service.writings if service.shopping.themes else service.searches
    made = await gate.run(service.shopping.make, request)
    return _response(made)


def _response(made: ShoppingList) -> ShoppingListResponse:
    currency = made.currency
    mixed = made.mixed
    return ShoppingListResponse(
        entries=[_entry(one) for one in made.entries],
        baskets=BasketsSchema(
            mixed=_basket(mixed, currency) if currency else None,
            by_merchant=[_basket(one, currency) for one in made.by_merchant if currency],
            cheapest=_basket(made.cheapest, currency) if made.cheapest and currency else None,
        ),
        left_out=list(mixed.left_out),
        budget=_money(made.budget.amount, made.budget.currency) if made.budget else None,
        complete_total=_money(made.complete_total, currency),
        missing=_money(made.missing, currency),
        currency=currency,
        people=made.people,
        is_optimal=made.is_optimal,
        notes=list(made.notes),
        timings_ms=rounded(made.timings_ms),
    )


def _entry(entry: Entry) -> EntrySchema:
    matches = [match_schema(one, entry.filters) for one in entry.matches]
    box = entry.box
    return EntrySchema(
        label=entry.label,
        quantity=entry.quantity,
        source=entry.source,
        box=[box.x0, box.y0, box.x1, box.y1] if box else None,
        status=entry.status,
        pick=matches[0] if matches and entry.status in {"found", "suggested"} else None,
        alternates=matches[1:] if entry.status in {"found", "suggested"} else matches,
    )


def _basket(basket: Basket, currency: str) -> BasketSchema:
    return BasketSchema(
        merchant=basket.merchant,
        lines=[_line(one) for one in basket.lines],
        total=PriceSchema(amount=str(money.rounded(basket.total, currency)), currency=currency),
        left_out=list(basket.left_out),
        is_optimal=basket.is_optimal,
    )


def _line(line: Line) -> LineSchema:
    option = line.option
    return LineSchema(
        entry=line.entry,
        id=option.product.id,
        title=option.product.title,
        merchant=option.offer.merchant,
        unit_price=PriceSchema(amount=str(option.price.amount), currency=option.price.currency),
        quantity=line.quantity,
        line_total=PriceSchema(amount=str(option.total), currency=option.price.currency),
        link=option.offer.link,
    )


def _money(amount: Decimal | None, currency: str | None) -> PriceSchema | None:
    if amount is None or currency is None:
        return None
    return PriceSchema(amount=str(money.rounded(amount, currency)), currency=currency)
