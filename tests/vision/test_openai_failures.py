"""What an endpoint can do wrong, and what comes of it."""

import threading
import time
import traceback
from collections.abc import Iterator

import pytest

from tests.vision.chat_server import (
    ChatServer,
    Connection,
    Reply,
    breaks_off,
    completion,
    drips,
    event,
    hangs,
    open_chat,
    refuses,
    running_server,
    says,
    sends,
    streams,
    streams_without_end,
)
from vision.errors import (
    ModelError,
    ModelRefusedError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from vision.openai_chat import OpenAIChat
from vision.openai_endpoint import Endpoint
from vision.types import ChatLimits, ChatMessage

KEY = "sk-very-secret-0815"
QUESTION = [ChatMessage("system", ("Be brief.",)), ChatMessage("user", ("What is it?",))]
LIMITS = ChatLimits(max_tokens=50, timeout_s=10.0)
SHORT = ChatLimits(max_tokens=50, timeout_s=0.4)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with running_server() as running:
        yield running


@pytest.fixture
def chat(server: ChatServer) -> Iterator[OpenAIChat]:
    with open_chat(server, KEY) as model:
        yield model


def test_overload_is_retried_until_it_passes(server: ChatServer, chat: OpenAIChat) -> None:
    server.script = [refuses(500), refuses(503), says("at last")]
    assert chat.complete(QUESTION, LIMITS) == "at last"


def test_retries_are_bounded(server: ChatServer, chat: OpenAIChat) -> None:
    server.script = [refuses(503, "busy")]
    with pytest.raises(
        ModelUnavailableError, match=r"model-1 at 127.0.0.1:\d+ answered 503: .*busy"
    ):
        chat.complete(QUESTION, LIMITS)
    assert len(server.bodies) == 3


def test_a_pause_that_the_endpoint_asks_for_is_kept(server: ChatServer, chat: OpenAIChat) -> None:
    server.script = [refuses(429, Retry_After="1"), says("now")]
    started = time.monotonic()
    assert chat.complete(QUESTION, LIMITS) == "now"
    assert time.monotonic() - started >= 1.0


def test_a_pause_past_the_deadline_is_not_waited_for(server: ChatServer, chat: OpenAIChat) -> None:
    server.script = [refuses(429, "slow down", Retry_After="600")]
    with pytest.raises(ModelUnavailableError, match="slow down"):
        chat.complete(QUESTION, LIMITS)
    assert len(server.bodies) == 1


@pytest.mark.parametrize("reply", [hangs, drips(completion("never whole"), 0.02)])
def test_the_deadline_ends_what_hangs_and_what_drips(
    server: ChatServer, chat: OpenAIChat, reply: Reply
) -> None:
    server.script = [reply]
    with pytest.raises(ModelTimeoutError, match="took longer"):
        chat.complete(QUESTION, SHORT)
    with pytest.raises(ModelTimeoutError, match="took longer"):
        list(chat.stream(QUESTION, SHORT))


def test_silence_between_two_bytes_is_bounded_too(server: ChatServer) -> None:
    server.script = [hangs]
    with (
        open_chat(server, read_timeout_s=0.2) as chat,
        pytest.raises(ModelTimeoutError, match="silent"),
    ):
        chat.complete(QUESTION, LIMITS)


@pytest.mark.parametrize(
    "reply",
    [
        sends(b"<html>It works!</html>", "text/html"),
        sends(b'{"choices": ['),
        sends(b"{}"),
        sends(b'{"choices": []}'),
        sends(b"[1, 2]"),
        sends(b'{"choices": [{"message": null}]}'),
        sends(b"\xff\xfe\x00"),
    ],
)
def test_an_answer_that_is_no_completion_is_an_error_of_the_endpoint(
    server: ChatServer, chat: OpenAIChat, reply: Reply
) -> None:
    server.script = [reply]
    with pytest.raises(ModelUnavailableError, match="does not answer well"):
        chat.complete(QUESTION, LIMITS)


def test_an_empty_answer_is_an_empty_text(server: ChatServer, chat: OpenAIChat) -> None:
    server.script = [says(None)]
    assert chat.complete(QUESTION, LIMITS) == ""


def test_a_filtered_answer_is_a_refusal(server: ChatServer, chat: OpenAIChat) -> None:
    server.script = [says("", "content_filter")]
    with pytest.raises(ModelRefusedError, match="filtered"):
        chat.complete(QUESTION, LIMITS)


def test_an_answer_without_end_is_cut(server: ChatServer, chat: OpenAIChat) -> None:
    server.script = [says("x" * 5_000_000)]
    with pytest.raises(ModelRefusedError, match="more than 1000000 bytes"):
        chat.complete(QUESTION, LIMITS)
    server.script = [streams_without_end]
    with pytest.raises(ModelRefusedError, match="more than 1000000 bytes"):
        list(chat.stream(QUESTION, LIMITS))


def test_an_endpoint_that_is_not_there_is_unavailable(free_port: int) -> None:
    chat = OpenAIChat(Endpoint("m", f"http://127.0.0.1:{free_port}/v1"))
    with pytest.raises(ModelUnavailableError, match=f"m at 127.0.0.1:{free_port}"):
        chat.complete(QUESTION, LIMITS)
    chat.close()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500])
