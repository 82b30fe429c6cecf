"""Errors as RFC 9457 problems: one table from error class to status, no trace, no path of a disk.

Source: https://www.rfc-editor.org/rfc/rfc9457
"""

import logging
import re
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index import errors as index_errors
from service import errors as service_errors
from service.http.metrics import PROBLEMS
from vision import errors as vision_errors

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5

STATUS: dict[type[Exception], int] = {
    vision_errors.PhotoTooLargeError: 413,
    vision_errors.NotAPictureError: 415,
    vision_errors.BrokenPictureError: 422,
    vision_errors.PhotoTooSlowError: 422,
    vision_errors.PhotoTooHeavyError: 413,
    vision_errors.DecoderUnavailableError: 503,
    vision_errors.BadBoxError: 422,
    vision_errors.ModelUnavailableError: 503,
    vision_errors.ModelTimeoutError: 503,
    vision_errors.ModelRefusedError: 503,
    vision_errors.UnknownModelError: 503,
    index_errors.RowError: 422,
    index_errors.FilterError: 422,
    index_errors.FeedError: 422,
    index_errors.UnknownFeedError: 422,
    index_errors.UnknownProductError: 404,
    index_errors.CalibrationError: 422,
    index_errors.StoreMissingError: 503,
    index_errors.StoreBusyError: 503,
    index_errors.StoreUnavailableError: 503,
    index_errors.VectorsLostError: 503,
    index_errors.StoreUnwritableError: 503,
    index_errors.StoreDamagedError: 503,
    index_errors.UnknownVersionError: 404,
    index_errors.StoreTooNewError: 503,
    index_errors.EmbedderMismatchError: 503,
    service_errors.RequestError: 422,
    service_errors.WritesClosedError: 403,
    service_errors.KeyMissingError: 401,
    service_errors.ScopeMissingError: 403,
    service_errors.RateExceededError: 429,
    service_errors.UnknownSessionError: 404,
    service_errors.SessionsOffError: 409,
    service_errors.SessionBusyError: 409,
    service_errors.BusyError: 503,
    service_errors.RequestTimeoutError: 504,
    service_errors.PublishRefusedError: 409,
    service_errors.FetchError: 422,
    service_errors.SettingsError: 503,
    service_errors.EngineError: 503,
}
"""Every class that is raised; a test fails on one that is missing."""


def install(app: FastAPI) -> ASGIApp:
    """Makes every error of the app a problem; gives the app to serve."""
    for error in STATUS:
        app.add_exception_handler(error, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unknown)
    return PlainErrorsToProblems(app)  # outside: the body limit answers before any middleware


def problem(
    status: int, detail: str, kind: str = "about:blank", headers: dict[str, str] | None = None
) -> JSONResponse:
    """Gives the response for one problem."""
    body = _body(status, detail, kind)
    PROBLEMS.labels(kind).inc()
    if status == 503:
        headers = {"Retry-After": str(RETRY_AFTER_S), **(headers or {})}
    return JSONResponse(body, status, headers, media_type=MEDIA_TYPE)


def problem_of(error: Exception, where: str) -> dict[str, Any]:
    """Gives the problem that an error is, and logs it where it is ours.

    Args:
        error: of any class; one that is not in ``STATUS`` is a fault of the server.
        where: method and path, for the log.
    """
    status = STATUS.get(type(error), 500)
    if status == 500:
        logger.error("%s failed", where, exc_info=error)
        return _body(status, "an error of the server; it has been logged")
    detail = str(error)
    if status == 503 and not isinstance(error, service_errors.BusyError):  # the log has the rest
        logger.error("%s: %s", where, error)
        detail = "the catalogue or a model is not available now"
    return _body(status, detail, f"urn:snapshelf:{_kebab(type(error).__name__)}")


def _body(status: int, detail: str, kind: str = "about:blank") -> dict[str, Any]:
    return {"type": kind, "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def _known(request: Request, error: Exception) -> JSONResponse:
    return response_of(error, f"{request.method} {request.url.path}")


def response_of(error: Exception, where: str) -> JSONResponse:
    """Gives the response for an error; ``where`` as in ``problem_of``."""
    found = problem_of(error, where)
    headers = None
    if isinstance(error, service_errors.KeyMissingError):
        headers = {"WWW-Authenticate": "Bearer"}
    if isinstance(error, service_errors.RateExceededError):
        headers = {"Retry-After": str(error.retry_after_s)}
    return problem(found["status"], found["detail"], found["type"], headers)


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [_fault(fault) for fault in error.errors()]
    return problem(422, "; ".join(faults), "urn:snapshelf:wrong-request")


def _fault(fault: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in fault["loc"] if part not in {"body", "query", "path"})
    return f"{place or 'request'}: {fault['msg']}"


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if error.status_code == 405:  # the framework names the methods of the first route alone
        headers["Allow"] = ", ".join(_allowed(request))
    return problem(error.status_code, str(error.detail), headers=headers)


def _allowed(request: Request) -> list[str]:
    """The methods that some route takes at the request's path."""
    return [
        method
        for method in ("DELETE", "GET", "HEAD", "POST", "PUT")
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]


def _unknown(request: Request, error: Exception) -> JSONResponse:
    found = problem_of(error, f"{request.method} {request.url.path}")
    return problem(found["status"], found["detail"])


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name.removesuffix("Error")).lower()


class PlainErrorsToProblems:
    """Rewrites bare text errors of the framework (its 413 for a long body) as problems."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on, but for error responses that are text/plain."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_replaced = False

        async def checked(message: Message) -> None:
            nonlocal is_replaced
            if message["type"] == "http.response.start" and _is_plain_error(message):
                is_replaced = True
                detail = "the request is larger than allowed" if message["status"] == 413 else ""
                await problem(message["status"], detail)(scope, receive, send)
            elif not is_replaced:
                await send(message)

        await self._app(scope, receive, checked)


def _is_plain_error(message: Message) -> bool:
    types = [value for name, value in message["headers"] if name.lower() == b"content-type"]
    is_plain = not types or types[0].startswith((b"text/plain", b"application/json"))
    return message["status"] >= 400 and is_plain
