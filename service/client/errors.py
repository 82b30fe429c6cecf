"""What can go wrong between a client and the service.

ClientError
├── ApiError               the service refused the request; the problem that it sent
│   └── RetryLaterError    it is full, stopping, or asked too often: the same request may succeed
├── UnreachableError       no answer: no connection, or a time-out
└── UnexpectedAnswerError  an answer that is not of the contract's form
"""

from http import HTTPStatus


class ClientError(Exception):
    """Anything that the client raises on purpose."""


class ApiError(ClientError):
    """The service refused the request.

    Attributes:
        status: of HTTP.
        type: names the kind of problem (RFC 9457), ``about:blank`` where the status says it all.
        detail: a sentence: what came and what is allowed.
    """

    def __init__(self, status: int, type_: str, detail: str) -> None:
        super().__init__(f"{status}: {detail or _phrase(status)}")
        self.status, self.type, self.detail = status, type_, detail


class RetryLaterError(ApiError):
    """The service cannot answer now.

    Attributes:
        retry_after: seconds to wait, as the service asks; None where it names no time.
    """

    def __init__(self, status: int, type_: str, detail: str, retry_after: float | None) -> None:
        super().__init__(status, type_, detail)
        self.retry_after = retry_after


class UnreachableError(ClientError):
    """No answer came: no connection, or a time-out.

    Attributes:
        was_sent: the service may have begun to work on the request.
    """

    def __init__(self, message: str, *, was_sent: bool) -> None:
        super().__init__(message)
        self.was_sent = was_sent


class UnexpectedAnswerError(ClientError):
    """The answer is not what the contract says; another version, or another service."""


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "no detail was given"
