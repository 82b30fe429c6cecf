"""How often one key or one address may ask: a moving window, in memory or in Redis.

Source: https://limits.readthedocs.io/en/stable/strategies.html
"""

import ipaddress
import logging
import math
import time
from collections.abc import Mapping
from typing import Literal, cast

from limits import RateLimitItem, parse_many
from limits.aio.storage import Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string

from service.errors import RateExceededError, SettingsError

logger = logging.getLogger(__name__)

Rate = Literal["search", "write", "wrong_keys"]
MEMORY = "memory://"
_PATIENCE_S = 1.0
"""With a server of counts, for each step; after it, it counts as down."""
_REDIS: dict[str, float | str | bool] = {
    "implementation": "redispy",
    "socket_connect_timeout": _PATIENCE_S,
    "socket_timeout": _PATIENCE_S,
}
_OPTIONS = {"memory": {}, "redis": _REDIS, "rediss": _REDIS}
_IPV6_PREFIX = 64
"""One customer has a network of so many bits at least (RFC 6177)."""


class RateLimits:
    """Counts requests; what is not limited is not counted."""

    def __init__(self, rates: Mapping[Rate, str], storage: str = MEMORY) -> None:
        """Opens the storage; a server of counts is not asked before the first request.

        Args:
            rates: of each kind, as ``120/minute`` or ``10/second; 1000/hour``; empty: no limit.
            storage: ``memory://`` (each process counts for itself) or ``redis://HOST:PORT/0``.

        Raises:
            SettingsError: the storage is of no known kind, or the package ``redis`` is missing.
        """
        self._items: dict[Rate, list[RateLimitItem]] = {
            kind: sorted(parse_many(rate)) for kind, rate in rates.items() if rate.strip()
        }
        self._limiter = MovingWindowRateLimiter(_storage(storage))

    async def spend(self, kind: Rate, who: str) -> None:
        """Counts one request; one that is refused does not count.

        Where the server of the counts is down nobody is refused: limits are for fairness, and
        must not be what stops the shop.

        Raises:
            RateExceededError: it is one too many; says when the next will be taken.
        """
        try:
            for item in self._items.get(kind, ()):
                if not await self._limiter.hit(item, kind, who):
                    raise RateExceededError(str(item), await self._wait_s(item, kind, who))
        except StorageError as error:
            logger.warning("requests are not counted: %s", error.storage_error)

    async def _wait_s(self, item: RateLimitItem, kind: Rate, who: str) -> int:
        """Whole seconds, at least one, after which the oldest counted request is forgotten."""
        window = await self._limiter.get_window_stats(item, kind, who)
        return max(1, math.floor(window.reset_time - time.time()) + 1)


def address_of(host: str | None) -> str:
    """Gives what stands for one client: its IPv4 address, or its IPv6 network of 64 bits."""
    try:
        address = ipaddress.ip_address((host or "").partition("%")[0])
    except ValueError:
        return host or "unknown"  # a socket that is a file
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _IPV6_PREFIX), strict=False))


def _storage(url: str) -> Storage:
    scheme = url.partition("://")[0]  # the rest may hold a password
    if scheme not in _OPTIONS:
        raise SettingsError(
            f"rate_storage {scheme!r}: allowed are memory:// and redis[s]://HOST:PORT/NUMBER"
        )
    try:
        made = storage_from_string(f"async+{url}", wrap_exceptions=True, **_OPTIONS[scheme])
    except (ConfigurationError, ValueError) as error:
        raise SettingsError(f"rate_storage {scheme!r} cannot be used: {error}") from None
    return cast(Storage, made)
