"""Reads what the service sends: results, problems, and the events of a stream."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias, TypeVar

import httpx
from httpx_sse import ServerSentEvent, SSEError
from pydantic import BaseModel, ValidationError

from service.client.errors import (
    ApiError,
    RetryLaterError,
    UnexpectedAnswerError,
    UnreachableError,
)
from service.wire.problems import ProblemSchema
from service.wire.searches import AnswerSchema, DeltaEvent, DoneEvent, MatchesEvent, SeenEvent

ModelT = TypeVar("ModelT", bound=BaseModel)
StreamEvent: TypeAlias = SeenEvent | MatchesEvent | DeltaEvent | AnswerSchema | DoneEvent
"""In this order: one ``SeenEvent``, one ``MatchesEvent`` an item, and where an answer is wanted
``DeltaEvent``s and the whole ``AnswerSchema``; a ``DoneEvent`` at the end."""

NO_END = "the stream ended before its last event"
LATER = frozenset({429, 503})
"""Status codes after which the same request may succeed."""
_EVENTS: dict[str, type[StreamEvent]] = {
    "items": SeenEvent,
    "matches": MatchesEvent,
    "answer.delta": DeltaEvent,
    "answer.done": AnswerSchema,
    "done": DoneEvent,
}
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def reader(model: type[ModelT]) -> Callable[[httpx.Response], ModelT]:
    """Gives the function that reads a response of one form."""

    def read(response: httpx.Response) -> ModelT:
        return _read(model, response.content)

    return read


def error_of(response: httpx.Response) -> ApiError:
    """Gives the error that a refusal is; its body must have been read.

    A refusal that is no problem document (a proxy's) has its status alone.
    """
    try:
        problem = ProblemSchema.model_validate_json(response.content)
    except ValidationError:
        problem = ProblemSchema(type="about:blank", title="", status=0, detail="")
    after = _seconds(response.headers.get("retry-after", ""))
    return _error(response.status_code, problem, after)


def event_of(sent: ServerSentEvent) -> StreamEvent | None:
    """Gives an event of a stream; None for one of a kind that is not known here.

    Raises:
        ApiError: the event says that the search failed.
    """
    if sent.event == "error":
        problem = _read(ProblemSchema, sent.data)
        raise _error(problem.status, problem, None)
    model = _EVENTS.get(sent.event)
    return _read(model, sent.data) if model else None


@contextmanager
def transport_errors(url: httpx.URL) -> Iterator[None]:
    """Makes errors of the transport and of the stream's form the client's own."""
    try:
        yield
    except (SSEError, httpx.DecodingError) as error:
        raise UnexpectedAnswerError(str(error)) from error
    except httpx.TransportError as error:
        said = str(error) or type(error).__name__
        was_sent = not isinstance(error, _NEVER_SENT)
        where = f"{url.scheme}://{url.netloc.decode()}"
        raise UnreachableError(f"{where}: {said}", was_sent=was_sent) from error


def _read(model: type[ModelT], body: str | bytes) -> ModelT:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "body"
        raise UnexpectedAnswerError(f"no {model.__name__}: {place}: {first['msg']}") from error


def _error(status: int, problem: ProblemSchema, retry_after: float | None) -> ApiError:
    if status in LATER:
        return RetryLaterError(status, problem.type, problem.detail, retry_after)
    return ApiError(status, problem.type, problem.detail)


def _seconds(header: str) -> float | None:
    """``Retry-After`` in seconds or as a date. Source: RFC 9110, section 10.2.3."""
    if header.strip().isdecimal():
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    now = datetime.now(UTC) if until.tzinfo else datetime.now(UTC).replace(tzinfo=None)
    return max(0.0, (until - now).total_seconds())
