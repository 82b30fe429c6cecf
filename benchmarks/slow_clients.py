"""Slow, broken and leaving clients on a real server: what they hold, and for how long.

    python -m benchmarks.slow_clients [--clients 200] [--seconds 25] [--good-from 127.0.0.2]

Each kind of bad client comes 200 at once, all from 127.0.0.1, beside one good client that searches
again and again from an address of its own (``--good-from 127.0.0.1``: from theirs):

    head    the request's head, a byte a second
    body    the head, then the body, a byte a second
    half    half of the body, then silence
    leave   a whole search, then gone before its answer; again after 2.5 to 7.5 seconds
    answer  a streamed search, gone at the answer's first byte; again likewise
    mixed   all of these in turn

Said of each: the longest that the server kept a slow client (of ``leave`` and ``answer``: how long
after the last of them it still held a connection or a search of theirs), and the good client's p95,
over that without bad clients, measured before and after.
Exit code 1 where something was held for longer than 15 s, or a good search failed; a good client
that the full queue refuses asks again after Retry-After, and its time runs on.
"""

import argparse
import asyncio
import contextlib
import random
import re
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psutil

from benchmarks.bare_requests import PHOTOS
from benchmarks.load import percentile
from benchmarks.machine import machine_line
from benchmarks.torture import GOOD, memory
from tests.torture.clients import connected, request_bytes
from tests.torture.server import Server, running

ALLOWED_S = 15.0
_PAUSE_S = (2.5, 7.5)
"""They all come at once; if they also came back at once, most would be refused."""
_BYTE_S = 1.0
_PATIENCE_S = 60.0
GoodClient = Callable[[float], Awaitable[tuple[list[float], int]]]
_INSIDE = re.compile(r"^snapshelf_inside\{[^}]*\} (\d+)", re.MULTILINE)


@dataclass
class Seen:
    """What became of the bad clients of one kind."""

    until: float
    """When those that come again stop, on the clock of ``time.perf_counter``."""
    held_s: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=25)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=[*KINDS])
    parser.add_argument("--good-from", default="127.0.0.2", help="address of the good client")
    given = parser.parse_args()
    print(machine_line())
    faults: list[str] = []
    with TemporaryDirectory() as folder, running(Path(folder)) as server:
        good = partial(good_client, server, given.good_from)
        asyncio.run(good(time.perf_counter() + 3))  # warm
        for kind in given.kinds:
            faults += asyncio.run(beside(server, good, kind, given.clients, given.seconds))
        print(f"exit {server.stop()}; at the end: {machine_line()}")
    sys.exit("\n".join(faults) or None)


async def beside(
    server: Server, good: GoodClient, kind: str, clients: int, seconds: float
) -> list[str]:
    """One line; gives what was wrong."""
    idle_mb = memory(server)
    alone, _ = await good(time.perf_counter() + seconds / 2)
    began = time.perf_counter()
    seen = Seen(began + seconds)
    bad = [
        asyncio.ensure_future(BAD[KINDS[kind][number % len(KINDS[kind])]](server.address, seen))
        for number in range(clients)
    ]
    took, refused = await good(seen.until)
    busy_mb = memory(server)
    await asyncio.gather(*bad)
    last = time.perf_counter()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            while await held(server):
                await asyncio.sleep(0.1)
    freed = time.perf_counter() - last
    alone += (await good(time.perf_counter() + seconds / 2))[0]
    longest = max([freed, *seen.held_s])
    before, during = percentile(alone, 95), percentile(took, 95)
    print(
        f"{kind:6}: {clients} clients, held for at most {longest:.1f} s, all free {freed:.1f} s "
        f"after the last; good searches {len(took)}, p95 {during:.0f} ms beside {before:.0f} "
        f"alone (n {len(alone)}): x {during / before:.2f}, refused {refused} times; "
        f"memory {idle_mb:.0f} MB before, {busy_mb:.0f} at the end",
        flush=True,
    )
    return [f"{kind}: held for {longest:.1f} s"] if longest > ALLOWED_S else []


