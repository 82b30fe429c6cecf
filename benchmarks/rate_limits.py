"""Whether a key that is refused for its rate slows the others.

    python -m benchmarks.rate_limits [--flood 50]

Each key may search 60 times an hour. Thirty keys take turns at ten searches a second; in every
second stretch one more key, which has had its 60, asks ``--flood`` times a second and is refused.
Stretches alternate, so that both kinds see the same machine. Times count from when a request was
due. The flood comes from a process of its own, but on the same cores: what it costs to send is in
the figure. Exit code 1 where one of the thirty was refused, or one of the flood was not.
"""

import argparse
import asyncio
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bare_requests import PHOTOS, search_bytes, send
from benchmarks.load import percentile
from benchmarks.machine import machine_line
from service.access_keys import new_key
from tests.torture.server import running

_SEARCHES = 60
_KEYS = 30
_PER_SECOND = 10.0


@dataclass
class Stretches:
    """What became of the requests of all stretches of one kind."""

    took: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def add(self, answers: Iterable[tuple[int, float]]) -> None:
        for status, seconds in answers:
            self.took.append(seconds)
            self.statuses[status] += 1

    def __str__(self) -> str:
        p50, p95 = percentile(self.took, 50), percentile(self.took, 95)
        return f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, {dict(self.statuses)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stretches", type=int, default=8, help="of each kind")
    parser.add_argument("--seconds", type=float, default=10, help="of one")
    parser.add_argument("--flood", type=float, default=50, help="requests a second")
    given = parser.parse_args()
    turns = math.ceil(_PER_SECOND * given.seconds / (_KEYS // 2))  # of a key in a stretch, at most
    if given.stretches * turns > _SEARCHES:
        parser.error("more searches than the keys may make")
    print(machine_line())
    made = {f"key-{number}": new_key("x", ["search"]) for number in range(_KEYS + 1)}
    settings = {
        "keys": json.dumps({name: kept.setting for name, (_, kept) in made.items()}),
        "open_search": "false",
        "rate_search": f"{_SEARCHES}/hour",
    }
    greedy, *others = (key for key, _ in made.values())
    with (
        TemporaryDirectory() as folder,
        running(Path(folder), **settings) as server,
        ProcessPoolExecutor(1, get_context("spawn")) as flooding,
    ):
        flooding.submit(searches, server.address, [greedy], 10, _SEARCHES / 10).result()
        alone, beside, refused = Stretches(), Stretches(), Stretches()
        for number in range(2 * given.stretches):
            keys = others[number % 2 :: 2]  # a key has its turns in either kind alone
            if number % 2:
                sent = flooding.submit(
                    searches, server.address, [greedy], given.flood, given.seconds
                )
            found = searches(server.address, keys, _PER_SECOND, given.seconds)
            (beside if number % 2 else alone).add(found)
            if number % 2:
                refused.add(sent.result())
        print(f"others alone: {alone}\nothers beside: {beside}")
        print(f"flood of {given.flood:g} a second: {refused}")
        print(f"p95 x {percentile(beside.took, 95) / percentile(alone.took, 95):.2f}")
        print(f"exit {server.stop()}; at the end: {machine_line()}")
    if {*alone.statuses, *beside.statuses} != {200} or set(refused.statuses) != {429}:
        sys.exit("one of the others was refused, or one of the flood was not")


def searches(
    address: str, keys: Sequence[str], per_second: float, seconds: float
) -> list[tuple[int, float]]:
    """Searches at fixed times, with each key in turn; gives the status and seconds of each."""
    return asyncio.run(at_rate(address, keys, per_second, seconds))


async def at_rate(
    address: str, keys: Sequence[str], per_second: float, seconds: float
) -> list[tuple[int, float]]:
    photos = [path.read_bytes() for path in PHOTOS]
    requests = [  # as many as both have in common
        search_bytes(photos[number % len(photos)], {"X-API-Key": keys[number % len(keys)]})
        for number in range(math.lcm(len(photos), len(keys)))
    ]
    start, tasks = time.perf_counter(), []
    for number in range(int(per_second * seconds)):
        due = start + number / per_second
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.ensure_future(send(address, requests[number % len(requests)], due)))
    return [(one.status, one.seconds) for one in await asyncio.gather(*tasks)]


if __name__ == "__main__":
    main()
