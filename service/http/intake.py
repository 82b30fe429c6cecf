"""What happens to a request before and after the application: its body, its time, its end.

A body is taken in whole before any work begins, so that a slow client costs a connection and
nothing else. Source of the two time limits: Apache's mod_reqtimeout (an idle time alone lets one
byte a second through).
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import AccessError
from service.http.gate import DEADLINE, Gate
from service.http.metrics import REFUSED
from service.http.problems import problem, response_of

ALWAYS_OPEN = frozenset({"/health/live", "/health/ready", "/metrics"})
"""Answered while the server drains."""
_SEARCHES = frozenset({"/v1/search", "/v1/search/stream"})
_STEP_BYTES = 16_384
_LINGER_S = 3.0
"""With ``IntakeLimits.stall_s``, a client that drips is gone in less than 15 s."""


@dataclass(frozen=True)
class IntakeLimits:
    """What taking in a request may cost."""

    body_bytes: int
    pending_bytes: int
    """Of all bodies that are being taken in or worked on."""
    head_s: float = 10.0
    """For a request's head to come."""
    body_s: float = 60.0
    """From the first byte of a body to its last."""
    stall_s: float = 10.0
    """In which 16 kB more must come, or the end."""
    request_s: float = 30.0
    """From the body's end to the answer's beginning."""
    send_s: float = 15.0
    """For a piece of the answer to be taken by the client."""


@dataclass
class Traffic:
    """What is in the server now."""

    searches: Gate
    is_draining: bool = False
    """Set on SIGTERM: what was accepted ends, what is new is refused."""
    pending_bytes: int = 0


Admit = Callable[[Scope], Awaitable[None]]
"""Raises ``AccessError`` where a request may not be made."""


class SlowReaderError(OSError):
    """The client does not take its answer; as if it had closed the connection."""


class RefusedError(Exception):
    """A request that ends before the application sees it."""

    def __init__(self, status: int, detail: str, reason: str) -> None:
        super().__init__(detail)
        self.status, self.detail, self.reason = status, detail, reason


@dataclass
class _Exchange:
    """One request on its way."""

    receive: Receive
    send: Send
    send_s: float
    body: bytearray = field(default_factory=bytearray)
    size: int = 0
    """Bytes of the body that have come."""
    is_body_whole: bool = False
    has_body_been_read: bool = False
    is_answered: bool = False
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def next_piece(self) -> bytes | None:
        """Some bytes of the body; None: the client is gone."""
        message = await self.receive()
        if message["type"] == "http.disconnect":
            self.is_body_whole = True  # no more of it comes
            return None
        self.is_body_whole = not message.get("more_body", False)
        piece: bytes = message.get("body", b"")
        return piece

    async def replay(self) -> Message:
        """The body as one message, then nothing until the client is gone."""
        if not self.has_body_been_read:
            self.has_body_been_read = True
            body, self.body = bytes(self.body), bytearray()
            return {"type": "http.request", "body": body, "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def answer(self, message: Message) -> None:
        """Sends on; a client that does not take it is given up."""
        try:
            async with asyncio.timeout(self.send_s):
                await self.send(message)
        except TimeoutError as error:
            raise SlowReaderError from error
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.is_answered = True

    async def watch(self) -> None:
        """Ends when the client is gone."""
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.gone.set()


class Intake:
    """Takes in bodies within limits, sets the deadline, and ends work whose client is gone."""

    def __init__(
        self, app: ASGIApp, limits: IntakeLimits, traffic: Traffic, admit: Admit | None = None
    ) -> None:
        """Wraps an application; without ``admit`` everybody may ask."""
        self._app, self._limits, self._traffic, self._admit = app, limits, traffic, admit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(receive, send, self._limits.send_s)
        try:
            await self._check(scope)
            if await self._take_in(exchange):
                await self._serve(scope, exchange)
        except RefusedError as refusal:
            REFUSED.labels(refusal.reason).inc()
            await self._refuse(scope, exchange, problem(refusal.status, refusal.detail))
        except AccessError as error:
            REFUSED.labels(error.reason).inc()
            where = f"{scope['method']} {scope['path']}"
            await self._refuse(scope, exchange, response_of(error, where))
        except SlowReaderError:
            REFUSED.labels("slow reader").inc()
        finally:
            self._traffic.pending_bytes -= exchange.size

    async def _check(self, scope: Scope) -> None:
        if self._traffic.is_draining and scope["path"] not in ALWAYS_OPEN:
            raise RefusedError(503, "the server is stopping; ask again", "draining")
        if self._admit is not None:
            await self._admit(scope)
        if scope["path"] in _SEARCHES and self._traffic.searches.would_refuse:
            # before the body is read and taken apart: under load that costs more than this
            raise RefusedError(503, "too many searches at once; try again", "searches")
        for name, value in scope["headers"]:
            if name.lower() == b"content-length" and value.isdigit():
                self._check_size(int(value))

    def _check_size(self, size: int) -> None:
        if size > self._limits.body_bytes:
            raise RefusedError(
                413,
                "the request is larger than allowed; at most "
                f"{self._limits.body_bytes:,} bytes are allowed",
                "too large",
            )
        if self._traffic.pending_bytes + size > self._limits.pending_bytes:
            raise RefusedError(503, "too many uploads at once; try again", "uploads")

    async def _take_in(self, exchange: _Exchange) -> bool:
        """Reads the body; False: the client left."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._limits.body_s
        step_until, step_bytes = loop.time() + self._limits.stall_s, 0
        while True:
            left = min(until, step_until) - loop.time()
            try:
                piece = await asyncio.wait_for(exchange.next_piece(), max(0.0, left))
            except TimeoutError as error:
                raise RefusedError(408, "the body came too slowly", "slow body") from error
            if piece is None:
                return False
            self._add(exchange, piece)
            if exchange.is_body_whole:
                return True
            if exchange.size - step_bytes >= _STEP_BYTES:
                step_until, step_bytes = loop.time() + self._limits.stall_s, exchange.size

    def _add(self, exchange: _Exchange, piece: bytes) -> None:
        if exchange.size + len(piece) > self._limits.body_bytes:
            self._check_size(exchange.size + len(piece))
        self._check_size(len(piece))
        exchange.body += piece
        exchange.size += len(piece)
        self._traffic.pending_bytes += len(piece)

    async def _refuse(self, scope: Scope, exchange: _Exchange, response: Response) -> None:
        """Answers at once, then lets what is on its way come: or the client sees a reset alone."""
        response.headers["Connection"] = "close"

        async def answer(message: Message) -> None:
            if message["type"] != "http.response.body":
                await exchange.answer(message)
                return
            await exchange.answer({**message, "more_body": True})
            await self._discard(exchange)
            await exchange.answer({"type": "http.response.body", "body": b""})

        await response(scope, exchange.receive, answer)

    async def _discard(self, exchange: _Exchange) -> None:
        exchange.body.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_S):
                while not exchange.is_body_whole:
                    await exchange.next_piece()

    async def _serve(self, scope: Scope, exchange: _Exchange) -> None:
        DEADLINE.set(asyncio.get_running_loop().time() + self._limits.request_s)
        served = asyncio.ensure_future(self._app(scope, exchange.replay, exchange.answer))
        watched = asyncio.ensure_future(exchange.watch())
        try:
            await asyncio.wait({served, watched}, return_when=asyncio.FIRST_COMPLETED)
            if not served.done() and not exchange.is_answered:
                served.cancel()  # nobody is there to be answered
            with contextlib.suppress(asyncio.CancelledError):
                await served
        finally:
            for task in (served, watched):
                task.cancel()
