"""Searches as bytes on bare connections: what a benchmark sends must not take the server's cores.

    python -m benchmarks.bare_requests

tells what a refused search costs its client, with httpx and bare, and the server.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psutil

from benchmarks.machine import machine_line
from tests.torture.clients import connected
from tests.torture.server import running

PHOTOS = sorted((Path(__file__).parents[1] / "data" / "demo" / "photos").glob("*.jpg"))
_REPEATS = 300


@dataclass(frozen=True)
class Sample:
    """One request."""

    status: int
    """0: no answer."""
    seconds: float
    """From when it was due to the end of its answer."""
    has_retry_after: bool = False


def search_bytes(photo: bytes, headers: Mapping[str, str] | None = None) -> bytes:
    """Gives a search with a photo as it goes over the wire; its connection is for it alone."""
    request = httpx.Request("POST", "http://server/v1/search", files={"photo": photo})
    body = request.read()
    sent = {"Host": "server", "Connection": "close", **(headers or {})}
    sent |= {name: request.headers[name] for name in ("Content-Type", "Content-Length")}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"POST /v1/search HTTP/1.1\r\n{head}\r\n".encode() + body


async def send(address: str, request: bytes, due: float) -> Sample:
    """Gives what became of a request.

    Args:
        address: of the server, as a URL.
        request: all of it.
        due: when it should have been sent, on the clock of ``time.perf_counter``.
    """
    answer = b""
    try:
        async with connected(address) as (reader, writer):
            writer.write(request)
            answer = await reader.read()
    except OSError:  # the connection was refused or reset
        return Sample(0, time.perf_counter() - due)
    seconds = time.perf_counter() - due
    status, _, rest = answer.partition(b"\r\n")
    head = rest.partition(b"\r\n\r\n")[0].lower()
    return Sample(int(status.split()[1]) if status else 0, seconds, b"\r\nretry-after:" in head)


def main() -> None:
    """Processor time of a client for a refused search, with httpx and bare; and of the server."""
    print(machine_line())
    photo = PHOTOS[0].read_bytes()
    with TemporaryDirectory() as folder, running(Path(folder), rate_search="1/hour") as server:
        process = psutil.Process(server.process.pid)
        ways = {"httpx": partial(with_httpx, photo), "bare": partial(bare, photo)}
        for name, way in ways.items():
            asyncio.run(way(server.address, 20))  # warm, and over the rate
            before, theirs = time.process_time(), sum(process.cpu_times()[:2])
            asyncio.run(way(server.address, _REPEATS))
            own_ms = (time.process_time() - before) / _REPEATS * 1e3
            server_ms = (sum(process.cpu_times()[:2]) - theirs) / _REPEATS * 1e3
            print(f"{name:5}  client {own_ms:.2f} ms, server {server_ms:.2f} ms of a core")


async def with_httpx(photo: bytes, address: str, times: int) -> None:
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        for _ in range(times):
            await client.post("/v1/search", files={"photo": photo})


async def bare(photo: bytes, address: str, times: int) -> None:
    request = search_bytes(photo)
    for _ in range(times):
        await send(address, request, time.perf_counter())


if __name__ == "__main__":
    main()
