"""Pictures by URL, safely: each hop's host is resolved once, checked, and connected to as checked.

Sources: https://www.python-httpx.org/advanced/transports/ and /advanced/extensions/
(``sni_hostname``); the list of ranges follows imgproxy's ``security`` package.
"""

import ipaddress
import socket
from dataclasses import dataclass

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from service.errors import FetchError

_MAX_REDIRECTS = 3
_ATTEMPTS = 3
_RETRIED_STATUSES = {408, 425, 429, 500, 502, 503, 504}
_CONNECT_TIMEOUT_S = 5.0
_EMBEDDING_NETWORKS = (
    ipaddress.ip_network("64:ff9b::/96"),  # NAT64, RFC 6052
    ipaddress.ip_network("::/96"),  # IPv4-compatible, RFC 4291
)

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class FetchLimits:
    """What one fetch may cost and where it may go."""

    max_bytes: int = 20_000_000
    timeout_s: float = 20.0
    allow_private: bool = False


class _PassingError(Exception):
    """A fault that another try may not meet."""


class Fetcher:
    """Fetches pictures over a pool of connections; safe to use from several threads."""

    def __init__(self, limits: FetchLimits) -> None:
        self._limits = limits
        self._client = httpx.Client(
            transport=_CheckedTransport(allow_private=limits.allow_private),
            follow_redirects=True,
            max_redirects=_MAX_REDIRECTS,
            timeout=httpx.Timeout(limits.timeout_s, connect=_CONNECT_TIMEOUT_S),
            headers={"User-Agent": "snapshelf", "Accept": "image/*"},
            trust_env=False,  # a proxy would resolve the name again
        )

    def fetch(self, url: str) -> bytes:
        """Gives the body; a passing fault (429, 5xx, a broken connection) is tried again twice.

        Raises:
            FetchError: refused address, wrong status, too many bytes, or no answer in time.
        """
        try:
            return self._fetch(url)
        except _PassingError as error:
            raise FetchError(f"{url}: {error}, after {_ATTEMPTS} tries") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise FetchError(f"{url}: {error}") from error

    @retry(
        retry=retry_if_exception_type(_PassingError),
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_exponential_jitter(multiplier=0.5, max=5),
        reraise=True,
    )
    def _fetch(self, url: str) -> bytes:
        try:
            with self._client.stream("GET", url) as response:
                if response.status_code in _RETRIED_STATUSES:
                    raise _PassingError(f"status {response.status_code}")
                if response.status_code != 200:
                    raise FetchError(f"{url}: status {response.status_code}")
                return self._body(url, response)
        except (httpx.NetworkError, httpx.TimeoutException, httpx.RemoteProtocolError) as error:
            raise _PassingError(str(error) or type(error).__name__) from error

    def _body(self, url: str, response: httpx.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._limits.max_bytes:
                raise FetchError(f"{url}: more than {self._limits.max_bytes:,} bytes")
        return bytes(body)


class _CheckedTransport(httpx.BaseTransport):
    """Connects to the very address that was checked; Host and SNI keep the name."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._inner = httpx.HTTPTransport(retries=0)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        if request.url.scheme not in {"http", "https"}:
            raise FetchError(f"{request.url.scheme}: only http and https are fetched")
        address = _resolve(host, request.url.port or 443, allow_private=self._allow_private)
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,  # Host is set already, from the name
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return self._inner.handle_request(pinned)

    def close(self) -> None:
        self._inner.close()


def _resolve(host: str, port: int, *, allow_private: bool) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError(f"the host {host!r} is not known") from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not allow_private and not is_public(ipaddress.ip_address(address.split("%")[0])):
            raise FetchError(f"the host {host!r} is not on the public internet")
    return addresses[0]


def is_public(address: IPAddress) -> bool:
    """Whether an address, and any IPv4 address inside it, is reachable for everybody."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if any(address in network for network in _EMBEDDING_NETWORKS):
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(one is not None and not is_public(one) for one in inner):
            return False
    return address.is_global and not address.is_multicast
