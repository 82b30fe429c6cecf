"""What is sent again, and what never; a transport that answers as it is told."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from service.client import (
    ApiError,
    AsyncSnapshelfClient,
    Retries,
    RetryLaterError,
    SnapshelfClient,
    UnexpectedAnswerError,
    UnreachableError,
)

AT_ONCE = Retries(attempts=3, first_wait_s=0)
READY = {"products": 1, "pictures": 1, "sequence": 1, "version": "", "embedder": "e"}
Answer = httpx.Response | Exception


class Told(httpx.MockTransport):
    """Gives the answers one after another, and keeps the requests."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__(self._next)
        self.answers, self.asked = list(answers), list[httpx.Request]()

    def _next(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def problem(status: int, detail: str = "busy", **headers: str) -> httpx.Response:
    body = {"type": "urn:snapshelf:x", "title": "t", "status": status, "detail": detail}
    return httpx.Response(
        status, headers={"content-type": "application/problem+json"} | headers, json=body
    )


def full(after: str = "0") -> httpx.Response:
    return problem(503, **{"retry-after": after})


def told(*answers: Answer, **options: object) -> tuple[SnapshelfClient, Told]:
    transport = Told(*answers)
    settings = {"retries": AT_ONCE} | options
    return SnapshelfClient("http://shop", transport=transport, **settings), transport  # type: ignore[arg-type]


def test_a_full_service_is_asked_again_until_it_answers() -> None:
    client, transport = told(full(), problem(429), httpx.Response(200, json=READY))
    assert client.health().products == 1
    assert len(transport.asked) == 3


def test_the_body_of_a_photo_is_whole_each_time() -> None:
    client, transport = told(full(), full(), full())
    with pytest.raises(RetryLaterError):
        client.search(b"picture", text="in red")
    assert len({one.headers["content-length"] for one in transport.asked}) == 1
    assert all(b"picture" in one.content for one in transport.asked)


def test_after_the_last_attempt_the_refusal_is_raised() -> None:
    client, transport = told(full(), full(), full("7"))
    with pytest.raises(RetryLaterError, match="503: busy") as refused:
        client.product("x")
    assert refused.value.retry_after == 7
    assert len(transport.asked) == 3


def test_a_follow_up_is_never_sent_twice() -> None:
    client, transport = told(full())
    with pytest.raises(RetryLaterError):
        client.chat("s", "cheaper")
    assert len(transport.asked) == 1


def test_a_wait_longer_than_allowed_is_left_to_the_caller() -> None:
    client, transport = told(full("31"))
    with pytest.raises(RetryLaterError) as refused:
        client.health()
    assert refused.value.retry_after == 31
    assert len(transport.asked) == 1


@pytest.mark.parametrize(
    ("header", "most_s"),
    [
        (lambda: "12", 12.0),
        (lambda: format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True), 3600.0),
        (lambda: format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True), 0.0),
    ],
)
def test_retry_after_is_read_as_seconds_and_as_a_date(
    header: Callable[[], str], most_s: float
) -> None:
    client, _ = told(full(header()), retries=Retries(attempts=1))
    with pytest.raises(RetryLaterError) as refused:
        client.health()
    assert refused.value.retry_after is not None
    assert most_s - 600 <= refused.value.retry_after <= most_s


def test_an_unreadable_retry_after_is_none() -> None:
    client, _ = told(full("soon"), retries=Retries(attempts=1))
    with pytest.raises(RetryLaterError) as refused:
        client.health()
    assert refused.value.retry_after is None


def test_what_may_have_been_worked_on_is_not_sent_again() -> None:
    client, transport = told(httpx.ReadTimeout("slow"))
    with pytest.raises(UnreachableError, match="http://shop: slow") as failed:
        client.search(text="x")
    assert failed.value.was_sent
    assert len(transport.asked) == 1


def test_a_connection_that_was_refused_is_tried_again() -> None:
    client, transport = told(httpx.ConnectError("no"), httpx.Response(200, json=READY))
    assert client.health().embedder == "e"
    assert len(transport.asked) == 2


@pytest.mark.parametrize("status", [400, 404, 413, 422, 500, 504])
def test_other_refusals_are_raised_at_once(status: int) -> None:
    client, transport = told(problem(status, "the reason"))
    with pytest.raises(ApiError, match=f"{status}: the reason") as refused:
        client.search(text="x")
    assert not isinstance(refused.value, RetryLaterError)
    assert (refused.value.status, refused.value.type) == (status, "urn:snapshelf:x")
    assert len(transport.asked) == 1


def test_a_refusal_that_is_no_problem_document_keeps_its_status() -> None:
    client, _ = told(httpx.Response(502, text="<html>proxy</html>"))
    with pytest.raises(ApiError, match="502: Bad Gateway"):
        client.health()


def test_a_redirect_is_not_followed_with_the_key() -> None:
    client, transport = told(httpx.Response(307, headers={"location": "https://evil.example/"}))
    with pytest.raises(ApiError, match="307"):
        client.health()
    assert len(transport.asked) == 1


def test_the_key_is_sent_as_a_bearer_and_shown_nowhere() -> None:
    client, transport = told(problem(401, "no"), api_key="secret-key")
    with pytest.raises(ApiError) as refused:
        client.health()
    assert transport.asked[0].headers["authorization"] == "Bearer secret-key"
    assert "secret-key" not in f"{refused.value!r} {client!r} {vars(client)!r}"


def test_an_answer_of_another_form_names_what_is_wrong() -> None:
    client, _ = told(httpx.Response(200, json={"status": "ready"}))
    with pytest.raises(UnexpectedAnswerError, match="no ReadyResponse: products: Field required"):
        client.health()


def events(*pairs: tuple[str, object]) -> httpx.Response:
    body = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in pairs)
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, text=body)


SEEN = ("items", {"photo": None, "items": []})


def test_an_error_within_a_stream_is_raised_as_its_problem() -> None:
    failed = ("error", {"type": "urn:y", "title": "t", "status": 504, "detail": "too late"})
    client, _ = told(events(SEEN, failed))
    stream = client.stream(text="x")
    next(stream)
    with pytest.raises(ApiError, match="504: too late"):
        next(stream)


def test_a_stream_that_breaks_off_is_not_taken_for_whole() -> None:
    client, _ = told(events(SEEN))
    with pytest.raises(UnexpectedAnswerError, match="ended before its last event"):
        list(client.stream(text="x"))


def test_events_of_a_later_version_are_passed_over() -> None:
    done = {"words": None, "timings_ms": {}, "session": "s"}
    store = {"version": "", "sequence": 1, "embedder": "e", "indexed_at": ""}
    client, _ = told(events(SEEN, ("news", {}), ("done", done | {"store": store})))
    assert len(list(client.stream(text="x"))) == 2


def test_another_content_type_is_no_stream() -> None:
    client, _ = told(httpx.Response(200, json={}))
    with pytest.raises(UnexpectedAnswerError, match="text/event-stream"):
        next(client.stream(text="x"))


def test_the_async_client_asks_again_too() -> None:
    async def ask() -> int:
        transport = Told(full(), events(SEEN))
        client = AsyncSnapshelfClient("http://shop", transport=transport, retries=AT_ONCE)
        async with client:
            with pytest.raises(UnexpectedAnswerError):
                _ = [one async for one in client.stream(text="x")]
        return len(transport.asked)

    assert asyncio.run(ask()) == 2
