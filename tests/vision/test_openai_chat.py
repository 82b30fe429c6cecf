import base64
import gc
import io
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from tests.vision.chat_server import (
    ChatServer,
    knows_formats,
    open_chat,
    refuses,
    running_server,
    says,
    streams,
)
from vision.errors import (
    ModelRefusedError,
    UnknownModelError,
)
from vision.openai_chat import OpenAIChat
from vision.openai_endpoint import Endpoint, parse_openai_name
from vision.types import ChatLimits, ChatMessage

KEY = "sk-very-secret-0815"
QUESTION = [ChatMessage("system", ("Be brief.",)), ChatMessage("user", ("What is it?",))]
LIMITS = ChatLimits(max_tokens=50, timeout_s=10.0)
SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}}}


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with running_server() as running:
        yield running


@pytest.fixture
def chat(server: ChatServer) -> Iterator[OpenAIChat]:
    with open_chat(server, KEY) as model:
        yield model


@pytest.mark.parametrize(
    ("name", "model", "base_url"),
    [
        ("openai:m@http://h:8000/v1", "m", "http://h:8000/v1"),
        ("openai:Qwen/Qwen3-VL@https://h/v1", "Qwen/Qwen3-VL", "https://h/v1"),
        (
            "openai:qwen3-vl:4b@http://localhost:11434/v1",
            "qwen3-vl:4b",
            "http://localhost:11434/v1",
        ),
        ("openai:a@b/c:d@http://h/v1", "a@b/c:d", "http://h/v1"),
        ("openai:a@http://x@http://h/v1", "a@http://x", "http://h/v1"),
    ],
)
def test_a_name_is_taken_apart_at_its_last_address(name: str, model: str, base_url: str) -> None:
    assert parse_openai_name(name) == Endpoint(model, base_url)


@pytest.mark.parametrize(
    "name",
    ["openai:m", "openai:@http://h", "m@http://h", "openai:m@ftp://h", "openai:m@http://", ""],
)
def test_a_name_of_another_form_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(UnknownModelError, match="openai:MODEL@BASE_URL, as in"):
        parse_openai_name(name)


def test_the_request_is_greedy_and_carries_the_key_and_the_conversation(
    server: ChatServer, chat: OpenAIChat
) -> None:
    server.script = [says("A mug.")]
    assert chat.complete(QUESTION, LIMITS) == "A mug."
    [body] = server.bodies
    assert body["model"] == "org/model-1"
    assert (body["temperature"], body["max_tokens"]) == (0, 50)
    assert "response_format" not in body
    assert [turn["role"] for turn in body["messages"]] == ["system", "user"]
    assert body["messages"][1]["content"] == [{"type": "text", "text": "What is it?"}]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_nothing_of_the_environment_is_sent(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID", "BASE_URL"):
        monkeypatch.setenv(f"OPENAI_{name}", "from-the-environment")
    custom = "X-Mine: from-the-environment\nAuthorization: from-the-environment"
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", custom)
    server.script = [says("ok")]
    chat = OpenAIChat(Endpoint("m", server.base_url))
    chat.complete(QUESTION, LIMITS)
    chat.close()
    assert "from-the-environment" not in str(server.headers)


def test_a_client_that_is_forgotten_ends_its_thread(server: ChatServer) -> None:
    server.script = [says("ok")]
    chat = OpenAIChat(Endpoint("forgotten", server.base_url))
    chat.complete(QUESTION, LIMITS)
    thread = the_thread_of("forgotten client")
    del chat
    gc.collect()
    thread.join(10)
    assert not thread.is_alive()


def test_a_client_may_be_collected_in_its_own_thread(server: ChatServer) -> None:
    box = [OpenAIChat(Endpoint("collected", server.base_url))]
    thread = the_thread_of("collected client")
    box[0]._portal.start_task_soon(box.clear)
    thread.join(10)
    assert not thread.is_alive()


def the_thread_of(name: str) -> threading.Thread:
    [thread] = [thread for thread in threading.enumerate() if thread.name == name]
    return thread


def sent_picture(server: ChatServer, chat: OpenAIChat, photo: Image.Image) -> Image.Image:
    server.script = [says("ok")]
    chat.complete([ChatMessage("user", (photo, "?"))], LIMITS)
    url = server.bodies[-1]["messages"][0]["content"][0]["image_url"]["url"]
    head, _, payload = url.partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(payload)))


