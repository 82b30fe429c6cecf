"""What is answered instead of a result."""

from pydantic import BaseModel


class ProblemSchema(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
