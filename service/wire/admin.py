"""What the admin page asks, as it goes over the wire."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class CalibrationSchema(BaseModel):
    """What verdicts are judged by."""

    made_at: str
    questions: int = Field(description="with known answers, that it was fitted to")
    source: str = Field(description="where they came from")
    ece: float | None = Field(description="expected calibration error, on questions held out")


class OverviewResponse(BaseModel):
    """The catalogue in a few figures."""

    products: int
    pictures: int
    groups: int
    merchants: int
    sequence: int = Field(description="number of the last write")
    embedder: str
    version: str = Field(description="the saved version that searches started from; may be empty")
    version_sequence: int = Field(description="number of the last write that the version holds")
    indexed_at: str = Field(description="when it was saved; empty where there is none")
    calibration: CalibrationSchema | None


class EvaluationSchema(BaseModel):
    """How well a version knew its own pictures when it was saved."""

    questions: int
    recall_at_1: float | None
    recall_at_1_ci95: tuple[float, float] | None


class VersionSchema(BaseModel):
    """A saved state of the catalogue."""

    name: str
    made_at: str | None
    sequence: int | None
    products: int | None
    pictures: int | None
    embedder: str | None
    is_sound: bool = Field(description="all checksums hold")
    is_current: bool
    can_go_back: bool
    obstacle: Literal["damaged", "past_gone", "other_embedder", "unchanged"] | None = Field(
        description="why one cannot go back to it: `unchanged` is what the catalogue holds now"
    )
    evaluation: EvaluationSchema | None


class VersionsResponse(BaseModel):
    """All saved states, newest first."""

    sequence: int = Field(description="of the catalogue now")
    versions: list[VersionSchema]


class RollbackRequest(BaseModel):
    """Where to go back to."""

    model_config = ConfigDict(extra="forbid")
    version: Annotated[str, Field(min_length=1, max_length=40, examples=["00000003"])]


class ChangedSchema(BaseModel):
    """Products that going back changed."""

    count: int
    examples: list[str] = Field(description="ids, at most 20")


class RollbackResponse(BaseModel):
    """What going back did."""

    went_back_to: str
    present_state_kept_as: str = Field(description="going back to this one is going forward again")
    version: str | None = Field(
        description="the state now, saved; null where it could not be, and the next run saves it"
    )
    restored: ChangedSchema
    removed: ChangedSchema


class RejectSchema(BaseModel):
    """A row, or a picture of a row, that was not taken from a feed."""

    feed: str = Field(description="the file's name")
    line: int = Field(description="0: unknown")
    id: str
    kind: Literal["rejected", "warning"]
    reason: str
    picture: str = Field(description="its address or name; empty where the row itself is wrong")


class RejectsResponse(BaseModel):
    """Rejects of the last indexing run, newest first."""

    lines: int = Field(description="in all")
    written_at: str | None = Field(description="null: nothing was rejected on this machine")
    rejects: list[RejectSchema]
    before: int | None = Field(description="for the next page; null on the last")


class FindingProductSchema(BaseModel):
    """A product that something is found with."""

    id: str
    title: str
    image: str | None = Field(description="null: it has no picture to show")


class FindingSchema(BaseModel):
    """One kind of fault."""

    name: str
    count: int = Field(description="products, or groups where the name says so")
    examples: list[FindingProductSchema] = Field(description="at most five")
    advice: str


class FindingsResponse(BaseModel):
    """What is wrong with the catalogue; examined once for each state of it."""

    sequence: int = Field(description="of the state that was examined")
    examined_at: str
    products: int
    pictures: int
    findings: list[FindingSchema]


class LoadSchema(BaseModel):
    """Requests that ended in some time."""

    requests: int
    by_class: dict[str, int] = Field(
        description="by class of status; `left`: the client was gone before the answer"
    )
    refused: int = Field(description="401, 403 and 429")
    busy: int = Field(description="503: too much at once, or the catalogue or a model is down")
    p50_ms: float | None = Field(
        description="of the rest; at most a tenth too long; null: nothing was worked on"
    )
    p99_ms: float | None


class MinuteSchema(LoadSchema):
    """Requests that ended in one minute."""

    began_at: str


class LoadResponse(BaseModel):
    """The last hour; pictures, pages, health, metrics and the admin page's own are left out."""

    since: str = Field(description="the start of this process: nothing before it is known")
    hour: LoadSchema
    minutes: list[MinuteSchema] = Field(description="oldest first, at most 60, idle ones too")
