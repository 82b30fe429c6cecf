"""A queue in which clients take turns: who asks once does not wait for all of who asks often.

Within a client it is first come, first served. Where the queue is full, a client that has few calls
in it takes the place of the last call of the one that has most.

Source: Shreedhar and Varghese 1996 (round robin over per-flow queues); McKenney 1990 (the longest
queue loses).
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class Call:
    """Something to be done for a client."""

    client: str
    work: Callable[[], Any]
    may_lose_its_place: bool = True
    future: "Future[Any]" = field(default_factory=Future)


class FairLine:
    """Calls that wait, in turns by client; safe to use from several threads."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[Call]] = OrderedDict()
        """By client; whose turn it is stands first."""
        self._changing = threading.Lock()

    def put(self, call: Call) -> None:
        """Adds a call behind its client's others; a new client is the last in turn."""
        with self._changing:
            self._waiting.setdefault(call.client, deque()).append(call)

    def take(self) -> Call | None:
        """Gives the next call and takes it out; None: there is none."""
        with self._changing:
            if not self._waiting:
                return None
            client, calls = next(iter(self._waiting.items()))
            call = calls.popleft()
            self._waiting.move_to_end(client)
            self._forget_if_empty(client)
            return call

    def leave(self, call: Call) -> None:
        """Takes a call out, wherever it stands; nothing happens where it stands nowhere."""
        with self._changing:
            calls = self._waiting.get(call.client)
            if calls is not None and call in calls:
                calls.remove(call)
                self._forget_if_empty(call.client)

    def may_displace(self, client: str) -> bool:
        """Says whether there is a call whose place a client may have.

        That is the last call of the client that has most waiting, and two more than the one who
        asks: else both would take the place from each other in turn.
        """
        with self._changing:
            return self._loser(client) is not None

    def displace(self, client: str) -> Call | None:
        """Gives the call whose place a client may have and takes it out; None: there is none."""
        with self._changing:
            loser = self._loser(client)
            if loser is not None:
                self._waiting[loser.client].remove(loser)
                self._forget_if_empty(loser.client)
            return loser

    def _loser(self, client: str) -> Call | None:
        own = len(self._waiting.get(client, ()))
        lose = (
            [one for one in calls if one.may_lose_its_place] for calls in self._waiting.values()
        )
        longest = max(lose, key=len, default=[])
        return longest[-1] if len(longest) >= own + 2 else None

    def _forget_if_empty(self, client: str) -> None:
        if not self._waiting[client]:
            del self._waiting[client]
