"""From the moment at which a write is acknowledged until a search finds the product.

    python -m benchmarks.freshness [--products 10000] [--writes 100]

Two servers on one store, real but for a fake model: one takes the writes, both are asked by the
product's own picture, again and again until it comes first; a deletion likewise until it is gone.
Beside it a search that follows no write, which is the limit: nothing is seen before the next search
ends. Exit code 1 where the first search after a write, of either server, did not see it.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from benchmarks.load import percentile
from benchmarks.machine import machine_line
from benchmarks.server_crash import fill, ids, noise
from tests.torture.server import Server, running

_SERVERS = ("this server", "the other")
_MOST_SEARCHES = 50


@dataclass
class Waits:
    """Times of one kind, in seconds."""

    seconds: list[float] = field(default_factory=list)
    searches: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        at_first = sum(count == 1 for count in self.searches)
        return (
            f"p50 {percentile(self.seconds, 50):6.1f} ms  p99 {percentile(self.seconds, 99):6.1f} "
            f"ms  seen by the first search {at_first} of {len(self.searches)}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=10_000, help="there from the start")
    parser.add_argument("--writes", type=int, default=100)
    given = parser.parse_args()
    print(machine_line(), f"{given.products:,} products")
    with TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder / "store", given.products)
        with (
            running(folder, has_model=False) as writing,
            running(folder, has_model=False) as other,
        ):
            waits = asyncio.run(measured(writing, other, given.writes))
            ends = [server.stop() for server in (writing, other)]
    for kind, one in waits.items():
        print(f"{kind:36} {one}")
    base = percentile(waits["a search after no write"].seconds, 50)
    for kind in ("written, found by this server", "written, found by the other"):
        ratio = percentile(waits[kind].seconds, 50) / base
        print(f"p50 {kind}: {ratio:.2f} of a search after no write")
    print(f"exit {ends}; at the end: {machine_line()}")
    late = [kind for kind, one in waits.items() if set(one.searches) != {1}]
    sys.exit(f"not seen by the first search: {', '.join(late)}" if late else None)


async def measured(writing: Server, other: Server, writes: int) -> dict[str, Waits]:
    """Gives the waits of each kind; each server is the first to be asked in every second turn."""
    kinds = [
        "a search after no write",
        *(f"{what} by {who}" for what in ("written, found", "deleted, gone") for who in _SERVERS),
    ]
    waits = {kind: Waits() for kind in kinds}
    async with (
        httpx.AsyncClient(base_url=writing.address, timeout=60) as own,
        httpx.AsyncClient(base_url=other.address, timeout=60) as foreign,
    ):
        clients = dict(zip(_SERVERS, (own, foreign), strict=True))
        for number in range(writes):
            who = _SERVERS[number % 2]
            client, product, picture = clients[who], f"new-{number}", noise([9, number])
            first = first_of(client, picture)
            await first()  # what it had to take over from the turn before
            await until(first, lambda _: True, waits["a search after no write"])
            row = json.dumps({"id": product, "title": f"Thing {product}"})
            files = [("product", (None, row, "application/json")), ("images", ("one", picture))]
            (await own.put(f"/v1/products/{product}", files=files)).raise_for_status()
            found = waits[f"written, found by {who}"]
            await until(first, lambda one, product=product: one == product, found)
            (await own.delete(f"/v1/products/{product}")).raise_for_status()
            gone = waits[f"deleted, gone by {who}"]
            await until(first, lambda one, product=product: one != product, gone)
    return waits


def first_of(client: httpx.AsyncClient, picture: bytes) -> Callable[[], Awaitable[str]]:
    """A search by a picture, which gives the product that comes first."""

    async def search() -> str:
        answer = await client.post("/v1/search", files={"photo": picture}, data={"k": "1"})
        return ids(answer)[0]

    return search


async def until(
    search: Callable[[], Awaitable[str]], is_right: Callable[[str], bool], waits: Waits
) -> None:
    """Searches until the answer is right, and notes how long that took from now on."""
    began = time.perf_counter()
    searches = 1
    while not is_right(await search()) and searches < _MOST_SEARCHES:
        searches += 1
    waits.seconds.append(time.perf_counter() - began)
    waits.searches.append(searches)


if __name__ == "__main__":
    main()
