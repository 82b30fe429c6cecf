"""A head that drips is cut; a body and a kept connection have their own time."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from scripts.serve import configuration
from service.http.request_heads import TimedHeads, timed_heads
from service.serving import intake_limits
from service.settings import load_settings
from tests.service.small_service import small_service

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    length = str(len(body)).encode()
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]}
    )
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def connection() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """To a real server."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=timed_heads(0.4), log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    try:
        async with asyncio.timeout(10):
            yield reader, writer
    finally:
        writer.close()
        server.should_exit = True
        await serving
        listener.close()


async def drip(writer: asyncio.StreamWriter, data: bytes, pause_s: float) -> None:
    for at in range(len(data)):
        writer.write(data[at : at + 1])
        await asyncio.sleep(pause_s)


async def answered(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    return head


async def is_cut(reader: asyncio.StreamReader) -> bool:
    try:
        return await reader.read() == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("sent", [b"", HEAD[:1], HEAD[:-2]])
def test_a_head_that_does_not_end_is_cut(sent: bytes) -> None:
    async def main() -> None:
        async with connection() as (reader, writer):
            writer.write(sent)
            assert await is_cut(reader)

    asyncio.run(main())


def test_so_is_the_next_one_of_a_kept_connection_however_it_drips() -> None:
    async def main() -> None:
        async with connection() as (reader, writer):
            writer.write(HEAD)
            await answered(reader)
            dripping = asyncio.ensure_future(drip(writer, HEAD[:-1] * 20, 0.1))
            assert await is_cut(reader)
            assert not dripping.done()
            dripping.cancel()

    asyncio.run(main())


def test_a_body_and_a_silent_kept_connection_are_not_cut() -> None:
    async def main() -> None:
        async with connection() as (reader, writer):
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
            await drip(writer, b"0123456789", 0.1)  # longer than a head may take
            await answered(reader)
            assert await reader.readexactly(10) == b"0123456789"
            await asyncio.sleep(0.8)
            writer.write(HEAD)
            await answered(reader)

    asyncio.run(main())


def test_the_server_gives_heads_the_time_of_the_settings(tmp_path: Path) -> None:
    limits = intake_limits(load_settings(head_timeout_s=3))
    with small_service(tmp_path / "store") as service:
        config = configuration(replace(service, intake=limits), drain_s=1)
    config.load()
    assert issubclass(config.http_protocol_class, TimedHeads)
    assert config.http_protocol_class.head_s == 3
