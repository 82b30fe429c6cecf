"""Whoever writes, no unsupported claim leaves: judged by an oracle that is not the checker."""

import dataclasses
import random
from collections import Counter

import pytest

from service.answer.answers import AnswerWriter
from service.answer.types import FACTS_WRITER, Answer
from tests.service.answer.lies import LIES, PRICES, liars, price_lies
from tests.service.answer.oracle import malformed, unsupported
from tests.service.answer.shop import SayingModel, request
from vision.types import ChatLimits

LANGUAGES = ("en", "de", "fr", "es", "zh-Hans", "zh-Hant")
LIMITS = ChatLimits(timeout_s=0.04)
PATIENT = ChatLimits(timeout_s=20)


def test_a_thousand_lying_answers_hold_no_unsupported_claim() -> None:
    kinds: Counter[str] = Counter()
    for place, liar in enumerate(liars(1_000, seed=20_261_124)):
        limits = LIMITS if liar.kind == "hanging" else PATIENT
        writer = AnswerWriter(liar.model, liar.mode, limits)
        pieces = list(
            writer.stream(request(language=liar.language or LANGUAGES[place % len(LANGUAGES)]))
        )
        answer = pieces[-1]
        assert not malformed(pieces), (liar, answer)
        assert isinstance(answer, Answer)
        assert not unsupported(answer, liar.lies), (liar, answer)
        kinds[liar.kind] += 1
    assert len(kinds) == 13
    assert min(kinds.values()) >= 75


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lie", LIES)
def test_no_lie_leaves_in_any_language(lie: str, language: str) -> None:
    answer = AnswerWriter(SayingModel(lie), "prose", PATIENT).answer(request(language=language))
    assert not unsupported(answer, [lie])
    assert answer.writer == FACTS_WRITER
    assert answer.checked == answer.dropped


@pytest.mark.parametrize("place", range(len(PRICES)))
def test_no_notation_hides_an_invented_price(place: int) -> None:
    lie = price_lies(random.Random(place))[place]
    answer = AnswerWriter(SayingModel(lie), "prose", PATIENT).answer(request())
    assert not unsupported(answer, [lie])
    assert answer.writer == FACTS_WRITER


def test_the_oracle_itself_sees_every_kind_of_lie() -> None:
    answer = AnswerWriter().answer(request())
    assert not unsupported(answer)
    seen = [lie for lie in LIES if unsupported(_saying(answer, lie))]
    assert len(seen) >= 0.9 * len(LIES)  # the rest is seen by the list of lies alone
    assert all(unsupported(_saying(answer, lie), [lie]) for lie in LIES)


def _saying(answer: Answer, text: str) -> Answer:
    return dataclasses.replace(answer, text=f"{answer.text} {text}")
