"""What can go wrong in the service itself.

ServiceError
├── RequestError        the request asks for something that cannot be done
├── AccessError         the request may not be made, or not now
│   ├── WritesClosedError   the server takes no writes as it was started
│   ├── KeyMissingError     no key, or a wrong one
│   ├── ScopeMissingError   the key is for other routes
│   └── RateExceededError   the key, or the address, has asked too often
├── UnknownSessionError  no session has this id, or it has expired
├── SessionsOffError     this server keeps no sessions
├── SessionBusyError     many follow-ups on one session at once
├── BusyError            so much is asked at once that this must wait for another time
├── RequestTimeoutError  the answer took longer than a request may
├── PublishRefusedError  a new version answers worse than the one before
├── EngineError         the cluster that was to index does not
├── FetchError          a picture's address cannot be fetched
└── SettingsError       a setting is wrong
"""


class ServiceError(Exception):
    """Anything that this package raises on purpose."""


class RequestError(ServiceError):
    """The request asks for something that cannot be done; the message says what is allowed."""


class AccessError(ServiceError):
    """The request may not be made, or not now; raised before its body is read."""

    reason = "access"
    """In metrics."""


class WritesClosedError(AccessError):
    """Writes are answered only on loopback while no keys are set."""

    reason = "writes closed"


class KeyMissingError(AccessError):
    """No key was sent, or a wrong one; which of them is not told."""

    reason = "no key"

    def __init__(self) -> None:
        super().__init__("a key is needed: send it as Authorization: Bearer KEY, or as X-API-Key")


class ScopeMissingError(AccessError):
    """The key is right, but for other routes."""

    reason = "no scope"

    def __init__(self, key: str, scope: str) -> None:
        super().__init__(f"the key {key!r} has not the scope {scope!r}")


class RateExceededError(AccessError):
    """The key, or without one the client's address, has asked too often."""

    reason = "rate"

    def __init__(self, allowed: str, retry_after_s: int) -> None:
        super().__init__(f"more requests than {allowed}; ask again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class UnknownSessionError(ServiceError):
    """No session has this id, or it has expired."""


class SessionsOffError(ServiceError):
    """This server keeps no sessions, as its settings say."""


class SessionBusyError(ServiceError):
    """Other follow-ups on the same session were faster, again and again."""


class BusyError(ServiceError):
    """The queue for this kind of work is full, or the server is stopping."""


class RequestTimeoutError(ServiceError):
    """The answer took longer than a request may."""


class PublishRefusedError(ServiceError):
    """A new version answers the questions of the one before worse than it did."""


class EngineError(ServiceError):
    """The cluster that pictures are embedded on is away, or cannot do what this store needs."""


class FetchError(ServiceError):
    """A picture's address was refused, or did not give a picture."""

    def __init__(self, message: str, *, is_gone: bool = False) -> None:
        super().__init__(message)
        self.is_gone = is_gone
        """Who has the picture says that it is no more; else it may come another time."""


class SettingsError(ServiceError):
    """A setting is missing or of a wrong form."""
