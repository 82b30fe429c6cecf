"""A search, its answer and its stream of events as they go over the wire."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from service.wire.products import MatchSchema


class ItemSchema(BaseModel):
    """One thing seen in the photo, or the words alone (``box`` null)."""

    box: list[int] | None
    score: float | None
    caption: str | None = None
    attributes: dict[str, str] = {}
    verdict: Literal["same_product", "variant", "similar", "not_in_catalogue"] | None = None
    confidence: float | None = None
    matches: list[MatchSchema]


class PhotoSchema(BaseModel):
    """Size of the upright photo in pixels."""

    width: int
    height: int


class StoreSchema(BaseModel):
    """Which state of the catalogue answered."""

    version: str
    sequence: int
    embedder: str
    indexed_at: str


class CitationSchema(BaseModel):
    """What a reference of the answer stands for."""

    ref: int = Field(description="the number in brackets")
    id: str = Field(description="a product's")
    link: str = Field(description="where it can be bought; empty where the feed has no address")
    item: int | None = Field(
        None,
        description="position in items of what it was found for; only where several are compared",
        exclude_if=lambda item: item is None,
    )


class ItemChoiceSchema(BaseModel):
    """What an answer about several items chooses for one of them."""

    item: int = Field(description="its position in items, from 0")
    pick: str | None
    cheapest: str | None


class GroundingSchema(BaseModel):
    """What became of a model's sentences."""

    checked: int
    dropped: int


class AnswerSchema(BaseModel):
    """A comparison of the matches; every price, name and link in it is the catalogue's."""

    text: str
    citations: list[CitationSchema]
    pick: str | None = Field(description="a product's id; of several items the first one's")
    cheapest: str | None = Field(description="a product's id; of several items the first one's")
    writer: str = Field(description="the model whose words are in the text, or facts")
    grounding: GroundingSchema
    language: str = Field(description="BCP 47, of the text")
    items: list[ItemChoiceSchema] = Field(
        [],
        description="one a section of the text, in its order; only where several are compared",
        exclude_if=lambda items: not items,
    )


class WordsSchema(BaseModel):
    """What was made of the request's text; the filters are held beside the request's own."""

    filters: dict[str, Any] = Field(description="in the form of the request's filters")
    residual: str = Field(description="words that name or describe the thing")
    changes: list[str] = Field(description="what shall be other than in the photo")
    negatives: list[str] = Field(description="what is not wanted and no filter can exclude")
    cheaper: bool
    unmet: list[str] = Field(description="price words in a currency that the shop does not take")


class SearchResponse(BaseModel):
    """The answer to a search."""

    photo: PhotoSchema | None
    items: list[ItemSchema]
    words: WordsSchema | None = None
    answer: AnswerSchema | None = None
    timings_ms: dict[str, float]
    session: str
    store: StoreSchema


class SeenItemSchema(BaseModel):
    """One thing seen in the photo, before anything is searched for it."""

    box: list[int] | None
    score: float | None


class SeenEvent(BaseModel):
    """Event ``items`` of a stream: what is searched for."""

    photo: PhotoSchema | None
    items: list[SeenItemSchema]


class MatchesEvent(ItemSchema):
    """Event ``matches``: what was found for one item."""

    item: int = Field(description="its position in ``items``, from 0")


class DeltaEvent(BaseModel):
    """Event ``answer.delta``: the next piece of the answer, already checked."""

    text: str


class DoneEvent(BaseModel):
    """Event ``done``, the last one of a stream that ended well."""

    words: WordsSchema | None
    timings_ms: dict[str, float]
    session: str
    store: StoreSchema
