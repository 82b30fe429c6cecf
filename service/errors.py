"""What can go wrong in the service itself.

ServiceError
├── RequestError        the request asks for something that cannot be done
├── WritesClosedError   the server takes no writes as it was started
├── UnknownSessionError  no session has this id, or it has expired
├── SessionsOffError     this server keeps no sessions
├── SessionBusyError     many follow-ups on one session at once
├── BusyError            so much is asked at once that this must wait for another time
├── RequestTimeoutError  the answer took longer than a request may
├── PublishRefusedError  a new version answers worse than the one before
├── FetchError          a picture's address cannot be fetched
└── SettingsError       a setting is wrong
"""


class ServiceError(Exception):
    """Anything that this package raises on purpose."""


class RequestError(ServiceError):
    """The request asks for something that cannot be done; the message says what is allowed."""


class WritesClosedError(ServiceError):
    """Writes are answered only on loopback while no keys are set."""


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


class FetchError(ServiceError):
    """A picture's address was refused, or did not give a picture."""


class SettingsError(ServiceError):
    """A setting is missing or of a wrong form."""
