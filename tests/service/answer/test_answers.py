"""An answer always comes: without a model, with one that is down, slow, half-way or mute."""

import threading
from collections.abc import Iterator, Sequence

import pytest

from service.answer.answers import MAX_SENTENCES, AnswerWriter
from service.answer.background import Background
from service.answer.types import FACTS_WRITER, Answer, AnswerDelta, Mode
from tests.service.answer.shop import (
    FailingModel,
    HangingModel,
    SayingModel,
    choice,
    request,
)
from vision.errors import ModelError, ModelTimeoutError, ModelUnavailableError
from vision.types import ChatLimits, ChatMessage

FACTS = AnswerWriter().answer(request())
VERDICT = "“Aero Wool Jacket” [1] is the closest match."
MODES: tuple[Mode, ...] = ("structured", "prose")


def test_the_deltas_are_the_text() -> None:
    for writer in (
        AnswerWriter(),
        AnswerWriter(SayingModel(choice(2))),
        AnswerWriter(SayingModel("[1] is blue. [2] is red."), "prose"),
    ):
        *deltas, last = writer.stream(request())
        assert isinstance(last, Answer)
        assert "".join(one.text for one in deltas if isinstance(one, AnswerDelta)) == last.text


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "model",
    [
        FailingModel(),
        FailingModel(error=ModelTimeoutError("slow")),
        FailingModel(error=ModelError("other")),
        FailingModel(error=RuntimeError("a bug in an adapter")),
        SayingModel(""),
        SayingModel("[2] is wool. I cannot help."),
    ],
)
def test_a_model_that_gives_nothing_leaves_the_facts(model: SayingModel, mode: Mode) -> None:
    answer = AnswerWriter(model, mode).answer(request())
    assert answer.text == FACTS.text
    assert (answer.writer, answer.pick, answer.cheapest) == (FACTS_WRITER, "aero", "bora")


@pytest.mark.parametrize("mode", MODES)
def test_a_model_that_hangs_is_not_waited_for(mode: Mode) -> None:
    model = HangingModel()
    answer = AnswerWriter(model, mode, ChatLimits(timeout_s=0.05)).answer(request())
    assert not model.released.is_set()
    assert answer.text == FACTS.text
    model.released.set()


def test_prose_is_kept_sentence_by_sentence_and_completed() -> None:
    said = "[1] is blue. [1] has 5 stars. [2] is $30.10 cheaper than [1]. Buy now!"
    answer = AnswerWriter(SayingModel(said), "prose").answer(request())
    assert answer.text.startswith(
        "“Aero Wool Jacket” [1] is the closest match. [1] is blue. [2] is"
    )
    assert "stars" not in answer.text
    assert "[1] costs $120.00 at North." in answer.text
    assert answer.text.endswith("Our pick is “Aero Wool Jacket” [1]: it is the closest match.")
    assert (answer.writer, answer.checked, answer.dropped) == ("saying", 4, 2)


def test_what_the_model_has_said_is_not_said_again() -> None:
    said = "[1] costs $120.00. I recommend [1]."
    text = AnswerWriter(SayingModel(said), "prose").answer(request()).text
    assert text.count("$120.00") == 1
    assert "Our pick" not in text


def test_a_model_that_repeats_itself_is_heard_once() -> None:
    answer = AnswerWriter(SayingModel("[1] is blue. " * 50), "prose").answer(request())
    assert answer.text.count("[1] is blue.") == 1
    assert answer.checked == MAX_SENTENCES


def test_a_model_that_fails_half_way_is_finished_by_the_facts() -> None:
    answer = AnswerWriter(FailingModel("[2] is red. [1] is"), "prose").answer(request())
    assert "[2] is red. [1] costs $120.00 at North." in answer.text
    assert answer.text.endswith("it is the closest match.")
    assert answer.writer == "failing"


def test_a_sentence_leaves_while_the_model_still_writes() -> None:
    more = threading.Event()

    class Waiting(SayingModel):
        def stream(self, messages: Sequence[ChatMessage], limits: ChatLimits) -> Iterator[str]:
            yield "[1] is blue. "
            more.wait(5)
            yield "[2] is red."

    stream = AnswerWriter(Waiting(""), "prose").stream(request())
    assert next(stream) == AnswerDelta(VERDICT)
    assert next(stream) == AnswerDelta(" [1] is blue.")
    more.set()
    assert next(stream) == AnswerDelta(" [2] is red.")


def test_hanging_calls_take_a_bounded_number_of_threads() -> None:
    before = threading.active_count()
    model = HangingModel()
    writer = AnswerWriter(model, "structured", ChatLimits(timeout_s=0.01), places=2)
    for _ in range(12):
        assert writer.answer(request()).writer == FACTS_WRITER
        assert threading.active_count() <= before + 2
    model.released.set()


def test_a_place_is_free_again_after_a_call() -> None:
    background = Background(places=1)
    for _ in range(5):
        assert list(background.pieces(lambda: ["a", "b"], 5)) == ["a", "b"]
        _settle(background)
    with pytest.raises(ModelUnavailableError, match="ValueError"):
        list(background.pieces(lambda: int("x") or [], 5))
    _settle(background)
    with pytest.raises(ModelUnavailableError, match="TypeError"):
        list(background.pieces(lambda: [None], 5))  # type: ignore[list-item]
    _settle(background)
    assert list(background.pieces(lambda: ["a"], 5)) == ["a"]


def test_an_endless_writer_ends_at_the_deadline_and_when_nobody_reads() -> None:
    background = Background(places=1)

    def endless() -> Iterator[str]:
        while True:
            yield "a"

    with pytest.raises(ModelTimeoutError):
        for _ in background.pieces(endless, 0.05):
            pass
    _settle(background)
    reader = background.pieces(endless, 5)
    assert next(reader) == "a"
    reader.close()
    _settle(background)


def _settle(background: Background) -> None:
    """Waits until the place is free; fails where it stays taken."""
    assert background._free.acquire(timeout=5)
    background._free.release()
