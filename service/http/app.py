"""The FastAPI application."""

from importlib.metadata import version

from fastapi import FastAPI
from starlette.formparsers import MultiPartParser
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from service.http import (
    admin,
    chat,
    docs_page,
    examples,
    facets,
    operations,
    problems,
    products,
    search,
    shopping_list,
)
from service.http.access import AccessPolicy
from service.http.access_schema import declare_access
from service.http.context import Service
from service.http.intake import Intake
from service.http.observing import Observed
from service.http.security_headers import SecurityHeaders
from service.http.web_files import WebFiles
from service.tracing import traced


def create_app(service: Service) -> ASGIApp:
    """Builds the application around loaded models and an open store."""
    app = api(service.intake.body_bytes, service.access.policy)
    app.state.service = service
    MultiPartParser.spool_max_size = service.intake.body_bytes  # a photo never touches the disk
    app.mount("/web", WebFiles(directory=operations.WEB), name="web")
    served: ASGIApp = Intake(
        problems.install(app), service.intake, service.traffic, service.access.admit
    )
    if service.cors_origins:
        served = problems.PlainErrorsToProblems(_for_other_pages(served, service.cors_origins))
    return traced(Observed(SecurityHeaders(served), service.load))


def _for_other_pages(app: ASGIApp, origins: tuple[str, ...]) -> ASGIApp:
    """Outside of what refuses: a page must be able to read why."""
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=("GET", "POST", "PUT", "DELETE"),
        allow_headers=("Authorization", "X-API-Key"),
        expose_headers=("Retry-After",),
    )


def api(max_body_bytes: int | None = None, policy: AccessPolicy | None = None) -> FastAPI:
    """The routes alone: what the OpenAPI description is made of."""
    app = FastAPI(
        title="Snapshelf",
        version=version("snapshelf"),
        summary="From a photo to the product on the shelf.",
        max_body_size=max_body_bytes,
        docs_url=None,  # both load their scripts from elsewhere; ``docs_page`` does not
        redoc_url=None,
    )
    for router in (
        search.router,
        facets.router,
        chat.router,
        shopping_list.router,
        products.router,
        admin.router,
        operations.router,
        docs_page.router,
        examples.router,
    ):
        app.include_router(router)
    declare_access(app, policy)
    return app
