"""Pictures by URL, safely and politely.

Each hop's host is looked up once, checked, and connected to as checked (``fetch_addresses``); a
host is asked a few times at once and waited for where it asks for it (``fetch_hosts``).
Sources: https://www.encode.io/httpcore/network-backends/; RFC 9110 sections 10.2.3 (Retry-After)
and 13.1 (If-None-Match, If-Modified-Since).
"""

import email.utils
import functools
import random
import ssl
import threading
import time
from dataclasses import dataclass

import httpcore
import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    sleep_using_event,
    stop_after_attempt,
)

from service.errors import FetchError
from service.fetch_addresses import CONNECT_TIMEOUT_S, CheckedBackend, Deadline
from service.fetch_hosts import NO_STOP, Hosts

ATTEMPTS = 3
MAX_REDIRECTS = 3
_RETRIED_STATUSES = {408, 425, 429, 500, 502, 503, 504}
_REDIRECTS = {301, 302, 303, 307, 308}
_MAX_RETRY_AFTER_S = 30.0
"""A host that wants more time is left alone; the next run asks it again."""
_GONE = {404, 410}
_MAX_BACKOFF_S = 5.0
_MAX_CONNECTIONS = 64
_HEADERS = {
    "User-Agent": "snapshelf",
    "Accept": "image/*",
    "Accept-Encoding": "identity",  # a small body must not unpack to a large one
}


@dataclass(frozen=True)
class FetchLimits:
    """What one fetch may cost and where it may go."""

    max_bytes: int = 20_000_000
    timeout_s: float = 20.0
    """For one try, redirects included, from the first byte sent to the last received."""
    allow_private: bool = False
    attempts: int = ATTEMPTS
    """1: nobody comes back, so no host is waited for either."""
    ports: frozenset[int] | None = None
    """That may be connected to; None: any."""


@dataclass(frozen=True)
class Fetched:
    """A picture's bytes, and by what the host knows this state of it."""

    data: bytes | None
    """None: it is still what ``etag`` and ``modified`` of the question name."""
    etag: str = ""
    modified: str = ""
    """The ``Last-Modified`` header as it came."""


class PassingError(FetchError):
    """A fault that another try may not meet."""

    def __init__(self, reason: str, asked_s: float | None = None) -> None:
        super().__init__(reason)
        self.asked_s = asked_s
        """The host wants to be left alone for so long."""

    @property
    def is_tried_again(self) -> bool:
        """Whether the host wants so little time that it can be waited for."""
        return self.asked_s is None or self.asked_s <= _MAX_RETRY_AFTER_S

    @property
    def hold_off_s(self) -> float:
        """So long its host is asked for nothing else."""
        return min(self.asked_s or 0.0, _MAX_RETRY_AFTER_S)

    def wait_s(self, tries: int) -> float:
        """Gives when to try again: as the host asked, else 0.5, 1, ... seconds and some chance."""
        if self.asked_s is not None:
            return self.asked_s
        chance = random.random()  # noqa: S311 (no secret)
        return min(0.5 * 2.0 ** (tries - 1) + chance, _MAX_BACKOFF_S)


