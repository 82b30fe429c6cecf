"""Boxes, labels and attributes of one call, from a tiny Qwen, an endpoint and stand-ins."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image

from tests.fakes import FakeChat, picture
from tests.vision.chat_server import ChatServer, hangs, open_chat, refuses, running_server, says
from tests.vision.tiny_qwen import FAMILIES, write_tiny_qwen
from vision.chat_grounder import ChatGrounder
from vision.compute import ComputeOptions
from vision.errors import ModelTimeoutError
from vision.grounding_boxes import LabelledBox
from vision.grounding_detector import Grounder, GroundingDetector
from vision.item_boxes import ItemRules
from vision.protocols import Detector
from vision.qwen_inputs import PixelBudget
from vision.qwen_vl import QwenVL
from vision.types import Box, Caption, ChatLimits, DetectedItem, Photo

SIZE = (400, 300)
PHOTO = Photo(Image.new("RGB", SIZE, "white"), "0" * 64)
WHOLE = [DetectedItem(Box(0, 0, *SIZE), 0.0)]
EXACT = ItemRules(padding=0.0)
MUG = {
    "bbox_2d": [100, 200, 500, 600],
    "label": "mug",
    "category": "Mugs",
    "title": "blue mug",
    "color": "Blue",
    "material": "ceramic",
    "brand": "unknown",
}
TRAY = {"bbox_2d": [600, 0, 1000, 500], "label": "tray"}
NONSENSE = [
    "",
    "I see a mug.",
    "[]",
    "{}",
    "[[[[",
    '{"bbox_2d": "here"}',
    '[{"bbox_2d": [9e9, 0, 1, 1]}]',
    '[{"bbox_2d": [0, 0, 1, 1], "label": "dust"}]',
    "<think>mug</think>",
]


class Locator:
    """Locates what it is told to."""

    def __init__(self, *found: LabelledBox | Exception) -> None:
        self.found = found
        self.calls = 0

    def ground(self, image: Image.Image, limits: ChatLimits) -> list[LabelledBox]:
        self.calls += 1
        for one in self.found:
            if isinstance(one, Exception):
                raise one
        return [one for one in self.found if isinstance(one, LabelledBox)]


def located(*corners: int, title: str = "") -> LabelledBox:
    return LabelledBox(Box(*corners), title, Caption(title=title))


def detect(*found: LabelledBox | Exception, **rules: float) -> list[DetectedItem]:
    exact = ItemRules(padding=0.0, **rules)  # type: ignore[arg-type]
    detector: Detector = GroundingDetector(Locator(*found), rules=exact)
    return detector.detect(PHOTO)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with running_server() as running:
        yield running


@pytest.fixture(scope="module", params=FAMILIES)
def qwen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> QwenVL:
    folder: Path = tmp_path_factory.mktemp("models") / f"tiny-{request.param}"
    write_tiny_qwen(folder, request.param)
    return QwenVL(str(folder), ComputeOptions(device="cpu"), PixelBudget(64 * 64, 128 * 128))


def test_items_keep_the_models_order_and_its_words() -> None:
    small, large = located(0, 0, 60, 60, title="cup"), located(100, 0, 400, 300, title="sofa")
    assert detect(small, large) == [
        DetectedItem(Box(0, 0, 60, 60), 1.0, Caption(title="cup")),
        DetectedItem(Box(100, 0, 400, 300), 1.0, Caption(title="sofa")),
    ]


def test_boxes_that_lie_in_one_another_are_one_item_named_by_the_more_prominent() -> None:
    [item] = detect(
        located(10, 10, 100, 100, title="teapot"),
        located(60, 40, 120, 90, title="spout"),
    )
    assert item == DetectedItem(Box(10, 10, 120, 100), 1.0, Caption(title="teapot"))


def test_the_same_box_twice_is_one_item() -> None:
    assert len(detect(located(10, 10, 100, 100), located(10, 10, 100, 100))) == 1


def test_specks_are_no_items() -> None:
    [item] = detect(located(0, 0, 20, 20), located(100, 100, 200, 200, title="mug"))
    assert item.box == Box(100, 100, 200, 200)


def test_no_more_items_come_than_the_rules_allow() -> None:
    boxes = [located(left, 0, left + 60, 200) for left in range(0, 400, 80)]
    assert [one.box for one in detect(*boxes, max_items=2)] == [boxes[0].box, boxes[1].box]


def test_boxes_are_padded_within_the_photo() -> None:
    detector = GroundingDetector(Locator(located(0, 100, 200, 200)), rules=ItemRules(padding=0.1))
    assert detector.detect(PHOTO)[0].box == Box(0, 90, 220, 210)


def test_a_box_without_words_leaves_the_caption_to_others() -> None:
    assert detect(located(0, 0, 200, 200))[0].caption is None


def test_a_model_that_locates_nothing_leaves_the_whole_photo() -> None:
    assert detect() == WHOLE


def test_a_model_that_is_late_leaves_the_whole_photo_and_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        assert detect(ModelTimeoutError("m took longer than 1 s")) == WHOLE
    assert "the photo is taken as one item: m took longer than 1 s" in caplog.text


def test_one_call_gives_boxes_labels_and_attributes() -> None:
    chat = FakeChat([json.dumps([MUG, TRAY])])
    items = GroundingDetector(ChatGrounder(chat), rules=EXACT).detect(PHOTO)
    mug = Caption(category="mugs", title="blue mug", color="blue", material="ceramic")
    assert items == [
        DetectedItem(Box(40, 60, 200, 180), 1.0, mug),
        DetectedItem(Box(240, 0, 400, 150), 1.0, Caption(title="tray")),
    ]
    assert len(chat.asked) == 1


@pytest.mark.parametrize("reply", NONSENSE)
def test_nonsense_leaves_the_whole_photo(reply: str) -> None:
    assert GroundingDetector(ChatGrounder(FakeChat([reply]))).detect(PHOTO) == WHOLE


def test_of_an_answer_that_is_cut_the_whole_entries_count() -> None:
    text = json.dumps([MUG, TRAY])[:-60]
    items = GroundingDetector(ChatGrounder(FakeChat([text])), rules=EXACT).detect(PHOTO)
    assert items[0].box == Box(40, 60, 200, 180)


def test_a_list_inside_an_object_is_read() -> None:
    [item] = GroundingDetector(ChatGrounder(FakeChat([json.dumps({"items": [MUG]})]))).detect(PHOTO)
    assert item.caption
    assert item.caption.title == "blue mug"


@pytest.mark.parametrize(
    ("name", "corners", "box"),
    [
        # sent as 1024 x 768, which a server makes 1036 x 756 for Qwen2.5-VL
        ("Qwen2.5-VL-7B-Instruct", [259, 189, 518, 378], Box(500, 375, 1000, 750)),
        ("qwen2.5vl:7b", [0, 0, 1036, 756], Box(0, 0, 2000, 1500)),
        ("Qwen3-VL-8B-Instruct", [250, 250, 500, 500], Box(500, 375, 1000, 750)),
        ("some-other-model", [0, 0, 1000, 1000], Box(0, 0, 2000, 1500)),
    ],
)
def test_what_the_numbers_count_follows_from_the_models_name(
    name: str, corners: list[int], box: Box
) -> None:
    chat = FakeChat([json.dumps([{"bbox_2d": corners, "label": "mug"}])])
    chat.name = name
    [found] = ChatGrounder(chat).ground(picture("white", (2000, 1500)))
    assert found.box == box
    [part] = [one for one in chat.asked[0][0][0].parts if isinstance(one, str)]
    assert ("thousandths" in part) == ("2.5" not in name)


def test_an_endpoint_locates_items(server: ChatServer) -> None:
    server.script = [says(f"```json\n{json.dumps([MUG])}\n```")]
    with open_chat(server) as chat:
        [item] = GroundingDetector(ChatGrounder(chat), rules=EXACT).detect(PHOTO)
    assert item.box == Box(40, 60, 200, 180)
    assert len(server.bodies) == 1
    kinds = [part["type"] for part in server.bodies[0]["messages"][0]["content"]]
    assert kinds == ["image_url", "text"]


@pytest.mark.parametrize("reply", [hangs, refuses(400), refuses(500), says(None), says("no")])
def test_an_endpoint_that_fails_leaves_the_whole_photo(server: ChatServer, reply: object) -> None:
    server.script = [reply]  # type: ignore[list-item]
    with open_chat(server, attempts=1) as chat:
        detector = GroundingDetector(ChatGrounder(chat), ChatLimits(timeout_s=1.0))
        assert detector.detect(PHOTO) == WHOLE


def test_a_qwen_in_this_process_locates_by_itself(
    qwen: QwenVL, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(qwen, Grounder)
    tokenizer = qwen._parts.processor.tokenizer
    words = json.dumps([{**MUG, "bbox_2d": [0, 0, 50, 50]}]) + "<|im_end|>"
    written = torch.tensor([tokenizer(words)["input_ids"]])
    monkeypatch.setattr(
        qwen._parts.model,
        "generate",
        lambda input_ids, **_options: torch.cat([input_ids, written], dim=1),
    )
    [item] = GroundingDetector(qwen, rules=ItemRules(min_area=0.0, padding=0.0)).detect(PHOTO)
    assert item.caption
    assert item.caption.material == "ceramic"
    assert (item.box.x0, item.box.y0) == (0, 0)


def test_a_qwen_that_talks_at_random_leaves_the_whole_photo(qwen: QwenVL) -> None:
    assert GroundingDetector(qwen, ChatLimits(max_tokens=24)).detect(PHOTO) == WHOLE


def test_a_qwen_that_is_late_leaves_the_whole_photo(qwen: QwenVL) -> None:
    late = ChatLimits(max_tokens=24, timeout_s=0.0)
    assert GroundingDetector(qwen, late).detect(PHOTO) == WHOLE
