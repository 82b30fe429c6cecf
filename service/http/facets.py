"""``GET /v1/facets``: what the catalogue can be filtered by, with counts."""

from decimal import Decimal
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Query

from index.facets import ShopFacets, facet_counts, passing, shop_facets
from index.store import Store
from index.types import FACETS, Filters
from service.http.context import ServiceDep
from service.http.filter_schema import MAX_QUERY_CHARACTERS, FiltersText, parse_filters
from service.http.search import PROBLEMS
from service.wire.facets import FacetsResponse, FacetValueSchema, PriceBoundsSchema

router = APIRouter(tags=["search"])


@router.get("/v1/facets", responses=PROBLEMS)
async def facets(
    service: ServiceDep,
    filters: Annotated[
        FiltersText,
        Query(max_length=MAX_QUERY_CHARACTERS, description="a JSON object, as for a search"),
    ] = "",
) -> FacetsResponse:
    """Gives brands, categories, colours, merchants, availabilities and price bounds."""
    asked = parse_filters(filters)
    return await service.searches.run(_facets, service.store, asked)


def _facets(store: Store, filters: Filters) -> FacetsResponse:
    snapshot = store.refresh()
    shop = _kept(store, snapshot.sequence)
    return FacetsResponse(
        products=passing(snapshot.segments, filters),
        facets={
            name: [
                FacetValueSchema(value=one.value, count=one.count)
                for one in facet_counts(snapshot.segments, filters, name, shop.values[name])
            ]
            for name in FACETS
        },
        prices=[
            PriceBoundsSchema(
                currency=one.currency or "", min=_digits(one.minimum), max=_digits(one.maximum)
            )
            for one in shop.prices
        ],
    )


@lru_cache(maxsize=1)
def _kept(store: Store, _sequence: int) -> ShopFacets:
    """Read again once the catalogue has changed."""
    return shop_facets(store.catalogue)


def _digits(amount: Decimal | None) -> str:
    return f"{amount:f}" if amount is not None else ""
