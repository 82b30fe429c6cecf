"""Ten minutes of searches and writes: does anything grow?

    python -m benchmarks.soak [--minutes 10] [--share 0.7]

Searches arrive at a fixed share of capacity, every hundredth beside a product write, every fiftieth
is no picture. Each line is a minute: times, memory of the server and its children (shared pages
once), open files, threads. At the end: growth from the second minute to the last.
"""

import argparse
import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psutil

from benchmarks.bare_requests import PHOTOS, search_bytes, send
from benchmarks.load import CLIENTS, closed, percentile, rate
from benchmarks.machine import machine_line
from benchmarks.torture import memory
from tests.torture.server import Server, running

_WRITE_EVERY, _BAD_EVERY = 100, 50


@dataclass(frozen=True)
class Minute:
    """What the server held at the end of a minute, and how it answered."""

    answered: int
    other: list[int]
    p50_ms: float
    p99_ms: float
    memory_mb: float
    files: int
    threads: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--share", type=float, default=0.7)
    given = parser.parse_args()
    print(machine_line())
    with TemporaryDirectory() as folder, running(Path(folder), captioner="none") as server:
        asyncio.run(closed(server, 2, 3))  # warm
        capacity = rate(asyncio.run(closed(server, CLIENTS, 20)))
        print(f"capacity {capacity:.1f} searches a second, {CLIENTS} clients")
        minutes = []
        for number in range(given.minutes):
            minutes.append(asyncio.run(minute(server, capacity * given.share)))
            print(line(number + 1, minutes[-1]), flush=True)
        report(minutes)
        print(f"exit {server.stop()}; at the end: {machine_line()}")


async def minute(server: Server, per_second: float) -> Minute:
    photos = [path.read_bytes() for path in PHOTOS]
    searches, bad = [search_bytes(photo) for photo in photos], search_bytes(b"no picture")
    async with httpx.AsyncClient(base_url=server.address, timeout=60) as client:
        start, tasks, writes = time.perf_counter(), [], []
        for number in range(int(per_second * 60)):
            due = start + number / per_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            is_bad = number % _BAD_EVERY == 0
            request = bad if is_bad else searches[number % len(searches)]
            tasks.append(asyncio.ensure_future(send(server.address, request, due)))
            if number % _WRITE_EVERY == 0:
                photo = b"no picture" if is_bad else photos[number % len(photos)]
                writes.append(asyncio.ensure_future(write(client, number, photo)))
        samples = await asyncio.gather(*tasks)
        written = await asyncio.gather(*writes)
    took = [one.seconds for one in samples if one.status == 200]
    other = [one.status for one in samples if one.status not in {200, 415}]
    held = psutil.Process(server.process.pid)
    return Minute(
        answered=len(took),
        other=other + [status for status in written if status not in {200, 201, 422}],
        p50_ms=percentile(took, 50),
        p99_ms=percentile(took, 99),
        memory_mb=memory(server),
        files=held.num_fds(),
        threads=held.num_threads(),
    )


async def write(client: httpx.AsyncClient, number: int, photo: bytes) -> int:
    """One of twenty products, again and again."""
    name = f"soak-{number // _WRITE_EVERY % 20}"
    product = f'{{"title": "Thing {number}", "price": "5.00 USD"}}'
    response = await client.put(
        f"/v1/products/{name}", data={"product": product}, files={"images": photo}
    )
    return response.status_code


def line(number: int, one: Minute) -> str:
    return (
        f"minute {number:2}: {one.answered} answered, others {one.other}, p50 {one.p50_ms:.0f} ms, "
        f"p99 {one.p99_ms:.0f} ms; {one.memory_mb:.0f} MB, {one.files} files, "
        f"{one.threads} threads"
    )


def report(minutes: list[Minute]) -> None:
    """Prints what grew after the first minute; nothing where there is no second."""
    if len(minutes) < 3:
        return
    second, last = minutes[1], minutes[-1]
    hours = (len(minutes) - 2) / 60
    grown = (last.memory_mb / second.memory_mb - 1) * 100
    print(
        f"memory {grown:+.1f} % from minute 2 to {len(minutes)} ({grown / hours:+.0f} % an hour), "
        f"files {last.files - second.files:+}, threads {last.threads - second.threads:+}, "
        f"p99 x {last.p99_ms / second.p99_ms:.2f}"
    )


if __name__ == "__main__":
    main()
