"""Who may ask: keys, scopes and rates, looked at before a request's body is read."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope as Connection

from service.access_keys import AccessKey, Scope
from service.errors import KeyMissingError, ScopeMissingError, WritesClosedError
from service.http.access_rules import rule_for
from service.http.gate import CLIENT
from service.http.rate_limits import RateLimits, address_of
from service.key_file import ReloadingKeyring

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_BEARER = "bearer "
_PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@dataclass(frozen=True)
class AccessPolicy:
    """What the operator has set."""

    keys: ReloadingKeyring
    is_search_open: bool
    """Whether a search needs no key though there are keys."""
    host: str
    """To which the server is bound."""

    def is_open(self, scope: Scope) -> bool:
        """Whether routes of a scope are answered without a key."""
        return not self.keys.are_needed or (scope == "search" and self.is_search_open)


class Access:
    """Lets requests in or refuses them."""

    def __init__(self, policy: AccessPolicy, rates: RateLimits) -> None:
        self.policy = policy
        self._rates = rates

    async def admit(self, connection: Connection) -> None:
        """Returns where the request may go on; its body has not been asked for.

        Raises:
            KeyMissingError: no key, or a wrong one; the same in either case.
            ScopeMissingError: the key is for other routes.
            WritesClosedError: there are no keys, and the request is not from this machine.
            RateExceededError: the key, or without one the address, has asked too often.
        """
        rule = rule_for(connection["method"], connection["path"])
        if rule.scope is None:
            return
        peer = connection.get("client")
        address = f"address {address_of(peer[0] if peer else None)}"
        headers = Headers(scope=connection)
        key = await self._key(headers, rule.scope, address)
        client = f"key {key.name}" if key else address
        CLIENT.set(client)
        if rule.rate is not None:
            await self._rates.spend(rule.rate, client)

    async def _key(self, headers: Headers, scope: Scope, address: str) -> AccessKey | None:
        """The key that was sent; None: none is needed."""
        if not self.policy.keys.are_needed:
            if scope in {"write", "admin"}:
                self._check_is_local(headers, scope)
            return None
        offered = _offered(headers)
        key = self.policy.keys.find(offered)
        if key is None:
            if offered is None and self.policy.is_open(scope):
                return None
            await self._rates.spend("wrong_keys", address)
            raise KeyMissingError
        if not key.may(scope) and not self.policy.is_open(scope):
            raise ScopeMissingError(key.name, scope)
        return key

    def _check_is_local(self, headers: Headers, scope: Scope) -> None:
        what = "without keys, writes are" if scope == "write" else "without keys, /v1/admin is"
        if self.policy.host not in LOOPBACK:
            raise WritesClosedError(
                f"{what} answered only while the server is bound to loopback (127.0.0.1)"
            )
        if any(name in headers for name in _PROXY_HEADERS):
            raise WritesClosedError(f"{what} not answered through a proxy")
        origin = headers.get("origin")
        if origin is not None and not _is_loopback(origin):
            raise WritesClosedError(f"{what} not answered to pages from elsewhere")


def _offered(headers: Headers) -> str | None:
    """The key of a request, from its headers alone: addresses are logged and shared."""
    authorization = headers.get("authorization", "")
    if authorization.lower().startswith(_BEARER):
        return authorization[len(_BEARER) :].strip() or None
    return headers.get("x-api-key", "").strip() or None


def _is_loopback(origin: str) -> bool:
    try:
        return urlsplit(origin).hostname in LOOPBACK
    except ValueError:
        return False
