"""The FastAPI application."""

from collections.abc import Awaitable, Callable
from importlib.metadata import version

from fastapi import FastAPI, Request, Response
from starlette.formparsers import MultiPartParser
from starlette.types import ASGIApp

from service.http import chat, facets, operations, problems, products, search, shopping_list
from service.http.context import Service
from service.http.intake import Intake
from service.http.metrics import REQUESTS
from service.http.web_files import WebFiles


def create_app(service: Service) -> ASGIApp:
    """Builds the application around loaded models and an open store."""
    app = api(service.intake.body_bytes)
    app.state.service = service
    MultiPartParser.spool_max_size = service.intake.body_bytes  # a photo never touches the disk
    app.mount("/web", WebFiles(directory=operations.WEB), name="web")
    app.middleware("http")(_count)
    return Intake(problems.install(app), service.intake, service.traffic)


def api(max_body_bytes: int | None = None) -> FastAPI:
    """The routes alone: what the OpenAPI description is made of."""
    app = FastAPI(
        title="Snapshelf",
        version=version("snapshelf"),
        summary="From a photo to the product on the shelf.",
        max_body_size=max_body_bytes,
    )
    for router in (
        search.router,
        facets.router,
        chat.router,
        shopping_list.router,
        products.router,
        operations.router,
    ):
        app.include_router(router)
    return app


async def _count(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    route = request.scope.get("route")
    path = getattr(route, "path", "unknown")
    REQUESTS.labels(path, str(response.status_code)).inc()
    return response
