"""Lists in English and Chinese, taken apart against the words of a small shop."""

from decimal import Decimal

import pytest

from index.types import Price
from service.errors import RequestError
from service.search.catalogue_words import vocabulary_of
from service.shopping.splitting import split_text
from tests.fakes import offer, product

SHOP = vocabulary_of(
    [
        product("mug", title="Tall Mug", category="Home > Mugs", color="Blue"),
        product("bowl", title="Deep Bowl", category="Home > Bowls", color="Green"),
        product("vase", title="Slim Vase", offers=(offer("Kiln", "20.00 EUR"),)),
    ]
)


def read(text: str) -> list[tuple[int, str]]:
    return [(one.quantity, one.text) for one in split_text(text, SHOP).wanted]


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        (
            "two mugs, a green jacket and a yoga ball",
            [(2, "mugs"), (1, "green jacket"), (1, "yoga ball")],
        ),
        ("3 apples", [(3, "apples")]),
        ("a dozen eggs; half a dozen plates", [(12, "eggs"), (6, "plates")]),
        ("two dozen eggs and twenty-five glasses", [(24, "eggs"), (25, "glasses")]),
        ("I need 2x mugs\n- bowls x3\n- a lamp", [(2, "mugs"), (3, "bowls"), (1, "lamp")]),
        ("1. mugs (2)\n2. lamps", [(2, "mugs"), (1, "lamps")]),
        ("a couple of mugs and a pair of shoes", [(2, "mugs"), (1, "shoes")]),
        ("mug and bowl", [(1, "mug"), (1, "bowl")]),
        ("apples and oranges", [(1, "apples"), (1, "oranges")]),
        ("a salt and pepper mill", [(1, "salt and pepper mill")]),
        ("a black and white mug", [(1, "black and white mug")]),
        ("two mugs, no blue, and a lamp, please", [(2, "mugs no blue"), (1, "lamp")]),
        ("500 ml bottle, 12 inch pan", [(1, "500 ml bottle"), (1, "12 inch pan")]),
        ("3-seat sofa, 2 in 1 blender", [(1, "3-seat sofa"), (1, "2 in 1 blender")]),
        ("please", []),
    ],
)
def test_english_lists(text: str, entries: list[tuple[int, str]]) -> None:
    assert read(text) == entries


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("两个杯子", [(2, "杯子")]),
        ("我要两个杯子和一个台灯，三把椅子", [(2, "杯子"), (1, "台灯"), (3, "椅子")]),
        ("杯子、台灯和碗", [(1, "杯子"), (1, "台灯"), (1, "碗")]),
        ("一打杯子，半打碗", [(12, "杯子"), (6, "碗")]),
        ("十二個杯子與3條毛巾", [(12, "杯子"), (3, "毛巾")]),
        ("三明治和一次性杯子", [(1, "三明治"), (1, "一次性杯子")]),
        ("黑色和白色的杯子", [(1, "黑色和白色的杯子")]),
        ("和服", [(1, "和服")]),
        ("一个四人帐篷", [(1, "四人帐篷")]),
    ],
)
def test_chinese_lists(text: str, entries: list[tuple[int, str]]) -> None:
    assert read(text) == entries


@pytest.mark.parametrize(
    ("text", "amount", "entries"),
    [
        ("a mug and a bowl under 60 dollars", "60.00", ["mug", "bowl"]),
        ("budget $45.50: a mug, a bowl", "45.50", ["mug", "bowl"]),
        ("a mug, a bowl, 80 dollars in total", "80.00", ["mug", "bowl"]),
        ("两个杯子，预算200元", "200.00", ["杯子"]),
        ("预算是200元，一个碗", "200.00", ["碗"]),
        (
            "a mug under 10 dollars, a bowl under 20 dollars, budget 25 dollars",
            "25.00",
            ["mug under 10 dollars", "bowl under 20 dollars"],
        ),
        (
            "a mug under 10 dollars, a bowl under 20 dollars",
            None,
            ["mug under 10 dollars", "bowl under 20 dollars"],
        ),
        ("four mugs under 8 dollars each", None, ["mugs under 8 dollars"]),
        ("a mug over 20 dollars", None, ["mug over 20 dollars"]),
    ],
)
def test_a_price_for_all_is_the_budget_and_others_stay_with_their_entry(
    text: str, amount: str | None, entries: list[str]
) -> None:
    found = split_text(text, SHOP)
    assert (found.budget and str(found.budget.amount)) == amount
    assert [one.text for one in found.wanted] == entries


@pytest.mark.parametrize(
    ("text", "people", "is_theme", "words"),
    [
        ("a picnic for four under 60 dollars", 4, True, "picnic"),
        ("预算200元，四个人的野餐", 4, True, "野餐"),
        ("供6人的野餐", 6, True, "野餐"),
        ("everything for a tea party", None, True, "everything for a tea party"),
        ("a raclette for six people", 6, True, "raclette"),
        ("a mug for two", 2, False, "mug"),
        ("a picnic basket", None, False, "picnic basket"),
        ("a laptop", None, False, "laptop"),
        ("a tent for four, two mugs", None, False, "tent for four"),
    ],
)
def test_people_are_read_and_occasions_told_from_things(
    text: str, people: int | None, is_theme: bool, words: str
) -> None:
    found = split_text(text, SHOP)
    assert found.people == people
    assert found.is_theme == is_theme
    assert found.wanted[0].text == words
    assert found.wanted[0].quantity == 1


@pytest.mark.parametrize("text", ["0 mugs", "1000 mugs", "一万个杯子"])
def test_a_quantity_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(RequestError, match="allowed are whole numbers from 1 to 999"):
        split_text(text, SHOP)


def test_a_budget_in_foreign_money_is_refused_not_forgotten() -> None:
    with pytest.raises(RequestError, match=r"under 60 yen.*USD, EUR"):
        split_text("a mug under 60 yen", SHOP)
    assert split_text("a mug under 60 euros", SHOP).budget == Price(
        amount=Decimal("60.00"), currency="EUR"
    )


def test_a_long_text_is_refused_with_its_length() -> None:
    with pytest.raises(RequestError, match="100,000 characters; at most 2,000"):
        split_text("x" * 100_000, SHOP)