@pytest.mark.parametrize(
    ("size", "sent"),
    [
        ((800, 600), (800, 600)),
        ((4000, 3000), (1024, 768)),
        ((1, 1), (64, 64)),
        ((26, 28), (64, 69)),
        ((9000, 10), (1024, 64)),
        ((3, 900), (64, 1011)),
    ],
)
def test_photos_are_sent_in_sizes_that_every_server_takes(
    server: ChatServer, chat: OpenAIChat, size: tuple[int, int], sent: tuple[int, int]
) -> None:
    assert sent_picture(server, chat, Image.new("RGB", size)).size == sent


def test_metadata_of_a_photo_stays_here(server: ChatServer, chat: OpenAIChat) -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    Image.new("RGB", (80, 80)).save(buffer, "JPEG", exif=exif, comment=b"at home")
    photo = Image.open(buffer)
    assert photo.info["comment"] == b"at home"
    sent = sent_picture(server, chat, photo)
    assert not sent.getexif()
    assert "comment" not in sent.info


@pytest.mark.parametrize("refusal", [400, 404, 422, 500])
def test_a_refused_schema_becomes_a_json_object_and_that_is_remembered(
    server: ChatServer, chat: OpenAIChat, refusal: int
) -> None:
    server.script = [knows_formats("json_object", refusal=refusal, text='{"title": "mug"}')]
    assert chat.complete(QUESTION, LIMITS, SCHEMA) == '{"title": "mug"}'
    first = len(server.bodies)
    chat.complete(QUESTION, LIMITS, SCHEMA)
    assert len(server.bodies) == first + 1
    assert server.bodies[0]["response_format"]["json_schema"]["schema"] == SCHEMA
    assert server.bodies[-1]["response_format"] == {"type": "json_object"}
    wish = server.bodies[-1]["messages"][-1]["content"][-1]["text"]
    assert json.dumps(SCHEMA) in wish


def test_without_any_format_the_schema_is_asked_for_in_words(
    server: ChatServer, chat: OpenAIChat
) -> None:
    server.script = [knows_formats("none", refusal=422, text="{}")]
    assert chat.complete(QUESTION, LIMITS, SCHEMA) == "{}"
    assert "response_format" not in server.bodies[-1]
    assert "JSON" in server.bodies[-1]["messages"][-1]["content"][-1]["text"]


def test_a_request_that_fails_in_every_format_changes_no_memory(
    server: ChatServer, chat: OpenAIChat
) -> None:
    server.script = [refuses(400, "too long")] * 3 + [knows_formats("json_schema", refusal=400)]
    with pytest.raises(ModelRefusedError, match="too long"):
        chat.complete(QUESTION, LIMITS, SCHEMA)
    chat.complete(QUESTION, LIMITS, SCHEMA)
    assert server.bodies[-1]["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize("schema", [SCHEMA, None])
def test_json_that_did_not_end_is_an_error_and_prose_is_not(
    server: ChatServer, chat: OpenAIChat, schema: dict[str, object] | None
) -> None:
    server.script = [says('{"title": "mu', "length")]
    if schema is None:
        assert chat.complete(QUESTION, LIMITS) == '{"title": "mu'
        return
    with pytest.raises(ModelRefusedError, match="within 50 tokens"):
        chat.complete(QUESTION, LIMITS, schema)


def test_pieces_come_as_they_are_written(server: ChatServer, chat: OpenAIChat) -> None:
    server.script = [streams(["A ", "blue ", "mug."])]
    assert list(chat.stream(QUESTION, LIMITS)) == ["A ", "blue ", "mug."]
    assert server.bodies[0]["stream"] is True


def test_a_stream_is_retried_before_its_first_piece(server: ChatServer, chat: OpenAIChat) -> None:
    server.script = [refuses(503), streams(["ok"])]
    assert list(chat.stream(QUESTION, LIMITS)) == ["ok"]


def test_calls_from_several_threads_run_at_the_same_time(
    server: ChatServer, chat: OpenAIChat
) -> None:
    together = threading.Barrier(4, timeout=5)

    def reply(connection: object, body: dict[str, object]) -> None:
        together.wait()  # breaks unless four requests are here at once
        says("ok")(connection, body)  # type: ignore[arg-type]

    server.script = [reply]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: chat.complete(QUESTION, LIMITS), range(4)))
    assert answers == ["ok"] * 4
