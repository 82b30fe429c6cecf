"""What a request may cost before and after the application sees it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from service.http.gate import DEADLINE, Gate
from service.http.intake import Intake, IntakeLimits, Traffic

LIMITS = IntakeLimits(
    body_bytes=100, pending_bytes=150, body_s=0.6, stall_s=0.3, request_s=5, send_s=0.3
)
Messages = list[dict[str, Any]]


class App:
    """Keeps what it was sent; answers when it may."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.may_answer = asyncio.Event()
        self.is_begun = asyncio.Event()
        self.was_cancelled = False
        self.deadline: float | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.bodies.append((await receive())["body"])
        self.deadline = DEADLINE.get()
        self.is_begun.set()
        try:
            await self.may_answer.wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"fine"})


def piece(data: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": data, "more_body": more}


GONE = {"type": "http.disconnect"}


async def sent(intake: Intake, messages: AsyncIterator[Any], **scope: Any) -> Messages:
    """Serves one request; gives what went back."""
    said: Messages = []

    async def receive() -> Any:
        try:
            return await anext(messages)
        except StopAsyncIteration:
            await asyncio.sleep(60)  # a client that waits
            raise

    async def send(message: Any) -> None:
        said.append(message)

    whole = {"type": "http", "method": "POST", "path": "/v1/x", "headers": [], **scope}
    await intake(whole, receive, send)
    return said


async def stream(*messages: Any, pause_s: float = 0.0) -> AsyncIterator[Any]:
    for message in messages:
        if pause_s:
            await asyncio.sleep(pause_s)
        yield message


def with_intake(
    test: Callable[[Intake, App, Traffic], Awaitable[None]], limits: IntakeLimits = LIMITS
) -> None:
    gate = Gate("test-intake", 1, 0)

    async def main() -> None:
        app, traffic = App(), Traffic(gate)
        await test(Intake(app, limits, traffic), app, traffic)
        assert traffic.pending_bytes == 0

    asyncio.run(main())
    gate.close()


def refused(said: Messages, status: int) -> str:
    assert said[0]["status"] == status
    assert dict(said[0]["headers"])[b"content-type"] == b"application/problem+json"
    return str(json.loads(b"".join(one["body"] for one in said[1:]))["detail"])


def test_a_body_in_pieces_reaches_the_application_whole_with_a_deadline() -> None:
    async def test(intake: Intake, app: App, _: Traffic) -> None:
        app.may_answer.set()
        said = await sent(intake, stream(piece(b"a" * 60, True), piece(b"b" * 40)))
        assert app.bodies == [b"a" * 60 + b"b" * 40]
        assert said[0]["status"] == 200
        assert app.deadline is not None
        assert 4 < app.deadline - asyncio.get_running_loop().time() <= 5

    with_intake(test)


@pytest.mark.parametrize("headers", [[], [(b"content-length", b"101")]])
def test_one_byte_too_many_is_a_413_that_the_application_never_sees(headers: Any) -> None:
    async def test(intake: Intake, app: App, _: Traffic) -> None:
        said = await sent(intake, stream(piece(b"a" * 101)), headers=headers)
        assert "at most 100 bytes" in refused(said, 413)
        assert app.bodies == []

    with_intake(test)


def test_all_bodies_together_have_a_limit() -> None:
    async def test(intake: Intake, app: App, traffic: Traffic) -> None:
        first = asyncio.ensure_future(sent(intake, stream(piece(b"a" * 100))))
        await app.is_begun.wait()
        assert traffic.pending_bytes == 100
        assert "too many uploads" in refused(await sent(intake, stream(piece(b"b" * 51))), 503)
        second = asyncio.ensure_future(sent(intake, stream(piece(b"b" * 50))))
        app.may_answer.set()
        assert [(await one)[0]["status"] for one in (first, second)] == [200, 200]

    with_intake(test)


@pytest.mark.parametrize(
    "messages",
    [
        [piece(b"a", True)],  # then nothing
        [piece(b"a", True)] * 50,  # one byte each 50 ms
    ],
)
def test_a_slow_body_is_a_408(messages: Messages) -> None:
    async def test(intake: Intake, app: App, _: Traffic) -> None:
        before = asyncio.get_running_loop().time()
        said = await asyncio.wait_for(sent(intake, stream(*messages, pause_s=0.05)), 20)
        assert "too slowly" in refused(said, 408)
        assert asyncio.get_running_loop().time() - before < 15
        assert app.bodies == []

    with_intake(test)


def test_a_client_that_leaves_before_its_body_is_whole_costs_nothing() -> None:
    async def test(intake: Intake, app: App, _: Traffic) -> None:
        assert await sent(intake, stream(piece(b"a", True), GONE)) == []
        assert app.bodies == []

    with_intake(test)


def test_a_client_that_leaves_cancels_what_is_made_for_it() -> None:
    async def test(intake: Intake, app: App, _: Traffic) -> None:
        assert await sent(intake, stream(piece(b"a"), GONE)) == []
        assert app.was_cancelled

    with_intake(test)


def test_a_stopping_server_refuses_all_but_health() -> None:
    async def test(intake: Intake, app: App, traffic: Traffic) -> None:
        app.may_answer.set()
        traffic.is_draining = True
        assert "stopping" in refused(await sent(intake, stream(piece(b""))), 503)
        said = await sent(intake, stream(piece(b"")), path="/health/live")
        assert said[0]["status"] == 200

    with_intake(test)


def test_a_search_is_refused_before_its_body_where_the_queue_is_full() -> None:
    async def test(intake: Intake, app: App, traffic: Traffic) -> None:
        app.may_answer.set()
        may_end = asyncio.Event()
        loop = asyncio.get_running_loop()
        wait = asyncio.run_coroutine_threadsafe
        work = asyncio.ensure_future(
            traffic.searches.run(lambda: wait(may_end.wait(), loop).result(20))
        )
        await asyncio.sleep(0)
        said = await sent(intake, stream(piece(b"")), path="/v1/search")
        assert "too many searches" in refused(said, 503)
        assert int(dict(said[0]["headers"])[b"retry-after"]) > 0
        may_end.set()
        await work
        said = await sent(intake, stream(piece(b"")), path="/v1/search")
        assert said[0]["status"] == 200

    with_intake(test)