async def good_client(server: Server, address: str, until: float) -> tuple[list[float], int]:
    """Searches one after the other; gives the seconds of each, and how often it was refused."""
    photos, took, refused = [path.read_bytes() for path in PHOTOS], [], 0
    own = httpx.AsyncHTTPTransport(local_address=address)
    async with httpx.AsyncClient(base_url=server.address, timeout=60, transport=own) as client:
        while time.perf_counter() < until:
            began = time.perf_counter()
            photo = photos[len(took) % len(photos)]
            while True:
                answer = await client.post("/v1/search", files={"photo": photo})
                if answer.status_code != 503:
                    break
                refused += 1
                await asyncio.sleep(float(answer.headers["retry-after"]))
            answer.raise_for_status()
            took.append(time.perf_counter() - began)
    return took, refused


async def drip_head(address: str, seen: Seen) -> None:
    await drip(address, b"", request_bytes(GOOD), seen)


async def drip_body(address: str, seen: Seen) -> None:
    request = request_bytes(GOOD)
    end = request.index(b"\r\n\r\n") + 4
    await drip(address, request[:end], request[end:], seen)


async def stop_halfway(address: str, seen: Seen) -> None:
    request = request_bytes(GOOD)
    await drip(address, request[: len(request) // 2], b"", seen)


async def drip(address: str, at_once: bytes, then: bytes, seen: Seen) -> None:
    """Sends a part at once, the rest a byte a second, until the server hangs up."""
    began = time.perf_counter()
    async with connected(address) as (reader, writer):
        with contextlib.suppress(OSError):
            writer.write(at_once)
            await writer.drain()
        ended = asyncio.ensure_future(_end(reader))
        while not ended.done() and time.perf_counter() - began < _PATIENCE_S:
            with contextlib.suppress(OSError):
                writer.write(then[:1])
                await writer.drain()
            then = then[1:]
            await asyncio.wait({ended}, timeout=_BYTE_S)
        ended.cancel()
    seen.held_s.append(time.perf_counter() - began)


async def _end(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(OSError):
        while await reader.read(4096):
            pass


async def leave_early(address: str, seen: Seen) -> None:
    await again_and_again(address, request_bytes(GOOD), 0, seen)


async def leave_in_the_answer(address: str, seen: Seen) -> None:
    request = request_bytes(GOOD).replace(b"/v1/search ", b"/v1/search/stream ", 1)
    await again_and_again(address, request, 1, seen)


async def again_and_again(address: str, request: bytes, read_bytes: int, seen: Seen) -> None:
    while time.perf_counter() < seen.until:
        async with connected(address) as (reader, writer):
            with contextlib.suppress(OSError):
                writer.write(request)
                await writer.drain()
                await reader.read(read_bytes)
            writer.transport.abort()
        await asyncio.sleep(random.uniform(*_PAUSE_S))  # noqa: S311


async def held(server: Server) -> bool:
    """Whether the server still has a connection that is not ours, or work."""
    async with httpx.AsyncClient(base_url=server.address, timeout=60) as client:
        metrics = (await client.get("/metrics")).text
        connections = [
            one
            for one in psutil.Process(server.process.pid).net_connections("tcp")
            if one.status not in {psutil.CONN_LISTEN, psutil.CONN_TIME_WAIT}
        ]
    return len(connections) > 1 or any(int(one) for one in _INSIDE.findall(metrics))


BAD: dict[str, Callable[[str, Seen], Awaitable[None]]] = {
    "head": drip_head,
    "body": drip_body,
    "half": stop_halfway,
    "leave": leave_early,
    "answer": leave_in_the_answer,
}
KINDS: dict[str, tuple[str, ...]] = {**{one: (one,) for one in BAD}, "mixed": tuple(BAD)}


if __name__ == "__main__":
    main()
