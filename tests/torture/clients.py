"""Clients that are slow, half there, or gone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from tests.torture.case import Case
from tests.torture.runner import multipart


def request_bytes(case: Case, length: int | None = None) -> bytes:
    """A whole request as it goes over the wire; ``length`` is what it claims of its body."""
    body, headers = multipart(case)
    head = (
        "POST /v1/search HTTP/1.1\r\nHost: test\r\n"
        f"Content-Type: {headers['Content-Type']}\r\n"
        f"Content-Length: {len(body) if length is None else length}\r\n\r\n"
    )
    return head.encode() + body


@contextlib.asynccontextmanager
async def connected(
    address: str,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A bare connection."""
    place = urlsplit(address)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def drip(address: str, request: bytes, seconds: float) -> bytes:
    """Sends the head, then a byte a second; gives what the server said until it hung up."""
    async with connected(address) as (reader, writer):
        end = request.index(b"\r\n\r\n") + 4
        writer.write(request[:end])
        answer = asyncio.ensure_future(_heard(reader))
        for at in range(end, end + int(seconds)):
            with contextlib.suppress(OSError):
                writer.write(request[at : at + 1])
                await writer.drain()
            if (await asyncio.wait({answer}, timeout=1.0))[0]:
                break
        answer.cancel() if not answer.done() else None
        return answer.result() if not answer.cancelled() and answer.done() else b""


async def _heard(reader: asyncio.StreamReader) -> bytes:
    """All until the end; a reset is one, for a client that goes on sending to a closed server."""
    said = b""
    with contextlib.suppress(OSError):
        while piece := await reader.read(4096):
            said += piece
    return said


async def leave(address: str, request: bytes, share: float) -> None:
    """Sends a part of the request (1.0: all of it) and hangs up without reading."""
    async with connected(address) as (_, writer):
        writer.write(request[: int(len(request) * share)])
        await writer.drain()
