"""``POST /v1/chat/{session}`` and ``POST /v1/feedback``: what comes after a search."""

import time
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi import Path as PathParameter

from service.conversation import Turn
from service.http.context import ServiceDep
from service.http.schemas import answer_schema, search_response
from service.http.search import (
    PROBLEMS,
    count_answer,
    observe,
    problem_responses,
    with_answer,
)
from service.terms import MAX_ID_CHARACTERS
from service.wire.chats import (
    ChatRequest,
    ChatResponse,
    FeedbackRequest,
    FeedbackResponse,
    FollowUpSchema,
)

router = APIRouter(tags=["chat"])

_SESSION_PROBLEMS = PROBLEMS | problem_responses(404, 409)
SessionId = Annotated[
    str, PathParameter(max_length=MAX_ID_CHARACTERS, description="`session` of a search")
]


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
