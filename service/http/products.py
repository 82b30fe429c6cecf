"""``/v1/products``: read, write, delete, pictures, and products like one."""

import json
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import UploadFile

from index.feed_rows import MAX_ID_CHARACTERS, MAX_PICTURES, FeedRow, parse_row
from index.past_prices import price_history_of
from service.errors import FetchError, RequestError
from service.http.context import Service, ServiceDep
from service.http.filter_schema import MAX_QUERY_CHARACTERS, FiltersText, parse_filters
from service.http.gate import DEADLINE
from service.http.product_ids import PRODUCT_ID
from service.http.schemas import match_schema, product_schema
from service.http.search import PROBLEMS, problem_responses
from service.ingest import Outcome, ReadPicture
from service.types import MAX_K
from service.wire.products import (
    BatchRequest,
    BatchResponse,
    OutcomeSchema,
    ProductSchema,
    SimilarResponse,
)
from service.wire.rows import ROW

router = APIRouter(tags=["products"], responses=PROBLEMS | problem_responses(404))

T = TypeVar("T")

PRODUCT = f"/v1/products/{{product_id:{PRODUCT_ID}}}"
ProductId = Annotated[str, Path(max_length=MAX_ID_CHARACTERS)]
Position = Annotated[int, Path(ge=0, lt=MAX_PICTURES)]
_UPLOAD = "upload:"
_MAX_IMAGES = 20

PUT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": ROW},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "product": {
                            "type": "string",
                            "contentMediaType": "application/json",
                            "contentSchema": ROW,
                        },
                        "images": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "maxItems": _MAX_IMAGES,
                        },
                    },
                    "required": ["product"],
                }
            },
        },
    }
}


class JpegResponse(Response):
    """A picture."""

    media_type = "image/jpeg"


@router.post("/v1/products/batch")
async def write_batch(service: ServiceDep, batch: BatchRequest) -> BatchResponse:
    """Adds or updates up to 1,000 products, pictures as http(s) addresses; all or none."""
    rows = [parse_row(raw) for raw in batch.products]
    outcomes = await _change(service, service.ingest.commit, rows, service.sources.read)
    return BatchResponse(outcomes=[_outcome(one) for one in outcomes])


@router.get("/v1/products/{product_id:path}/images/{position}", response_class=JpegResponse)
def image(service: ServiceDep, product_id: ProductId, position: Position) -> Response:
    """Gives a product's picture as a JPEG of at most 640 pixels a side."""
    jpeg = service.store.catalogue.display_jpeg(product_id, position)
    headers = {"Cache-Control": "public, max-age=3600"}
    return JpegResponse(jpeg, headers=headers)


@router.get("/v1/products/{product_id:path}/similar")
async def similar(
    service: ServiceDep,
    product_id: ProductId,
    k: Annotated[int, Query(ge=1, le=MAX_K)] = 10,
    filters: Annotated[FiltersText, Query(max_length=MAX_QUERY_CHARACTERS)] = "",
) -> SimilarResponse:
    """Gives products of other groups that look and read alike."""
    asked = parse_filters(filters)
    matches = await service.searches.run(service.pipeline.similar, product_id, k, asked)
    return SimilarResponse(id=product_id, matches=[match_schema(one, asked) for one in matches])


@router.get(PRODUCT)
def product(service: ServiceDep, product_id: ProductId) -> ProductSchema:
    """Gives a product with its offers and the prices that they had before."""
    return _shown(service, product_id)


@router.put(
    PRODUCT,
    response_model=ProductSchema,
    responses={201: {"model": ProductSchema, "description": "added"}},
    openapi_extra=PUT_BODY,
)
async def write(service: ServiceDep, product_id: ProductId, request: Request) -> Response:
    """Adds or updates a product: a feed row as JSON, or as multipart with pictures."""
    raw, uploads = await _body(request)
    if str(raw.setdefault("id", product_id)) != product_id:
        raise RequestError(f"the row's id is {raw['id']!r}, the address says {product_id!r}")
    if uploads:
        raw["image_link"] = ",".join(uploads)
        raw.pop("additional_image_link", None)
    row = _row(raw, list(uploads))
    status = await _change(service, _commit, service, row, _reader(service, uploads))
    shown = await service.searches.run(_shown, service, product_id, admitted=True)
    return JSONResponse(shown.model_dump(), status)


@router.delete(PRODUCT, status_code=204)
async def delete(service: ServiceDep, product_id: ProductId) -> None:
    """Removes a product, its pictures and its vectors."""
    await _change(service, service.ingest.delete, product_id)


async def _change(service: Service, function: Callable[..., T], *arguments: object) -> T:
    """A change ends when it ends: pictures may have to be fetched, and half of one is none."""
    DEADLINE.set(None)
    return await service.changes.run(function, *arguments)


def _commit(service: Service, row: FeedRow, read: ReadPicture) -> int:
    [outcome] = service.ingest.commit([row], read, keeps_pictures=False)
    if outcome.status == "rejected":
        raise RequestError("; ".join(outcome.problems))
    return 201 if outcome.status == "added" else 200


def _shown(service: Service, product_id: str) -> ProductSchema:
    catalogue = service.store.catalogue
    found = catalogue.product(product_id)
    pictures = len(catalogue.sources(found.id))
    return product_schema(found, pictures, price_history_of(catalogue, found.id))


async def _body(request: Request) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The row, and the bytes of uploaded pictures by a name of our own."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return _object(await request.body()), {}
    if kind != "multipart/form-data":
        raise RequestError(
            f"content type {kind!r}; allowed are application/json and multipart/form-data"
        )
    async with request.form(max_files=_MAX_IMAGES, max_fields=10) as form:
        if unknown := form.keys() - {"product", "images"}:
            raise RequestError(f"fields {sorted(unknown)}; allowed are product and images")
        row = form.get("product")
        if isinstance(row, UploadFile):
            row = (await row.read()).decode("utf-8", "replace")
        files = [_file(one) for one in form.getlist("images")]
        uploads = {f"{_UPLOAD}{i}": await one.read() for i, one in enumerate(files)}
    return _object(row or ""), uploads


def _file(part: UploadFile | str) -> UploadFile:
    if isinstance(part, str):
        raise RequestError("images: a part has no filename; allowed are files")
    return part


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise RequestError(f"the product is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise RequestError(f"the product is a JSON {type(value).__name__}, not an object")
    return value


def _row(raw: dict[str, Any], uploads: list[str]) -> FeedRow:
    row = parse_row(raw)
    return FeedRow(row.product, tuple(uploads)) if uploads else row


def _reader(service: Service, uploads: dict[str, bytes]) -> ReadPicture:
    def read(source: str) -> bytes:
        if source in uploads:
            return uploads[source]
        if source.startswith(_UPLOAD):
            raise FetchError(f"{source}: no such upload")
        return service.sources.read(source)

    return read


def _outcome(outcome: Outcome) -> OutcomeSchema:
    return OutcomeSchema(
        id=outcome.product_id, status=outcome.status, problems=list(outcome.problems)
    )
