"""Pictures by URL, safely and politely.

Each hop's host is looked up once, checked, and connected to as checked (``fetch_addresses``); a
host is asked a few times at once and waited for where it asks for it (``fetch_hosts``).
Sources: https://www.encode.io/httpcore/network-backends/; RFC 9110 sections 10.2.3 (Retry-After)
and 13.1 (If-None-Match, If-Modified-Since).
"""

import email.utils
import functools
import ssl
import time
from dataclasses import dataclass

import httpcore
import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from service.errors import FetchError
from service.fetch_addresses import CONNECT_TIMEOUT_S, CheckedBackend, Deadline
from service.fetch_hosts import Hosts

MAX_REDIRECTS = 3
_RETRIED_STATUSES = {408, 425, 429, 500, 502, 503, 504}
_REDIRECTS = {301, 302, 303, 307, 308}
_MAX_RETRY_AFTER_S = 30.0
"""A host that wants more time is left alone; the next run asks it again."""
_BACKOFF = wait_exponential_jitter(multiplier=0.5, max=5)
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
    attempts: int = 3
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


class _PassingError(Exception):
    """A fault that another try may not meet."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


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

    def fetch_if_changed(self, url: str, etag: str = "", modified: str = "") -> Fetched:
        """Gives the body unless it is still the one that was given with these marks.

        Raises:
            FetchError: as ``fetch``.
        """
        marks = {"If-None-Match": etag, "If-Modified-Since": "" if etag else modified}
        headers = _HEADERS | {name: value for name, value in marks.items() if value}
        retrying = Retrying(
            retry=retry_if_exception_type(_PassingError),
            stop=stop_after_attempt(self._limits.attempts),
            wait=_wait,
            reraise=True,
        )
        try:
            return retrying(self._follow, url, headers)
        except _PassingError as error:
            raise FetchError(f"{url}: {error}") from error

    def close(self) -> None:
        """Closes the connections that are kept open."""
        self._pool.close()

    def _follow(self, url: str, headers: dict[str, str]) -> Fetched:
        self._deadline.at = float("inf")
        target = _parsed(url)
        deadline = 0.0
        for _hop in range(MAX_REDIRECTS + 1):
            with self._hosts.place(target.host):
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
            raise _PassingError(_timed(error, self._limits.timeout_s)) from error
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError) as error:
            raise FetchError(f"{url}: no readable HTTP: {error}") from error

    def _answer(
        self, url: str, target: httpx.URL, response: httpcore.Response
    ) -> "Fetched | httpx.URL":
        headers = httpx.Headers(response.headers)
        if response.status in _RETRIED_STATUSES:
            wait_s = _retry_after(headers.get("Retry-After", ""))
            if self._limits.attempts > 1:
                self._hosts.hold_off(target.host, min(wait_s or 0.0, _MAX_RETRY_AFTER_S))
            if wait_s is not None and wait_s > _MAX_RETRY_AFTER_S:
                raise FetchError(f"{url}: status {response.status}, retry after {wait_s:.0f} s")
            raise _PassingError(f"status {response.status}", wait_s)
        if response.status in _REDIRECTS and "Location" in headers:
            return _parsed(url, target, headers["Location"])
        marks = headers.get("ETag", ""), headers.get("Last-Modified", "")
        if response.status == 304:
            return Fetched(None, *marks)
        if response.status != 200:
            raise FetchError(f"{url}: status {response.status}")
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
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(f"{url}: no readable address: {error}") from error
    if target.scheme not in {"http", "https"}:
        raise FetchError(f"{url}: only http and https are fetched, not {target.scheme!r}")
    if target.port is not None and not 0 < target.port < 65_536:
        raise FetchError(f"{url}: no readable address: there is no port {target.port}")
    if not target.host:
        raise FetchError(f"{url}: names no host")
    if target.userinfo:
        raise FetchError("an address with a user name or password is not fetched")
    return target


def _wait(state: RetryCallState) -> float:
    """As long as the host asked for, else 0.5, 1, ... seconds and some chance."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait_s if isinstance(error, _PassingError) else None
    return asked if asked is not None else _BACKOFF(state)


def _retry_after(value: str) -> float | None:
    """Seconds from a number or a date; None where there is neither."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        at = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    return max(0.0, at.timestamp() - time.time())


def _timed(error: Exception, timeout_s: float) -> str:
    if isinstance(error, httpcore.ConnectTimeout):
        return f"no connection within {CONNECT_TIMEOUT_S:g} s"
    if isinstance(error, httpcore.TimeoutException):
        return f"not done within {timeout_s:g} s"
    return str(error) or type(error).__name__
