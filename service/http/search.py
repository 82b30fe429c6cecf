"""``POST /v1/search``."""

from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, File, Form, UploadFile

from service.errors import RequestError
from service.http.context import ServiceDep
from service.http.metrics import SEARCH_SECONDS
from service.http.schemas import ProblemSchema, SearchResponse, parse_filters, search_response
from service.pipeline import MAX_K, MAX_TEXT_CHARACTERS, SearchRequest
from vision.types import Box

router = APIRouter(tags=["search"])

PROBLEMS: dict[int | str, dict[str, object]] = {
    status: {"model": ProblemSchema, "content": {"application/problem+json": {}}}
    for status in (400, 413, 415, 422, 503)
}


@router.post("/v1/search", responses=PROBLEMS)
async def search(  # noqa: PLR0913, PLR0917  (one argument a form field)
    service: ServiceDep,
    photo: Annotated[UploadFile | None, File(description="the picture")] = None,
    text: Annotated[str, Form(max_length=MAX_TEXT_CHARACTERS)] = "",
    k: Annotated[int, Form(ge=1, le=MAX_K)] = 10,
    items: Annotated[Literal["all", "main"], Form()] = "all",
    box: Annotated[str, Form(description="x0,y0,x1,y1 in pixels of the upright photo")] = "",
    filters: Annotated[str, Form(description="a JSON object")] = "",
    group: Annotated[bool, Form(description="one match per group")] = True,
    photo_url: Annotated[str, Form(description="refused: upload the photo")] = "",
) -> SearchResponse:
    """Finds the products that a photo, words, or both speak of."""
    if photo_url:
        raise RequestError("photo_url is switched off on this server: send the photo itself")
    request = SearchRequest(
        photo=await photo.read() if photo is not None else None,
        text=text.strip(),
        k=k,
        box=_box(box),
        is_main_only=items == "main",
        filters=parse_filters(filters),
        is_grouped=group,
    )
    result = await to_thread.run_sync(service.pipeline.search, request, limiter=service.searches)
    for stage, milliseconds in result.timings_ms.items():
        SEARCH_SECONDS.labels(stage).observe(milliseconds / 1e3)
    return search_response(result, request.filters, service.embedder)


def _box(text: str) -> Box | None:
    if not text.strip():
        return None
    parts = text.split(",")
    if len(parts) != 4 or not all(part.strip().lstrip("-").isdecimal() for part in parts):
        raise RequestError(f"box {text[:60]!r}: allowed are four whole numbers x0,y0,x1,y1")
    return Box(*(int(part) for part in parts))
