"""Yes or no on pairs of pictures, by tiny Qwen-VLs and by stand-ins."""

import math
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from tests.fakes import picture
from tests.vision.tiny_qwen import FAMILIES, write_tiny_qwen
from vision.compute import ComputeOptions
from vision.errors import ModelTimeoutError
from vision.protocols import Reranker
from vision.qwen_inputs import PixelBudget, model_inputs
from vision.qwen_reranker import QUESTION, QwenReranker, YesNoModel
from vision.qwen_vl import QwenVL
from vision.qwen_yes_no import yes_against_no
from vision.types import ChatLimits, ChatMessage

PHOTO = picture("red", (80, 60))
PICTURES = [picture("red", (64, 64)), picture("green", (90, 40)), picture("blue", (128, 128))]
LIMITS = ChatLimits(max_tokens=1, timeout_s=30)


@pytest.fixture(scope="module", params=FAMILIES)
def qwen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> QwenVL:
    folder: Path = tmp_path_factory.mktemp("models") / f"tiny-{request.param}"
    write_tiny_qwen(folder, request.param)
    compute = ComputeOptions(device="cpu", batch_size=2)  # so that three pairs are two chunks
    return QwenVL(str(folder), compute, PixelBudget(64 * 64, 128 * 128))


class Sure:
    """Gives the log-odds that it is told to."""

    name = "sure"

    def __init__(self, *odds: float) -> None:
        self.odds = list(odds)
        self.asked: list[Sequence[ChatMessage]] = []

    def yes_log_odds(
        self, conversations: Sequence[Sequence[ChatMessage]], limits: ChatLimits
    ) -> list[float]:
        self.asked += conversations
        return self.odds


def test_scores_are_probabilities_of_yes() -> None:
    model = Sure(0.0, math.log(3), -1e9)
    typed: Reranker = QwenReranker(model)
    assert typed.score(PHOTO, PICTURES).tolist() == pytest.approx([0.5, 0.75, 0.0], abs=1e-6)
    assert typed.name == "sure"


def test_each_pair_is_the_photo_then_the_picture_then_the_question() -> None:
    model = Sure(0, 0, 0)
    QwenReranker(model).score(PHOTO, PICTURES)
    assert [turns[0].parts for turns in model.asked] == [(PHOTO, one, QUESTION) for one in PICTURES]


def test_a_pair_in_a_chunk_gets_the_score_that_it_gets_alone(qwen: QwenVL) -> None:
    assert isinstance(qwen, YesNoModel)
    reranker = QwenReranker(qwen, LIMITS)
    together = reranker.score(PHOTO, PICTURES).tolist()
    alone = [float(reranker.score(PHOTO, [one])[0]) for one in PICTURES]
    assert together == pytest.approx(alone, abs=1e-4)
    assert len(set(together)) == 3, "the model does not look at its pictures"


def test_no_pairs_ask_nothing(qwen: QwenVL) -> None:
    assert QwenReranker(qwen, LIMITS).score(PHOTO, []).shape == (0,)


def test_the_odds_are_those_of_the_next_token(qwen: QwenVL) -> None:
    turns = [ChatMessage("user", (PHOTO, PICTURES[0], QUESTION))]
    inputs = model_inputs(qwen._parts.processor, [turns], qwen._pixels)
    with torch.inference_mode():
        logits = qwen._parts.model(**inputs).logits[0, -1]
    # every byte is a token of the tiny models: y and Y against n and N
    ids = [qwen._parts.processor.tokenizer.convert_tokens_to_ids(one) for one in "yYnN"]
    shares = logits.softmax(dim=0)[ids].tolist()
    wanted = math.log((shares[0] + shares[1]) / (shares[2] + shares[3]))
    assert qwen.yes_log_odds([turns], LIMITS) == pytest.approx([wanted], abs=1e-3)


def test_small_and_capital_yes_count_together() -> None:
    def tokenizer(word: str, add_special_tokens: bool) -> dict[str, list[int]]:
        assert not add_special_tokens
        return {"input_ids": [["yes", "Yes", "no", "No"].index(word)]}

    logits = torch.log(torch.tensor([[0.3, 0.3, 0.1, 0.1, 0.2]]))
    assert yes_against_no(logits, tokenizer) == pytest.approx([math.log(3)])


def test_pairs_that_take_too_long_are_a_timeout(qwen: QwenVL) -> None:
    with pytest.raises(ModelTimeoutError, match="longer than 0 s"):
        QwenReranker(qwen, ChatLimits(max_tokens=1, timeout_s=0.0)).score(PHOTO, PICTURES)


def test_answers_are_written_as_before_on_the_same_model(qwen: QwenVL) -> None:
    question = [ChatMessage("user", (PHOTO, "What is it?"))]
    before = qwen.complete(question, ChatLimits(8, 30))
    QwenReranker(qwen, LIMITS).score(PHOTO, PICTURES)
    assert qwen.complete(question, ChatLimits(8, 30)) == before
