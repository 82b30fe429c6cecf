"""``POST /v1/shopping-list``: entries and baskets, and their form on the wire."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Header, UploadFile

from service.http.context import ServiceDep
from service.http.described import PICTURE
from service.http.filter_schema import FiltersText, parse_filters
from service.http.schemas import match_schema, rounded
from service.http.search import PROBLEMS
from service.shopping import money
from service.shopping.types import (
    DEFAULT_ALTERNATES,
    HAS_PICK,
    MAX_ALTERNATES,
    Basket,
    Entry,
    Line,
    ShoppingList,
    ShoppingRequest,
)
from service.terms import MAX_LANGUAGE_CHARACTERS
from service.wire.products import PriceSchema
from service.wire.shopping import (
    BasketSchema,
    BasketsSchema,
    EntrySchema,
    LineSchema,
    ShoppingListResponse,
)

router = APIRouter(tags=["shopping list"])


async def asked(
    photo: Annotated[
        UploadFile | None, PICTURE, File(description="a photo of several things")
    ] = None,
    text: Annotated[str, Form(description="a list, or an occasion")] = "",
    budget: Annotated[str, Form(examples=["60 USD"], description="wins over the text's")] = "",
    filters: Annotated[FiltersText, Form(description="a JSON object, as for a search")] = "",
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
        pick=matches[0] if matches and entry.status in HAS_PICK else None,
        alternates=matches[1:] if entry.status in HAS_PICK else matches,
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
