"""Load on a real server: requests arrive at a fixed rate whether or not earlier ones are answered.

    python -m benchmarks.load [--seconds 20] [--shares 0.5 1 3] [--captions]

Times count from when a request was due, so that a server that stalls cannot hide it (coordinated
omission). Capacity is what 16 clients that wait for their answers get. The photos are those of the
demo shop; a store of two products: what is measured is the way to the model and the model. Each
request has a connection of its own.
"""

import argparse
import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np

from benchmarks.bare_requests import PHOTOS, Sample, search_bytes, send
from benchmarks.machine import machine_line
from benchmarks.torture import memory
from tests.torture.server import Server, running

CLIENTS = 16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--shares", type=float, nargs="+", default=[0.5, 1.0, 3.0])
    parser.add_argument("--captions", action="store_true", help="with the embedded captioner")
    parser.add_argument("--searches", type=int, default=0, help="max_concurrent_searches")
    given = parser.parse_args()
    print(machine_line())
    captioner = "embedded" if given.captions else "none"
    settings = {"captioner": captioner, "max_concurrent_searches": given.searches}
    with TemporaryDirectory() as folder, running(Path(folder), **settings) as server:
        asyncio.run(closed(server, 2, 3))  # warm
        alone = rate(asyncio.run(closed(server, 1, given.seconds)))
        capacity = rate(asyncio.run(closed(server, CLIENTS, given.seconds)))
        print(
            f"1 client {alone:.1f} searches a second, {CLIENTS} clients {capacity:.1f}: "
            f"x {capacity / alone:.2f}; memory {memory(server):.0f} MB"
        )
        for share in given.shares:
            asyncio.run(at_share(server, capacity, share, given.seconds))
        _, seconds = asyncio.run(closed_with_time(server, 1, 5))
        print(f"afterwards 1 client has {np.median(seconds) * 1e3:.0f} ms; exit {server.stop()}")


async def at_share(server: Server, capacity: float, share: float, seconds: float) -> None:
    """One line: what became of requests that come at a share of capacity."""
    watched: list[float] = []
    watching = asyncio.ensure_future(watch_health(server, watched))
    started = time.perf_counter()
    samples = await opened(server, capacity * share, seconds)
    whole = time.perf_counter() - started
    watching.cancel()
    served = [one.seconds for one in samples if one.status == 200]
    refused = [one for one in samples if one.status in {429, 503}]
    other = [one.status for one in samples if one.status not in {200, 429, 503}]
    told = sum(one.has_retry_after for one in refused)
    quick = percentile([one.seconds for one in refused], 99)
    print(
        f"{share:4.0%} ({capacity * share:.1f}/s): served {len(served) / whole / capacity:.0%} of "
        f"capacity, p50 {percentile(served, 50):.0f} ms, p99 {percentile(served, 99):.0f} ms; "
        f"refused {len(refused)} of {len(samples)} ({told} with Retry-After), p99 {quick:.0f} ms; "
        f"other {other}; live p99 {percentile(watched, 99):.0f} ms; memory {memory(server):.0f} MB"
    )


async def opened(server: Server, per_second: float, seconds: float) -> list[Sample]:
    """Sends at fixed times; each sample counts from the time at which it was due."""
    searches = [search_bytes(path.read_bytes()) for path in PHOTOS]
    start = time.perf_counter()
    tasks = []
    for number in range(int(per_second * seconds)):
        due = start + number / per_second
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        one = send(server.address, searches[number % len(searches)], due)
        tasks.append(asyncio.ensure_future(one))
    return list(await asyncio.gather(*tasks))


async def closed(server: Server, clients: int, seconds: float) -> tuple[int, float]:
    """Clients that wait for each answer; gives answers and seconds."""
    found, took = await closed_with_time(server, clients, seconds)
    return len(took), found


async def closed_with_time(
    server: Server, clients: int, seconds: float
) -> tuple[float, list[float]]:
    """Gives the whole time and that of each answer."""
    searches = [search_bytes(path.read_bytes()) for path in PHOTOS]
    took: list[float] = []
    start = time.perf_counter()

    async def one_client(number: int) -> None:
        while time.perf_counter() - start < seconds:
            request = searches[number % len(searches)]
            sample = await send(server.address, request, time.perf_counter())
            assert sample.status == 200, sample
            took.append(sample.seconds)
            number += 1

    await asyncio.gather(*(one_client(number) for number in range(clients)))
    return time.perf_counter() - start, took


async def watch_health(server: Server, found: list[float]) -> None:
    async with httpx.AsyncClient(base_url=server.address, timeout=60) as client:
        while True:
            before = time.perf_counter()
            await client.get("/health/live")
            found.append(time.perf_counter() - before)
            await asyncio.sleep(0.1)


def rate(found: tuple[int, float]) -> float:
    return found[0] / found[1]


def percentile(seconds: list[float], share: float) -> float:
    """In ms; 0 of nothing."""
    return float(np.percentile(seconds, share)) * 1e3 if seconds else 0.0


if __name__ == "__main__":
    main()
