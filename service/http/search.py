"""``POST /v1/search``, and the same as a stream of events."""

import time
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Header, Request, UploadFile
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.datastructures import FormData

from service.answer.answers import AnswerWriter
from service.answer.types import Answer, AnswerDelta, AnswerRequest, requests_for
from service.errors import BusyError, RequestError
from service.http.context import Service, ServiceDep
from service.http.described import BOX, PICTURE, SWITCH
from service.http.filter_schema import FiltersText, parse_filters
from service.http.metrics import ANSWERS, DROPPED_SENTENCES, SEARCH_SECONDS
from service.http.photo_url import MAX_URL_CHARACTERS
from service.http.problems import problem_of
from service.http.schemas import (
    answer_schema,
    box_schema,
    rounded,
    search_response,
)
from service.pipeline import Seen
from service.terms import MAX_LANGUAGE_CHARACTERS, MAX_TEXT_CHARACTERS
from service.types import MAX_K, SearchRequest, SearchResult
from service.wire.problems import ProblemSchema
from service.wire.searches import (
    DeltaEvent,
    DoneEvent,
    ItemSchema,
    MatchesEvent,
    PhotoSchema,
    SearchResponse,
    SeenEvent,
    SeenItemSchema,
)
from vision.types import Box

router = APIRouter(tags=["search"])


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Gives what the description says of refusals with these status codes."""
    content: dict[str, Any] = {"application/problem+json": {}}
    return {status: {"model": ProblemSchema, "content": content} for status in statuses}


PROBLEMS = problem_responses(400, 408, 413, 415, 422, 503, 504)


@dataclass(frozen=True)
class Asked:
    """A request as the pipeline takes it, and whether an answer is wanted, in which language."""

    search: SearchRequest
    is_answered: bool
    language: str | None


async def asked(  # noqa: PLR0913, PLR0917  (one argument a form field)
    form: Request,
    service: ServiceDep,
    photo: Annotated[UploadFile | None, PICTURE, File(description="the picture")] = None,
    text: Annotated[str, Form(max_length=MAX_TEXT_CHARACTERS)] = "",
    k: Annotated[int, Form(ge=1, le=MAX_K)] = 10,
    items: Annotated[Literal["all", "main"], Form()] = "all",
    box: Annotated[
        str,
        Form(description="x0,y0,x1,y1 in pixels of the upright photo", json_schema_extra={**BOX}),
    ] = "",
    filters: Annotated[FiltersText, Form(description="a JSON object")] = "",
    group: Annotated[bool, SWITCH, Form(description="one match per group")] = True,
    photo_url: Annotated[
        str,
        Form(
            max_length=MAX_URL_CHARACTERS,
            description="in place of photo; refused unless fetch_photo_urls is set",
        ),
    ] = "",
    answer: Annotated[bool, SWITCH, Form(description="write a comparison of the matches")] = False,
    language: Annotated[
        str, Form(max_length=MAX_LANGUAGE_CHARACTERS, description="BCP 47, of the answer")
    ] = "",
    accept_language: Annotated[str | None, Header()] = None,
) -> Asked:
    """Reads the form."""
    _check_once(await form.form())  # parsed already
    request = SearchRequest(
        text=text.strip(),
        k=k,
        box=_box(box),
        is_main_only=items == "main",
        filters=parse_filters(filters),
        is_grouped=group,
        photo=await _photo(service, photo, photo_url),  # last: it may have to be fetched
    )
    return Asked(request, answer, language.strip() or accept_language)


def _check_once(form: FormData) -> None:
    """Of two values the framework would take the last, and say nothing."""
    for name, times in Counter(name for name, _ in form.multi_items()).items():
        if times > 1:
            raise RequestError(f"{name[:60]}: came {times} times; allowed is once")


AskedDep = Annotated[Asked, Depends(asked)]


async def _photo(service: Service, photo: UploadFile | None, url: str) -> bytes | None:
    if not url:
        return await photo.read() if photo is not None else None
    if photo is not None:
        raise RequestError("photo and photo_url: allowed is one of them")
    return await service.photo_urls.photo(url)


@router.post("/v1/search", responses=PROBLEMS)
async def search(service: ServiceDep, asked: AskedDep) -> SearchResponse:
    """Finds the products that a photo, words, or both speak of."""
    result = await service.searches.run(_searched, service, asked)
    response = search_response(result, service.embedder)
    if asked.is_answered:
        before = time.perf_counter()
        requests = requests_for(result, asked.search, asked.language)
        written = await _answered(service, requests)
        count_answer(written)
        response.answer = answer_schema(written)
        response.timings_ms |= with_answer(result, before)
    observe(response.timings_ms)
    return response


async def seen(service: ServiceDep, asked: AskedDep) -> Seen:
    """What is in the photo; a request that cannot be answered ends here, before any event."""
    return await service.searches.run(service.pipeline.look, asked.search)


@router.post("/v1/search/stream", responses=PROBLEMS, response_class=EventSourceResponse)
async def search_stream(
    service: ServiceDep, asked: AskedDep, seen: Annotated[Seen, Depends(seen)]
) -> AsyncIterable[ServerSentEvent]:
    """Finds as ``POST /v1/search`` and sends each part when it is ready.

    Events: ``items``, ``matches`` (one an item), ``answer.delta``, ``answer.done``, ``done``; or
    ``error``.
    """
    yield ServerSentEvent(event="items", data=_items(seen))
    try:
        result = await service.searches.run(_matched, service, asked, seen, admitted=True)
        response = search_response(result, service.embedder)
        for number, item in enumerate(response.items):
            yield ServerSentEvent(event="matches", data=_matches(number, item))
        before = time.perf_counter()
        if asked.is_answered:
            requests = requests_for(result, asked.search, asked.language)
            async for piece in _answer_pieces(service, requests):
                yield _answer_event(piece)
            response.timings_ms |= with_answer(result, before)
        observe(response.timings_ms)
        yield ServerSentEvent(event="done", data=_done(response))
    except Exception as error:  # the status is sent already: a problem as the last event
        yield ServerSentEvent(event="error", data=problem_of(error, "POST /v1/search/stream"))


def _searched(service: Service, asked: Asked) -> SearchResult:
    return _matched(service, asked, service.pipeline.look(asked.search))


def _matched(service: Service, asked: Asked, seen: Seen) -> SearchResult:
    """The matches, with the session that a follow-up will need."""
    result = service.pipeline.match(seen)
    service.conversation.keeper.open(result, asked.search, asked.language)
    return result


async def _answered(service: Service, requests: Sequence[AnswerRequest]) -> Answer:
    """The whole answer, which is its last piece."""
    pieces = [piece async for piece in _answer_pieces(service, requests)]
    answer = pieces[-1]
    assert isinstance(answer, Answer)
    return answer


async def _answer_pieces(
    service: Service, requests: Sequence[AnswerRequest]
) -> AsyncIterator[AnswerDelta | Answer]:
    """The answer; of the facts alone where too many wait for the model: the matches are here."""
    try:
        async for piece in service.writings.stream(service.answers.stream(*requests)):
            yield piece
    except BusyError:  # before the first piece: what has begun keeps its place
        for piece in AnswerWriter().stream(*requests):
            yield piece


def _answer_event(piece: AnswerDelta | Answer) -> ServerSentEvent:
    if isinstance(piece, AnswerDelta):
        return ServerSentEvent(event="answer.delta", data=DeltaEvent(text=piece.text))
    count_answer(piece)
    return ServerSentEvent(event="answer.done", data=answer_schema(piece))


def _items(seen: Seen) -> SeenEvent:
    photo = seen.photo
    items = [
        SeenItemSchema(box=box_schema(one), score=one.confidence if one else None)
        for one in seen.items
    ]
    size = PhotoSchema(width=photo.width, height=photo.height) if photo else None
    return SeenEvent(photo=size, items=items)


def _matches(number: int, item: ItemSchema) -> MatchesEvent:
    return MatchesEvent(item=number, **dict(item))


def _done(response: SearchResponse) -> DoneEvent:
    return DoneEvent(
        words=response.words,
        timings_ms=response.timings_ms,
        session=response.session,
        store=response.store,
    )


def with_answer(result: SearchResult, before: float) -> dict[str, float]:
    """Gives the time since ``before`` as the answer's, and the total with it."""
    took = (time.perf_counter() - before) * 1e3
    return rounded({"answer": took, "total": result.timings_ms["total"] + took})


def observe(timings_ms: dict[str, float]) -> None:
    """Adds the times of a search to the metrics."""
    for stage, milliseconds in timings_ms.items():
        SEARCH_SECONDS.labels(stage).observe(milliseconds / 1e3)


def count_answer(answer: Answer) -> None:
    """Adds an answer to the metrics."""
    ANSWERS.labels(answer.writer).inc()
    DROPPED_SENTENCES.inc(answer.dropped)


def _box(text: str) -> Box | None:
    if not text.strip():
        return None
    parts = text.split(",")
    if len(parts) != 4 or not all(part.strip().lstrip("-").isdecimal() for part in parts):
        raise RequestError(f"box {text[:60]!r}: allowed are four whole numbers x0,y0,x1,y1")
    return Box(*(int(part) for part in parts))
