"""Health, metrics and the page."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service.errors import BusyError
from service.http.context import ServiceDep
from service.http.schemas import ProblemSchema

router = APIRouter(tags=["operations"])

_NOT_READY: dict[int | str, dict[str, Any]] = {
    503: {"model": ProblemSchema, "content": {"application/problem+json": {}}}
}

WEB = Path(__file__).parent / "web"
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@router.get("/health/live")
async def live() -> dict[str, str]:
    """Says that the process answers."""
    return {"status": "live"}


@router.get("/health/ready", responses=_NOT_READY)
def ready(service: ServiceDep) -> dict[str, str | int]:
    """Says that a search would be answered now, and how large the catalogue is."""
    if service.traffic.is_draining:
        raise BusyError("the server is stopping")
    if service.searches.is_full:
        raise BusyError("the queue of searches is full")
    snapshot = service.store.refresh()
    products, pictures = service.store.catalogue.count()
    return {
        "status": "ready",
        "products": products,
        "pictures": pictures,
        "sequence": snapshot.sequence,
        "version": snapshot.version,
        "embedder": service.embedder,
    }


@router.get("/metrics", response_class=Response)
def metrics() -> Response:
    """Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/", include_in_schema=False)
async def page() -> FileResponse:
    """The web page."""
    return FileResponse(WEB / "index.html", headers=_PAGE_HEADERS)
