"""Follow-ups and feedback as they go over the wire."""

from pydantic import BaseModel, ConfigDict, Field

from service.terms import (
    MAX_ID_CHARACTERS,
    MAX_LANGUAGE_CHARACTERS,
    MAX_TEXT_CHARACTERS,
    Event,
    Kind,
)
from service.wire.searches import SearchResponse


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
    session: str = Field(min_length=1, max_length=MAX_ID_CHARACTERS)
    item: int = Field(ge=0, le=1000, description="of the search's `items`, from 0")
    product: str = Field(min_length=1, max_length=1000)
    event: Event


class FeedbackResponse(BaseModel):
    """What became of it."""

    recorded: bool = Field(description="false: the same event was recorded before")
