"""``POST /v1/chat/{session}`` and ``POST /v1/feedback``: what comes after a search."""

import time
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from service.conversation import Turn
from service.feedback import Event
from service.http.context import ServiceDep
from service.http.schemas import (
    ProblemSchema,
    SearchResponse,
    answer_schema,
    search_response,
)
from service.http.search import (
    MAX_LANGUAGE_CHARACTERS,
    PROBLEMS,
    count_answer,
    observe,
    with_answer,
)
from service.search.follow_ups import Kind
from service.types import MAX_TEXT_CHARACTERS

router = APIRouter(tags=["chat"])

_MAX_ID_CHARACTERS = 200
_SESSION_PROBLEMS = PROBLEMS | {
    status: {"model": ProblemSchema, "content": {"application/problem+json": {}}}
    for status in (404, 409)
}
SessionId = Annotated[
    str, PathParameter(max_length=_MAX_ID_CHARACTERS, description="`session` of a search")
]


class ChatRequest(BaseModel):
    """A follow-up on a search."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field(
        min_length=1,
        max_length=MAX_TEXT_CHARACTERS,
        examples=["cheaper", "the second one in black", "which of them is waterproof?"],
    )
    answer: bool = Field(True, description="put it into words; questions always are")
    language: str | None = Field(
        None, max_length=MAX_LANGUAGE_CHARACTERS, description="BCP 47, of the answer"
    )


class FollowUpSchema(BaseModel):
    """How a follow-up was understood."""

    kind: Kind = Field(
        description="change: the search otherwise; one: a match or its variant; like: others "
        "like a match; question: nothing was searched"
    )
    item: int = Field(description="the item of `items` that it was about, from 0")
    refs: list[int] = Field(description="the matches that it named, from 1")


class ChatResponse(SearchResponse):
    """As the answer to a search; items that the follow-up was not about are as they were."""

    follow_up: FollowUpSchema


class FeedbackRequest(BaseModel):
    """What a shopper did with a match."""

    model_config = ConfigDict(extra="forbid")
    session: str = Field(min_length=1, max_length=_MAX_ID_CHARACTERS)
    item: int = Field(ge=0, le=1000, description="of the search's `items`, from 0")
    product: str = Field(min_length=1, max_length=1000)
    event: Event


class FeedbackResponse(BaseModel):
    """What became of it."""

    recorded: bool = Field(description="false: the same event was recorded before")


@router.post("/v1/chat/{session}", responses=_SESSION_PROBLEMS)
async def chat(
    service: ServiceDep,
    session: SessionId,
    asked: ChatRequest,
    accept_language: Annotated[str | None, Header()] = None,
) -> ChatResponse:
    """Goes on from an earlier search: cheaper, in black, no leather, or a question about it."""
    turn = await service.searches.run(
        service.conversation.turn, session, asked.text, asked.language, accept_language
    )
    response = _response(turn, service.embedder)
    if asked.answer or turn.question is not None:
        before = time.perf_counter()
        written = await service.writings.run(service.conversation.answer, turn)
        count_answer(written)
        response.answer = answer_schema(written)
        response.timings_ms |= with_answer(turn.result, before)
    observe(response.timings_ms)
    return response


@router.post("/v1/feedback", responses=_SESSION_PROBLEMS)
async def feedback(service: ServiceDep, given: FeedbackRequest) -> FeedbackResponse:
    """Records that a match was clicked, bought, or wrong."""
    recorded = await service.searches.run(
        service.feedback.record, given.session, given.item, given.product, given.event
    )
    return FeedbackResponse(recorded=recorded)


def _response(turn: Turn, embedder: str) -> ChatResponse:
    whole = search_response(turn.result, embedder)
    named = [ref for ref in turn.refs if ref > 0]
    told = FollowUpSchema(kind=turn.kind, item=turn.item, refs=named)
    return ChatResponse(**dict(whole), follow_up=told)
