"""True sentences leave, false ones do not, and every reason for it is tested alone."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answer.facts import facts_of
from service.answer.grounding import MAX_SENTENCE_CHARACTERS, Checker
from service.answer.languages import LANGUAGES, language_for
from tests.fakes import offer, product
from tests.service.answer.good_sentences import GOOD, HELD_OUT
from tests.service.answer.lies import LIES, PRICES, price_lies
from tests.service.answer.shop import request

CHECKERS = {code: Checker(facts_of(request()), language_for(code)) for code in LANGUAGES}


@pytest.mark.parametrize(("table", "share"), [(GOOD, 0.85), (HELD_OUT, 0.75)])
def test_most_good_sentences_leave(table: dict[str, tuple[str, ...]], share: float) -> None:
    left = [CHECKERS[code].check(one).may_leave for code, said in table.items() for one in said]
    assert sum(left) >= share * len(left)
    assert set(table) == set(LANGUAGES)


@pytest.mark.parametrize(
    "sentence",
    [
        "[1] costs $120.00.",
        "“Aero Wool Jacket” [1] costs $120.00 at North and $129.50 at South.",
        "[1] is blue, while [2] is red.",
        "Both [2] and [3] are by Kestrel.",
        "[2] is $30.10 cheaper than [1].",
        "[2] is 25% cheaper than [1].",
        "[1] is $30.10 more expensive than [2].",
        "[1] was $150.00 and now costs $120.00.",
        "[1] is 20% off.",
        "[2] is the cheapest.",
        "[3] is the most expensive and out of stock.",
        "[1] has the same colour.",
        "I recommend [1].",
        "Here are the best matches.",
    ],
)
def test_a_true_sentence_leaves(sentence: str) -> None:
    judged = CHECKERS["en"].check(sentence)
    assert judged.may_leave, judged.problem
    assert judged.text == sentence


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_false_sentence_leaves(code: str) -> None:
    prices = [lie for seed in range(20) for lie in price_lies(random.Random(seed))]
    left = [lie for lie in (*LIES, *prices) if CHECKERS[code].check(lie).may_leave]
    assert not left
    assert len(PRICES) >= 10


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("[1] costs $89.90.", "not the price of [1]: 89.90"),
        ("[1] costs $129.50 at North.", "not the price of [1] at north"),
        ("[1] is red.", "[1] is not red"),
        ("[1] and [2] are blue.", "[2] is not blue"),
        ("[2] is the closest match.", "[2] is not closest"),
        ("[1] is waterproof.", "neither a fact nor harmless: waterproof."),
        ("Bora Rain Jacket [1] is blue.", "neither a fact nor harmless: Bora"),
        ("It costs $120.00.", "says something and cites nothing"),
        ("Here is [1].", "cites and says nothing"),
        ("[1] is cheaper than [2].", "[1] does not cost less than [2]"),
        ("[2] is cheaper than [1] and [3].", "a comparison is between two products"),
        ("[2] is $30.00 cheaper than [1].", "not the difference: $30.00"),
        ("Than [1] cheaper is [2].", "a comparison that cannot be read"),
        ("Both [1] and blue.", "'both' of one product"),
        ("[2] was $89.90.", "no such price before a sale of [2]"),
        ("[1] is 25% off.", "not the discount of [1]: 25%"),
        ("[1] is in stock at South.", "[1]: stock or sale at another shop"),
        ("...", "empty"),
        ("[1] is blue and " * 40, "too long"),
    ],
)
def test_a_dropped_sentence_says_why(sentence: str, problem: str) -> None:
    judged = CHECKERS["en"].check(sentence)
    assert judged.problem == problem
    assert not judged.may_leave


def test_a_value_that_makes_a_claim_is_not_a_fact() -> None:
    values = ("free shipping", "5 stars", "best", "thirty dollars", "not leather", "包邮", "一折")
    for value in values:
        sold = product("x", title="Mug", color=value, offers=(offer("", "34.00 USD"),))
        checker = Checker(facts_of(request((sold,))), language_for("en"))
        assert not checker.check(f"[1] is {value}.").may_leave


def test_only_known_columns_and_no_description_are_facts() -> None:
    sold = product("x", title="Mug", description="waterproof", attributes={"note": "vegan"})
    checker = Checker(facts_of(request((sold,))), language_for("en"))
    assert not checker.check("[1] is waterproof.").may_leave
    assert not checker.check("[1] is vegan.").may_leave


@pytest.mark.parametrize("code", LANGUAGES)
@given(sentence=st.text(max_size=2 * MAX_SENTENCE_CHARACTERS))
def test_the_checker_never_raises_and_never_lets_out_what_it_did_not_read(
    code: str, sentence: str
) -> None:
    judged = CHECKERS[code].check(sentence)
    if judged.may_leave:
        assert len(judged.text) <= MAX_SENTENCE_CHARACTERS
        assert not set(judged.text) & set("<>{}|`@/\\\u200b\u202e")


@given(figure=st.decimals(0, 10_000, allow_nan=False, places=2), ref=st.integers(1, 3))
def test_no_figure_leaves_but_the_product_s_own(figure: object, ref: int) -> None:
    own = {1: "120.00", 2: "89.90", 3: "240.00"}
    judged = CHECKERS["en"].check(f"[{ref}] costs ${figure}.")
    assert judged.may_leave == (str(figure) == own[ref])
