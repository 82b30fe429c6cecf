"""What is known of a request afterwards: an id, its time, its line in the log. No words, no photo.

The id comes from the caller's ``X-Request-ID`` where that is a plain word, else it is made here;
every log line of the request bears it, and so does the answer.
"""

import logging
import re
import time
import uuid

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.load import Load
from service.http.metrics import REQUEST_SECONDS, REQUESTS

logger = logging.getLogger(__name__)

HEADER = "x-request-id"
UNKNOWN = "unknown"
"""In place of a route that there is not: paths are the caller's, and there is no end to them."""
_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_QUIET = frozenset({"/health/live", "/health/ready", "/metrics"})
"""Asked every few seconds by machines; logged where they fail."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})


class Observed:
    """Names, times, counts and logs each request; outside of all that may refuse one."""

    def __init__(self, app: ASGIApp, load: Load) -> None:
        self._app, self._load = app, load

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, status, began = _request_id(scope), 0, time.perf_counter()

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), (HEADER.encode(), request_id.encode())]
                message = {**message, "headers": headers}
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, named)
            finally:
                took_s = time.perf_counter() - began
                self._load.note(scope["path"], status, took_s)
                _note(scope, status, took_s)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name.lower() == HEADER.encode() and _ID.fullmatch(value):
            given: str = value.decode("ascii")
            return given
    return uuid.uuid4().hex


def _note(scope: Scope, status: int, took_s: float) -> None:
    """Counts and logs; status 0 is a client that left before it was answered."""
    route = getattr(scope.get("route"), "path", UNKNOWN)
    method = scope["method"] if scope["method"] in _METHODS else UNKNOWN
    REQUESTS.labels(route, str(status)).inc()
    REQUEST_SECONDS.labels(method, route).observe(took_s)
    level = logging.DEBUG if route in _QUIET and 0 < status < 400 else logging.INFO
    known = {"method": method, "route": route, "status": status, "ms": round(took_s * 1e3, 1)}
    logger.log(level, "request", extra=known)
