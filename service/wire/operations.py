"""The state of the server as it goes over the wire."""

from typing import Literal

from pydantic import BaseModel


class LiveResponse(BaseModel):
    """The process answers."""

    status: Literal["live"] = "live"


class ReadyResponse(BaseModel):
    """A search would be answered now, from this state of the catalogue."""

    status: Literal["ready"] = "ready"
    products: int
    pictures: int
    sequence: int
    version: str
    embedder: str
