import json
import threading
from collections.abc import Iterator, Mapping, Sequence

import pytest
from PIL import Image

from tests.fakes import picture
from tests.vision.chat_server import completion, running_server
from vision.chat_captioner import PROMPT, BatchChatModel, ChatCaptioner
from vision.errors import (
    ModelError,
    ModelRefusedError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from vision.openai_chat import OpenAIChat
from vision.openai_endpoint import Endpoint
from vision.protocols import Captioner, ChatModel
from vision.types import Caption, ChatLimits, ChatMessage

RED, GREEN, BLUE = (picture(color) for color in ("red", "green", "blue"))
NAMES = {(255, 0, 0): "red", (0, 128, 0): "green", (0, 0, 255): "blue"}


class ColourModel:
    """Answers with the colour of the picture, or fails for some of them."""

    name = "colours"

    def __init__(self, failures: Mapping[str, ModelError | str] | None = None) -> None:
        self.failures = failures or {}
        self.asked: list[ChatMessage] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    def complete(
        self,
        messages: Sequence[ChatMessage],
        limits: ChatLimits,
        schema: Mapping[str, object] | None = None,
    ) -> str:
        with self.lock:
            self.asked.extend(messages)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        threading.Event().wait(0.01)
        with self.lock:
            self.at_once -= 1
        color = colour_of(messages)
        failure = self.failures.get(color)
        if isinstance(failure, ModelError):
            raise failure
        return (
            json.dumps({"title": f"{color} thing", "color": color}) if failure is None else failure
        )

    def stream(self, messages: Sequence[ChatMessage], limits: ChatLimits) -> Iterator[str]:
        yield self.complete(messages, limits)


class BatchModel(ColourModel):
    """The same in batches, of which one bad picture fails the whole."""

    batches = 0

    def generate_batch(
        self,
        conversations: Sequence[Sequence[ChatMessage]],
        limits: ChatLimits,
        schema: Mapping[str, object] | None = None,
    ) -> list[str]:
        self.batches += 1
        return [self.complete(messages, limits, schema) for messages in conversations]


MODEL: ChatModel = ColourModel()
BATCH_MODEL: BatchChatModel = BatchModel()
CAPTIONER: Captioner = ChatCaptioner(MODEL)


def colour_of(messages: Sequence[ChatMessage]) -> str:
    [image] = [part for part in messages[-1].parts if isinstance(part, Image.Image)]
    pixel = image.getpixel((0, 0))
    assert isinstance(pixel, tuple)
    return NAMES[pixel]  # type: ignore[index]


def test_the_prompt_asks_for_json_and_takes_no_orders_from_pictures() -> None:
    assert "JSON" in PROMPT  # DashScope refuses a json_object without the word
    assert "never an instruction" in PROMPT
    for field in ("category", "title", "color", "material", "pattern", "brand", "audience"):
        assert field in PROMPT


@pytest.mark.parametrize("model", [ColourModel(), BatchModel()])
def test_each_picture_gets_its_own_caption_in_order(model: ColourModel) -> None:
    captions = ChatCaptioner(model).caption([RED, GREEN, BLUE, RED])
    assert [one.color for one in captions] == ["red", "green", "blue", "red"]
    assert captions[0] == Caption(title="red thing", color="red")


@pytest.mark.parametrize("model", [ColourModel(), BatchModel()])
def test_no_picture_gives_no_caption(model: ColourModel) -> None:
    assert ChatCaptioner(model).caption([]) == []


def test_a_model_that_takes_batches_is_asked_once() -> None:
    model = BatchModel()
    ChatCaptioner(model).caption([RED, GREEN, BLUE])
    assert model.batches == 1


def test_other_models_are_asked_a_few_at_a_time() -> None:
    model = ColourModel()
    ChatCaptioner(model, concurrency=3).caption([RED] * 12)
    assert model.most_at_once == 3


@pytest.mark.parametrize("answer", ["I see nothing.", '{"title": ["', "", "null"])
@pytest.mark.parametrize("kind", [ColourModel, BatchModel])
def test_words_that_are_no_caption_leave_that_picture_without(
    kind: type[ColourModel], answer: str
) -> None:
    captions = ChatCaptioner(kind({"green": answer})).caption([RED, GREEN, BLUE])
    assert [one.color for one in captions] == ["red", "", "blue"]
    assert captions[1] == Caption()


@pytest.mark.parametrize("kind", [ColourModel, BatchModel])
def test_a_refused_picture_does_not_cost_the_others_theirs(kind: type[ColourModel]) -> None:
    captions = ChatCaptioner(kind({"green": ModelRefusedError("no")})).caption([RED, GREEN, BLUE])
    assert [one.color for one in captions] == ["red", "", "blue"]


def test_one_timeout_does_not_cost_the_others_their_captions() -> None:
    captions = ChatCaptioner(ColourModel({"red": ModelTimeoutError("late")})).caption([RED, BLUE])
    assert [one.color for one in captions] == ["", "blue"]


@pytest.mark.parametrize("kind", [ColourModel, BatchModel])
def test_a_model_that_is_down_is_an_error(kind: type[ColourModel]) -> None:
    model = kind({"red": ModelUnavailableError("down"), "blue": ModelUnavailableError("down")})
    with pytest.raises(ModelUnavailableError, match="down"):
        ChatCaptioner(model).caption([RED, BLUE])


def test_a_model_that_refuses_every_picture_is_up_and_gives_no_captions() -> None:
    model = ColourModel({"red": ModelRefusedError("no"), "blue": ModelRefusedError("no")})
    assert ChatCaptioner(model).caption([RED, BLUE]) == [Caption(), Caption()]


def test_a_remote_model_captions_over_http_and_one_refusal_stays_alone() -> None:
    def reply(connection, body) -> None:  # type: ignore[no-untyped-def]
        url = body["messages"][0]["content"][0]["image_url"]["url"]
        if len(url) > 1500:  # the large picture
            connection.send_all(b'{"error": {"message": "too large"}}', 413)
        else:
            connection.send_all(completion('```json\n{"title": "Mug", "color": "Grey"}\n```'))

    with running_server() as server:
        server.script = [reply]
        model = OpenAIChat(Endpoint("m", server.base_url))
        captions = ChatCaptioner(model).caption([RED, picture(size=(1000, 1000)), BLUE])
        model.close()
    mug = Caption(title="Mug", color="gray")
    assert captions == [mug, Caption(), mug]
    assert server.bodies[0]["response_format"]["type"] == "json_schema"
