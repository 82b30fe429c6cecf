"""Held to known answers: hand-worked scores, and the real ``generate`` of a tiny model."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tests.vision.tiny_qwen import FAMILIES, write_tiny_qwen
from vision.compute import ComputeOptions
from vision.errors import ModelTimeoutError
from vision.qwen_choice import Answers, Decided, Weighed, known_answers, with_opening
from vision.qwen_inputs import PixelBudget, model_inputs
from vision.qwen_vl import QwenVL
from vision.types import ChatLimits, ChatMessage

BUDGET = PixelBudget(min_pixels=64 * 64, max_pixels=128 * 128)
LIMITS = ChatLimits(max_tokens=1, timeout_s=30.0)
END = 9
FRUIT = Answers(((1, 2, 3, END), (1, 2, 4, 5, END), (1, 2, 4, 6, END)))
WORDS = ['{"is": "apple"}', '{"is": "pear"}', '{"is": "plum"}', '{"is": "fig"}']


@pytest.fixture(scope="module", params=FAMILIES)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> QwenVL:
    folder: Path = tmp_path_factory.mktemp("choice") / f"tiny-{request.param}"
    write_tiny_qwen(folder, request.param)
    return QwenVL(str(folder), ComputeOptions(device="cpu"), BUDGET)


def asked(*colors: str) -> list[list[ChatMessage]]:
    photos = [Image.new("RGB", (64, 64 + 32 * at), one) for at, one in enumerate(colors)]
    return [[ChatMessage("user", (photo, "What is it?"))] for photo in photos]


def even(rows: int, answers: int = len(WORDS)) -> Any:
    return np.zeros((rows, answers), np.float32)


def test_what_all_answers_begin_with_is_the_opening() -> None:
    assert FRUIT.opening == (1, 2)
    assert Answers(((1, 2, END),)).opening == (1, 2)
    assert Answers(((1, END), (2, END))).opening == ()


def test_written_tokens_leave_the_answers_that_begin_so() -> None:
    assert FRUIT.left([]) == [0, 1, 2]
    assert FRUIT.left([1, 2, 4]) == [1, 2]
    assert FRUIT.left([1, 2, 3, 0, 0, 0]) == [0]  # padding behind the last choice
    assert FRUIT.following([0, 1, 2], 2) == {3: [0], 4: [1, 2]}


def test_a_token_weighs_as_much_as_all_answers_behind_it() -> None:
    shares = np.array([[0.4, 0.35, 0.25]], np.float32)
    weighed = Weighed(FRUIT, np.log(shares), prompt_length=3)
    scores = weighed(torch.tensor([[7, 1, 2]]), torch.zeros(1, 10))  # (1, 10)
    assert scores[0, [3, 4]].exp().tolist() == pytest.approx([0.04, 0.06], abs=1e-6)
    assert torch.isinf(scores).sum() == 8
    later = weighed(torch.tensor([[7, 1, 2, 4]]), torch.zeros(1, 10))
    assert later[0, [5, 6]].exp().tolist() == pytest.approx([0.035, 0.025], abs=1e-6)


def test_a_row_ends_where_one_answer_is_left() -> None:
    decided = Decided(Weighed(FRUIT, even(2, 3), prompt_length=3))
    rows = torch.tensor([[7, 1, 2, 3], [7, 1, 2, 4]])
    assert decided(rows, None).tolist() == [True, False]


def test_without_weights_the_model_decides_as_its_own_logits_do(model: QwenVL) -> None:
    parts = model._parts
    words = ['{"is": "a"}', '{"is": "m"}', '{"is": "z"}']
    turns = asked("red", "navy", "white")
    known = known_answers(parts.processor.tokenizer, words)
    inputs = with_opening(model_inputs(parts.processor, turns, BUDGET), known.opening)
    with torch.inference_mode():
        logits = parts.model(**inputs).logits[:, -1]
    tokens = [one[len(known.opening)] for one in known.tokens]
    wanted = logits[:, tokens].argmax(dim=1).tolist()
    assert model.choose(turns, words, even(3, 3), LIMITS) == wanted


def test_what_is_known_beforehand_can_outweigh_the_model(model: QwenVL) -> None:
    turns = asked("red", "navy")
    for sure in range(len(WORDS)):
        weights = even(2) - 1000
        weights[:, sure] = 0
        assert model.choose(turns, WORDS, weights, LIMITS) == [sure, sure]


def test_each_photo_of_a_batch_gets_the_answer_it_gets_alone(model: QwenVL) -> None:
    turns = asked("red", "navy", "white", "gold", "teal")
    together = model.choose(turns, WORDS, even(5), LIMITS)
    assert together == [model.choose([one], WORDS, even(1), LIMITS)[0] for one in turns]


def test_one_step_settles_answers_that_differ_in_their_next_token(
    model: QwenVL, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner, lengths = model._parts.model.generate, []

    def generate(**options: Any) -> Any:
        written = inner(**options)
        lengths.append(written.shape[1] - options["input_ids"].shape[1])
        return written

    monkeypatch.setattr(model._parts.model, "generate", generate)
    model.choose(asked("red"), ['{"is": "apple"}', '{"is": "fig"}'], even(1, 2), LIMITS)
    weights = np.array([[-1000, 0, -1, -1000]], np.float32)
    model.choose(asked("red"), WORDS, weights, LIMITS)  # pear and plum part at the second letter
    assert lengths == [1, 2]


def test_a_choice_that_takes_too_long_is_a_timeout(model: QwenVL) -> None:
    with pytest.raises(ModelTimeoutError, match="longer than 0 s"):
        model.choose(asked("red"), WORDS, even(1), ChatLimits(max_tokens=1, timeout_s=0.0))


def test_nothing_asked_is_nothing_chosen(model: QwenVL) -> None:
    assert model.choose([], WORDS, even(0), LIMITS) == []