def test_no_error_shows_the_key(server: ChatServer, status: int) -> None:
    server.script = [refuses(status, f"Incorrect API key provided: {KEY}. " + "x" * 3000)]
    with open_chat(server, KEY, attempts=1) as chat, pytest.raises(ModelError) as caught:
        chat.complete(QUESTION, LIMITS)
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "reply",
    [
        breaks_off(["A ", "blue "]),
        streams(["A ", "blue "], ending=()),
        streams(["A ", "blue "], ending=("{garbage",)),
        streams(["A ", "blue "], ending=('{"error": {"message": "out of memory"}}',)),
        streams(["A ", "blue "], ending=('{"choices": [{"delta": null}]}',)),
    ],
)
def test_a_stream_that_breaks_off_gives_its_pieces_and_then_an_error(
    server: ChatServer, chat: OpenAIChat, reply: Reply
) -> None:
    server.script = [reply]
    stream = chat.stream(QUESTION, LIMITS)
    assert [next(stream), next(stream)] == ["A ", "blue "]
    with pytest.raises(ModelUnavailableError, match="does not answer well"):
        next(stream)


def test_a_stream_that_nobody_reads_on_is_given_up(server: ChatServer, chat: OpenAIChat) -> None:
    gone = threading.Event()

    def endless(connection: Connection, _body: dict[str, object]) -> None:
        connection.start(Content_Type="text/event-stream", Transfer_Encoding="chunked")
        try:
            while not server.closing.wait(0.02):  # too slow to end at the cap on bytes
                connection.send_event(event("A "))
        except OSError:
            gone.set()

    server.script = [endless]
    pieces = chat.stream(QUESTION, LIMITS)
    assert next(pieces) == "A "
    pieces.close()  # type: ignore[attr-defined]
    assert gone.wait(5), "the connection stays open"


def test_an_endpoint_that_keeps_failing_is_left_alone_and_tried_again_later(
    server: ChatServer,
) -> None:
    with open_chat(server, attempts=1, failures_to_open=3, reset_s=0.3) as chat:
        server.script = [refuses(503)]
        for _ in range(3):
            with pytest.raises(ModelUnavailableError, match="503"):
                chat.complete(QUESTION, LIMITS)
        with pytest.raises(ModelUnavailableError, match="left alone"):
            chat.complete(QUESTION, LIMITS)
        with pytest.raises(ModelUnavailableError, match="left alone"):
            list(chat.stream(QUESTION, LIMITS))
        assert len(server.bodies) == 3
        server.script = [says("back")]
        time.sleep(0.4)
        assert chat.complete(QUESTION, LIMITS) == "back"
        assert chat.complete(QUESTION, LIMITS) == "back"


def test_one_failed_trial_leaves_it_alone_again(server: ChatServer) -> None:
    with open_chat(server, attempts=1, failures_to_open=2, reset_s=0.3) as chat:
        server.script = [refuses(503)]
        for wanted in ("503", "503", "left alone"):
            with pytest.raises(ModelUnavailableError, match=wanted):
                chat.complete(QUESTION, LIMITS)
        time.sleep(0.4)
        for wanted in ("503", "left alone"):
            with pytest.raises(ModelUnavailableError, match=wanted):
                chat.complete(QUESTION, LIMITS)


@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_requests_that_are_rightly_refused_do_not_open_it(server: ChatServer, status: int) -> None:
    with open_chat(server, failures_to_open=2) as chat:
        server.script = [refuses(status)]
        for _ in range(4):
            with pytest.raises(ModelError, match=str(status)):
                chat.complete(QUESTION, LIMITS)


def test_streams_that_readers_leave_do_not_open_it(server: ChatServer) -> None:
    with open_chat(server, failures_to_open=2) as chat:
        server.script = [streams(["A ", "mug"])]
        for _ in range(4):
            pieces = chat.stream(QUESTION, LIMITS)
            assert next(pieces) == "A "
            pieces.close()  # type: ignore[attr-defined]


def test_broken_streams_open_it(server: ChatServer) -> None:
    with open_chat(server, failures_to_open=2) as chat:
        server.script = [breaks_off(["A "])]
        for wanted in ("answer well", "answer well", "left alone"):
            with pytest.raises(ModelUnavailableError, match=wanted):
                list(chat.stream(QUESTION, LIMITS))
