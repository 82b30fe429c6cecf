"""Health, metrics and the page."""

import contextlib
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from index.errors import CatalogueError
from service.errors import BusyError
from service.http.context import ServiceDep
from service.http.metrics import observe_index
from service.wire.operations import LiveResponse, ReadyResponse
from service.wire.problems import ProblemSchema

router = APIRouter(tags=["operations"])

_NOT_READY: dict[int | str, dict[str, Any]] = {
    503: {"model": ProblemSchema, "content": {"application/problem+json": {}}}
}

WEB = Path(__file__).parent / "web"


@router.get("/health/live")
async def live() -> LiveResponse:
    """Says that the process answers."""
    return LiveResponse()


@router.get("/health/ready", responses=_NOT_READY)
def ready(service: ServiceDep) -> ReadyResponse:
    """Says that a search would be answered now, and how large the catalogue is."""
    if service.traffic.is_draining:
        raise BusyError("the server is stopping")
    if service.searches.would_refuse:
        raise BusyError("the queue of searches is full")
    snapshot = service.store.refresh()
    products, pictures = service.store.catalogue.count()
    return ReadyResponse(
        products=products,
        pictures=pictures,
        sequence=snapshot.sequence,
        version=snapshot.version,
        embedder=service.embedder,
    )


@router.get("/metrics", response_class=Response)
def metrics(service: ServiceDep) -> Response:
    """Prometheus' text format."""
    with contextlib.suppress(CatalogueError):  # a scrape is worth most when something is down
        observe_index(service.store.refresh())
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/", include_in_schema=False)
async def page() -> FileResponse:
    """The web page."""
    return FileResponse(WEB / "index.html")
