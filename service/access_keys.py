"""API keys: made at random, kept as hashes, found in constant time.

A key has 256 random bits, so one plain SHA-256 keeps it: a slow, salted hash protects words that
people choose (``docs/decisions/0021-access.md``).
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from service.errors import SettingsError

Scope = Literal["search", "write", "metrics", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

_PREFIX = "snapshelf_"
"""By which scanners for secrets know one."""
_RANDOM_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")  # a bare key of TOML
_FORM = re.compile(r"(?P<scopes>[a-z,]+) sha256:(?P<sha256>[0-9a-f]{64})")


@dataclass(frozen=True)
class AccessKey:
    """What is known of a key; never the key."""

    name: str
    scopes: frozenset[str]
    sha256: str
    """In hexadecimal, of the key as it is sent."""

    @property
    def setting(self) -> str:
        """Gives the value under its name in the setting ``keys``."""
        return f"{','.join(one for one in SCOPES if one in self.scopes)} sha256:{self.sha256}"

    def may(self, scope: Scope) -> bool:
        """Whether the key opens routes of a scope; ``admin`` opens all."""
        return not self.scopes.isdisjoint({scope, "admin"})


class Keyring:
    """The keys of the settings."""

    def __init__(self, keys: Iterable[AccessKey]) -> None:
        self._keys = tuple(keys)

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, offered: str | None) -> AccessKey | None:
        """Gives the key that is offered; None where it is none of these, or none is offered.

        Takes as long for any of them: the hash is compared with every entry, to its last byte.
        """
        sha256 = _sha256(offered or "")
        found = None
        for one in self._keys:
            if hmac.compare_digest(one.sha256, sha256):
                found = one
        return found if offered else None


def new_key(name: str, scopes: Iterable[str]) -> tuple[str, AccessKey]:
    """Makes a key; gives it, for its owner alone, and what is kept of it.

    Raises:
        SettingsError: a name or a scope that is not allowed.
    """
    key = _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    return key, AccessKey(_checked_name(name), _checked_scopes(scopes), _sha256(key))


def parse_keys(entries: Mapping[str, str]) -> tuple[AccessKey, ...]:
    """Reads the setting ``keys``: name to ``SCOPE,... sha256:HEX``.

    Raises:
        SettingsError: names the entry and what is allowed; never repeats the value, which may be
            a key that was put there by mistake.
    """
    return tuple(_parsed(name, value) for name, value in entries.items())


def _parsed(name: str, value: str) -> AccessKey:
    form = _FORM.fullmatch(value)
    if form is None:
        raise SettingsError(
            f"key {name!r}: allowed is 'SCOPE,SCOPE sha256:HEX', as `snapshelf key` prints it"
        )
    return AccessKey(
        _checked_name(name), _checked_scopes(form["scopes"].split(",")), form["sha256"]
    )


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise SettingsError(f"key name {name!r}: allowed are up to 40 of A-Z a-z 0-9 _ -")
    return name


def _checked_scopes(scopes: Iterable[str]) -> frozenset[str]:
    found = frozenset(scopes)
    if unknown := sorted(found.difference(SCOPES)):
        raise SettingsError(f"scope {unknown[0]!r}: allowed are {', '.join(SCOPES)}")
    if not found:
        raise SettingsError(f"a key without scopes; allowed are {', '.join(SCOPES)}")
    return found


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
