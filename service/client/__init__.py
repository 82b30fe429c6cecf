"""A client of the HTTP service: ``SnapshelfClient``, ``AsyncSnapshelfClient``, typed results."""

from service.client.async_client import AsyncSnapshelfClient
from service.client.client import SnapshelfClient
from service.client.errors import (
    ApiError,
    ClientError,
    RetryLaterError,
    UnexpectedAnswerError,
    UnreachableError,
)
from service.client.retries import Retries

__all__ = [
    "ApiError",
    "AsyncSnapshelfClient",
    "ClientError",
    "Retries",
    "RetryLaterError",
    "SnapshelfClient",
    "UnexpectedAnswerError",
    "UnreachableError",
]
