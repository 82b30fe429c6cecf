"""A model chooses by number and code; what is not true of its product is not written."""

import pytest

from service.answer.answers import AnswerWriter
from service.answer.structured import parse_choice
from service.answer.types import FACTS_WRITER, Answer
from tests.service.answer.shop import CIRRUS, SayingModel, choice, request


def answered(reply: str, **fields: object) -> Answer:
    return AnswerWriter(SayingModel(reply)).answer(request(**fields))


@pytest.mark.parametrize(
    "reply",
    [
        '{"pick": 2, "order": [2, 1], "reasons": []}',
        '```json\n{"pick": 2}\n```',
        '<think>{"pick": 1}</think>\n{"pick": 2}',
        'Sure! {"pick": 2} I hope that this helps {"pick": 1}',
        '{"pick": "2", "extra": true}',
        '{"pick": 2, "reasons": [{"ref": 2, "codes": ["cheap',
        'wrong {"pick": "x"} then {"pick": 2}',
    ],
)
def test_a_choice_is_found_in_what_models_write(reply: str) -> None:
    found = parse_choice(reply)
    assert found is not None
    assert found.pick == 2


@pytest.mark.parametrize(
    "reply",
    ["", "null", "[1]", "{", "{}", '{"pick": null}', '{"pick": {"a": 1}}', "{" * 9_000,
     "<think>never closed {\"pick\": 1}", '{"pick": 1e400}', "\ud800"],
)  # fmt: skip
def test_what_is_no_choice_gives_none(reply: str) -> None:
    assert parse_choice(reply) is None
    assert answered(reply).writer == FACTS_WRITER


def test_the_model_s_pick_is_written_by_code() -> None:
    answer = answered(choice(2, (2, ("cheapest",), "a red nylon jacket"), order=[2, 3]))
    assert answer.pick == "bora"
    assert answer.cheapest == "bora"
    assert answer.writer == "saying"
    assert "[2] a red nylon jacket." in answer.text
    assert answer.text.endswith("Our pick is “Bora Rain Jacket” [2]: it is the cheapest in stock.")
    assert (answer.checked, answer.dropped) == (2, 0)


@pytest.mark.parametrize("pick", [3, 4, 0, -1, 10**30])
def test_a_pick_that_is_not_acceptable_is_not_taken(pick: int) -> None:
    answer = answered(choice(pick))
    assert (answer.pick, answer.writer, answer.dropped) == ("aero", FACTS_WRITER, 1)


def test_a_code_that_is_not_true_is_not_written() -> None:
    codes = ("cheapest", "same_product", "same_brand", "on_sale", "unheard_of")
    text = answered(choice(1, (1, codes, ""), (3, codes, ""))).text
    assert text.endswith("Our pick is “Aero Wool Jacket” [1]: it is on sale.")
    assert "About [3]" not in text


def test_true_codes_of_a_product_beside_the_pick_are_written() -> None:
    text = answered(choice(1, (2, ("in_stock", "cheapest"), ""))).text
    assert "About [2]: it is the cheapest in stock and it is in stock." in text


@pytest.mark.parametrize(
    "note",
    ["costs 120 dollars", "thirty dollars", "waterproof", "blue", "see evil.example", "[1] is red",
     "best seller", "our pick", "only $89.90", "x" * 500],
)  # fmt: skip
def test_a_note_that_cannot_be_shown_is_dropped(note: str) -> None:
    answer = answered(choice(1, (2, (), note)))
    assert (answer.checked, answer.dropped) == (2, 1)
    assert answer.text.count(note) == AnswerWriter().answer(request()).text.count(note)


def test_the_order_is_the_model_s_and_the_best_match_stays_first() -> None:
    text = answered(choice(1, order=[3, 2, 1, 7])).text
    assert text.index("[1]") < text.index("“Cirrus Parka” [3]") < text.index("“Bora Rain Jacket”")


def test_the_model_gets_a_schema_of_these_references_and_no_scores() -> None:
    model = SayingModel(choice(1))
    AnswerWriter(model).answer(request())
    [schema] = model.schemas
    assert schema is not None
    assert schema["properties"]["pick"]["enum"] == [1, 2]  # type: ignore[index]
    said = str(model.asked[0][1].parts[0])
    assert '"price": "$120.00"' in said
    assert "score" not in said


def test_a_model_is_not_asked_where_nothing_can_be_picked() -> None:
    model = SayingModel(choice(1))
    for asked in (request(()), request(verdict="not_in_catalogue")):
        assert AnswerWriter(model).answer(asked).writer == FACTS_WRITER
    assert not model.asked


def test_with_nothing_in_stock_only_the_best_match_can_be_picked() -> None:
    model = SayingModel(choice(1))
    answer = AnswerWriter(model).answer(request((CIRRUS, CIRRUS)))
    assert answer.text.endswith("None of these is in stock.")
