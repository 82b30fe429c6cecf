"""Which route needs which scope, and whose rate it counts for: one table, by method and path.

By path and not by a dependency of each route, since a request is refused before its body is read.
What the table does not know is closed: a method that may change something needs ``write``.
"""

import re
from dataclasses import dataclass

from service.access_keys import Scope
from service.http.rate_limits import Rate

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN = re.compile(r"/|/admin|/openapi\.json|/docs(/.*)?|/web(/.*)?|/health/(live|ready)")
"""The admin page holds nothing; what it shows it asks of ``/v1/admin``."""
_ADMIN = re.compile(r"(/v1)?/admin(/.*)?")
_SEARCHES = re.compile(r"/v1/(search(/stream)?|shopping-list|feedback|chat/.+)")
"""Asked with POST, and nothing of the catalogue changes."""
PICTURE = re.compile(r"/v1/products/.+/images/[^/]+")


@dataclass(frozen=True)
class Rule:
    """What one request needs."""

    scope: Scope | None
    """None: open to everybody."""
    rate: Rate | None
    """None: it is not counted."""


def rule_for(method: str, path: str) -> Rule:
    """Gives what a request needs; for any method and path, also unknown ones."""
    path = path.rstrip("/") or "/"
    if _OPEN.fullmatch(path):
        return Rule(None, None)
    if path == "/metrics":
        return Rule("metrics", None)
    if _ADMIN.fullmatch(path):
        return Rule("admin", "write")
    if method in _READING:
        # one answer shows dozens of pictures; browsers keep them
        return Rule("search", None if PICTURE.fullmatch(path) else "search")
    if method == "POST" and _SEARCHES.fullmatch(path):
        return Rule("search", "search")
    return Rule("write", "write")