class Fetcher:
    """Fetches pictures over a pool of connections; safe to use from several threads."""

    def __init__(self, limits: FetchLimits) -> None:
        self._limits = limits
        self._deadline = Deadline()
        self._hosts = Hosts()
        backend = CheckedBackend(
            self._deadline, allow_private=limits.allow_private, ports=limits.ports
        )
        self._pool = httpcore.ConnectionPool(
            _ssl_context(),
            max_connections=_MAX_CONNECTIONS,
            keepalive_expiry=30.0,
            network_backend=backend,
        )

    def fetch(self, url: str) -> bytes:
        """Gives the body; a passing fault (429, 5xx, a broken connection) is tried again twice.

        Raises:
            FetchError: refused address, wrong status, too many bytes, or no answer in time.
        """
        return self.fetch_if_changed(url).data or b""

    def fetch_if_changed(
        self, url: str, etag: str = "", modified: str = "", stop: threading.Event = NO_STOP
    ) -> Fetched:
        """Gives the body unless it is still the one that was given with these marks.

        Raises:
            FetchError: as ``fetch``.
            CancelledError: ``stop`` was set.
        """
        retrying = Retrying(
            retry=retry_if_exception(
                lambda error: isinstance(error, PassingError) and error.is_tried_again
            ),
            stop=stop_after_attempt(self._limits.attempts),
            wait=_wait,
            sleep=sleep_using_event(stop),
            reraise=True,
        )
        return retrying(self.try_once, url, etag, modified, stop)

    def try_once(
        self, url: str, etag: str = "", modified: str = "", stop: threading.Event = NO_STOP
    ) -> Fetched:
        """As ``fetch_if_changed`` without another try.

        Raises:
            PassingError: another try may be answered.
            FetchError: as ``fetch``.
            CancelledError: ``stop`` was set.
        """
        marks = {"If-None-Match": etag, "If-Modified-Since": "" if etag else modified}
        headers = _HEADERS | {name: value for name, value in marks.items() if value}
        return self._follow(url, headers, stop)

    def close(self) -> None:
        """Closes the connections that are kept open."""
        self._pool.close()

    def _follow(self, url: str, headers: dict[str, str], stop: threading.Event) -> Fetched:
        self._deadline.at = float("inf")
        self._deadline.stop = stop
        target = _parsed(url)
        deadline = 0.0
        for _hop in range(MAX_REDIRECTS + 1):
            with self._hosts.place(target.host, stop):
                # waiting for a place costs the picture nothing of its time
                deadline = deadline or time.monotonic() + self._limits.timeout_s
                self._deadline.at = deadline
                found = self._ask(url, target, headers)
            if isinstance(found, Fetched):
                return found
            target = found
        raise FetchError(f"{url}: more than {MAX_REDIRECTS} redirects")

    def _ask(self, url: str, target: httpx.URL, headers: dict[str, str]) -> "Fetched | httpx.URL":
        """The picture, or where it has moved to."""
        timeout = {"connect": CONNECT_TIMEOUT_S, "pool": self._limits.timeout_s}
        try:
            with self._pool.stream(
                "GET", str(target), headers=list(headers.items()), extensions={"timeout": timeout}
            ) as response:
                return self._answer(url, target, response)
        except FetchError as error:
            if url in str(error):
                raise
            raise FetchError(f"{url}: {error}") from error
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            raise PassingError(f"{url}: {_timed(error, self._limits.timeout_s)}") from error
        except httpcore.RemoteProtocolError as error:  # most often the host has hung up
            raise PassingError(f"{url}: no readable HTTP: {error}") from error
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError) as error:
            raise FetchError(f"{url}: no readable HTTP: {error}") from error

    def _answer(
        self, url: str, target: httpx.URL, response: httpcore.Response
    ) -> "Fetched | httpx.URL":
        headers = httpx.Headers(response.headers)
        if response.status in _RETRIED_STATUSES:
            asked_s = _retry_after(headers.get("Retry-After", ""))
            error = PassingError(f"{url}: status {response.status}{_said(asked_s)}", asked_s)
            if self._limits.attempts > 1:
                self._hosts.hold_off(target.host, error.hold_off_s)
            raise error
        if response.status in _REDIRECTS and "Location" in headers:
            return _parsed(url, target, headers["Location"])
        marks = headers.get("ETag", ""), headers.get("Last-Modified", "")
        if response.status == 304:
            return Fetched(None, *marks)
        if response.status != 200:
            is_gone = response.status in _GONE
            raise FetchError(f"{url}: status {response.status}", is_gone=is_gone)
        return Fetched(self._body(url, response, headers), *marks)

    def _body(self, url: str, response: httpcore.Response, headers: httpx.Headers) -> bytes:
        most = self._limits.max_bytes
        promised = headers.get("Content-Length", "0")
        body = bytearray()
        if not (promised.isascii() and promised.isdigit() and int(promised) > most):
            for chunk in response.iter_stream():
                body += chunk
                if len(body) > most:
                    break
            else:
                return bytes(body)
        raise FetchError(f"{url}: more than {most:,} bytes")


@functools.cache
def _ssl_context() -> ssl.SSLContext:
    """Reading the authorities takes half a second."""
    return httpcore.default_ssl_context()


def _parsed(url: str, base: httpx.URL | None = None, location: str = "") -> httpx.URL:
    try:
        target = base.join(location) if base else httpx.URL(url)
        host = target.host  # decodes what is in Punycode
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(f"{url}: no readable address: {error}") from error
    if target.scheme not in {"http", "https"}:
        raise FetchError(f"{url}: only http and https are fetched, not {target.scheme!r}")
    if target.port is not None and not 0 < target.port < 65_536:
        raise FetchError(f"{url}: no readable address: there is no port {target.port}")
    if not host:
        raise FetchError(f"{url}: names no host")
    if target.userinfo:
        raise FetchError("an address with a user name or password is not fetched")
    return target


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    return error.wait_s(state.attempt_number) if isinstance(error, PassingError) else 0.0


def _retry_after(value: str) -> float | None:
    """Seconds from a number or a date; None where there is neither."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        at = email.utils.parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, at - time.time())


def _said(asked_s: float | None) -> str:
    is_long = asked_s is not None and asked_s > _MAX_RETRY_AFTER_S
    return f", retry after {asked_s:.0f} s" if is_long else ""


def _timed(error: Exception, timeout_s: float) -> str:
    if isinstance(error, httpcore.ConnectTimeout):
        return f"no connection within {CONNECT_TIMEOUT_S:g} s"
    if isinstance(error, httpcore.TimeoutException):
        return f"not done within {timeout_s:g} s"
    return str(error) or type(error).__name__
