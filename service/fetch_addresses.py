"""Which addresses of the internet may be connected to, and connecting to exactly those.

The list of ranges follows imgproxy's ``security`` package and the IANA special-purpose registries.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from concurrent.futures import CancelledError

import httpcore

from service.errors import FetchError
from service.fetch_hosts import NO_STOP

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
CONNECT_TIMEOUT_S = 5.0
_LOOK_S = 0.5
"""So long a silent host keeps a fetch from seeing that it is to end."""

_EMBEDDING_NETWORKS = (
    ipaddress.ip_network("64:ff9b::/96"),  # NAT64, RFC 6052
    ipaddress.ip_network("::/96"),  # IPv4-compatible, RFC 4291
)
_CLOSED_NETWORKS = tuple(
    ipaddress.ip_network(one)
    for one in (
        "192.0.0.0/24",  # IETF protocol assignments; Python calls parts of them global
        "192.88.99.0/24",  # relays of 6to4
        "64:ff9b:1::/48",  # NAT64 inside one network, RFC 8215
        "3fff::/20",  # documentation, RFC 9637
        "5f00::/16",  # segment routing, RFC 9602
        "fec0::/10",  # site-local, RFC 3879
    )
)
_ISATAP = (0x00005EFE, 0x02005EFE)
"""The third quarter of an address that ends with an IPv4 address, RFC 5214."""


def is_public(address: IPAddress) -> bool:
    """Whether an address, and any IPv4 address inside it, is reachable for everybody."""
    if any(
        address in network for network in _CLOSED_NETWORKS if network.version == address.version
    ):
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        is_isatap = (int(address) >> 32) & 0xFFFFFFFF in _ISATAP
        if is_isatap or any(address in network for network in _EMBEDDING_NETWORKS):
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(one is not None and not is_public(one) for one in inner):
            return False
    return address.is_global and not address.is_multicast


class Deadline(threading.local):
    """When the fetch of a thread must have ended; the streams of that thread look at it."""

    at: float = float("inf")
    stop: threading.Event = NO_STOP
    """Set: it must end now."""

    def left(self, most: float | None) -> float:
        """Seconds that a step may take.

        Raises:
            httpcore.ReadTimeout: none are left.
            CancelledError: it is to stop.
        """
        if self.stop.is_set():
            raise CancelledError
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("not done in time")
        return left if most is None else min(left, most)


class CheckedBackend(httpcore.NetworkBackend):
    """Looks a name up once, checks every address, and connects to one that was checked."""

    def __init__(
        self, deadline: Deadline, *, allow_private: bool, ports: frozenset[int] | None = None
    ) -> None:
        self._deadline = deadline
        self._allow_private = allow_private
        self._ports = ports
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connects to the first address that answers.

        Raises:
            FetchError: the name is not known, one of its addresses is not public, or the port is
                none of those allowed.
            httpcore.ConnectError, httpcore.ConnectTimeout: no address answers.
        """
        if self._ports is not None and port not in self._ports:
            raise FetchError(f"port {port}: allowed are {sorted(self._ports)}")
        addresses = self._addresses(host, port)
        for number, address in enumerate(addresses, start=1):
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.left(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
            else:
                return _TimedStream(stream, self._deadline)
        raise FetchError(f"the host {host!r} has no address")

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FetchError(f"the host {host!r} is not known") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            bare = ipaddress.ip_address(address.split("%")[0])
            if not self._allow_private and not is_public(bare):
                raise FetchError(f"the host {host!r} is not on the public internet")
        return addresses


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step ends by the deadline, however slowly bytes come."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        until = time.monotonic() + self._deadline.left(timeout)
        while (left := until - time.monotonic()) > _LOOK_S:
            try:
                return self._inner.read(max_bytes, _LOOK_S)
            except httpcore.ReadTimeout:
                self._deadline.left(None)
        return self._inner.read(max_bytes, max(left, 0.001))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        return _TimedStream(
            self._inner.start_tls(ssl_context, server_hostname, left), self._deadline
        )

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)
