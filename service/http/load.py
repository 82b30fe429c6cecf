"""What the server had to do in the last hour, by the minute: small, in memory, gone at its end."""

import datetime
import math
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from service.http.access_rules import PICTURE

MINUTES = 60
REFUSED = frozenset({401, 403, 429})
"""No key, a wrong one, or too often."""
BUSY = 503
"""Too much at once, or the catalogue or a model is not available."""
LEFT = "left"
"""In place of a status: the client was gone before it was answered."""
CLASSES = ("2xx", "3xx", "4xx", "5xx", LEFT)
_STEP = 1.1
"""Times are told to a tenth; a minute is then 120 numbers, however many requests it had."""
_EDGES_MS = tuple(_STEP**n for n in range(math.ceil(math.log(60_000, _STEP)) + 1))


@dataclass
class Minute:
    """Requests that ended in one minute."""

    number: int
    """Minutes since 1970."""
    by_class: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CLASSES, 0))
    refused: int = 0
    busy: int = 0
    times: list[int] = field(default_factory=lambda: [0] * (len(_EDGES_MS) + 1))
    """Of those that were worked on to their end, by step of time."""

    @property
    def requests(self) -> int:
        """All of them."""
        return sum(self.by_class.values())

    @property
    def began_at(self) -> str:
        """ISO 8601 in UTC."""
        return _iso(self.number * 60)

    def add(self, status: int, took_s: float) -> None:
        """Counts one."""
        name = f"{status // 100}xx"
        self.by_class[name if name in self.by_class else LEFT] += 1
        self.refused += status in REFUSED
        self.busy += status == BUSY
        if status not in {0, BUSY, *REFUSED}:
            self.times[bisect_left(_EDGES_MS, took_s * 1e3)] += 1

    def percentile_ms(self, share: float) -> float | None:
        """Gives the time in which this share of the requests was done, at most a tenth too long.

        None: there were none. Longer than a minute is told as a minute.
        """
        rank = math.ceil(share * sum(self.times))
        seen = 0
        for edge, count in zip((*_EDGES_MS, _EDGES_MS[-1]), self.times, strict=True):
            seen += count
            if rank and seen >= rank:
                return round(edge, 1)
        return None


class Load:
    """The minutes of the last hour. For the event loop's thread."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Starts empty; ``clock`` gives seconds since 1970."""
        self._clock = clock
        self.since = _iso(clock())
        """When the counting began."""
        self._first = int(clock() // 60)
        self._minutes: deque[Minute] = deque(maxlen=MINUTES)

    def note(self, path: str, status: int, took_s: float) -> None:
        """Counts a request that ended; status 0: its client left.

        Only the interface counts: not the page's files, health and metrics, nor what the admin page
        asks itself; pictures come by the dozen, and would hide the rest.
        """
        if not path.startswith("/v1/") or path.startswith("/v1/admin/") or PICTURE.fullmatch(path):
            return
        number = int(self._clock() // 60)
        if not self._minutes or self._minutes[-1].number < number:  # a clock may be put back
            self._minutes.append(Minute(number))
        self._minutes[-1].add(status, took_s)

    def minutes(self) -> list[Minute]:
        """Gives the last hour's minutes since the counting began, oldest first, idle ones too."""
        now = int(self._clock() // 60)
        known = {one.number: one for one in self._minutes}
        first = max(self._first, now - MINUTES + 1)
        return [known.get(number) or Minute(number) for number in range(first, now + 1)]


def together(minutes: Iterable[Minute]) -> Minute:
    """Gives the sum of some minutes, under the number of the first."""
    found = list(minutes)
    return Minute(
        number=found[0].number,
        by_class={name: sum(one.by_class[name] for one in found) for name in CLASSES},
        refused=sum(one.refused for one in found),
        busy=sum(one.busy for one in found),
        times=[sum(column) for column in zip(*(one.times for one in found), strict=True)],
    )


def _iso(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="seconds")
