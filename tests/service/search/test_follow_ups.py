"""Follow-ups taken apart: what they point at, what they wish, what they ask."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.types import NO_FILTERS
from service.search.follow_ups import follow_up, item_names
from service.search.references import Reference, resolved
from tests.fakes import offer, product
from tests.service.search.shop import VOCABULARY

ITEMS = (item_names("shoe", "red running shoe"), item_names("bag", "leather bag"))


@pytest.mark.parametrize(
    ("text", "position", "rest"),
    [
        ("the second one in black", 2, "in black"),
        ("the second in black", 2, "in black"),
        ("the 2nd one", 2, ""),
        ("third match, please", 3, ", please"),
        ("number 3", 3, ""),
        ("no. 3 but cheaper", 3, "but cheaper"),
        ("#2 in red", 2, "in red"),
        ("option two", 2, ""),
        ("the last one", -1, ""),
        ("I like the second one but in black", 2, "but in black"),
        ("第二个要黑色的", 2, "要黑色的"),
        ("第2款", 2, ""),
        ("第十二个", 12, ""),
        ("最后一个", -1, ""),
        ("第二个有黑色的吗", 2, "有黑色的吗"),
        ("does the second one come in black?", 2, "in black"),
    ],
)
def test_a_match_is_named_by_its_place(text: str, position: int, rest: str) -> None:
    found = follow_up(text, VOCABULARY)
    assert (found.kind, [one.position for one in found.references]) == ("one", [position])
    assert found.text.strip(" ,") == rest.strip(" ,")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("the cheapest", "cheapest"),
        ("最便宜的", "cheapest"),
        ("the most expensive one", "dearest"),
        ("the blue one", "colour"),
        ("蓝色的那个", "colour"),
        ("那个蓝色的", "colour"),
    ],
)
def test_a_match_is_named_by_what_it_is(text: str, kind: str) -> None:
    assert [one.kind for one in follow_up(text, VOCABULARY).references] == [kind]


@pytest.mark.parametrize("text", ["more like the third", "和第三个类似的", "像第三个那样的"])
def test_others_like_a_match_are_asked_for(text: str) -> None:
    assert follow_up(text, VOCABULARY).kind == "like"


@pytest.mark.parametrize("text", ["cheaper than the second one", "比第二个便宜"])
def test_a_match_may_be_what_a_price_is_compared_with(text: str) -> None:
    found = follow_up(text, VOCABULARY)
    assert (found.kind, found.is_cheaper, found.references[0].position) == ("change", True, 2)


@pytest.mark.parametrize(
    "text",
    [
        "cheaper", "便宜一点", "in black", "in black?", "no leather", "不要皮的", "only in stock",
        "under 40 dollars", "by Nike", "the first aid kit", "second hand shoes", "有黑色的吗",
        "is there a cheaper one?", "what about black", "有没有便宜一点的", "asdf qwer",
    ],
)  # fmt: skip
def test_a_wish_without_a_match_changes_the_search(text: str) -> None:
    found = follow_up(text, VOCABULARY)
    assert (found.kind, found.text, found.references) == ("change", text.rstrip("?"), ())


@pytest.mark.parametrize(
    ("text", "topic", "said"),
    [
        ("which of them is waterproof?", "words", ["waterproof"]),
        ("哪个防水?", "words", ["防水"]),
        ("防水吗", "words", ["防水"]),
        ("which is made of cotton?", "words", ["cotton"]),
        ("哪个是棉的？", "words", ["棉"]),
        ("is the second one in stock?", "stock", []),
        ("第二个有货吗", "stock", []),
        ("how much is the third?", "price", []),
        ("第二个多少钱", "price", []),
        ("what is the second one made of?", "material", []),
        ("第二个是什么颜色", "color", []),
        ("which brand is number 2?", "brand", []),
        ("compare the first and the third", "about", []),
    ],
)
def test_a_question_is_no_search(text: str, topic: str, said: list[str]) -> None:
    found = follow_up(text, VOCABULARY)
    assert found.kind == "question"
    assert found.question is not None
    assert topic in (found.question.topic, found.question.field)
    assert [one.said for one in found.question.wanted] == said


@pytest.mark.parametrize(
    ("text", "item", "rest"),
    [
        ("the bag in black", 1, "in black"),
        ("item 2 cheaper", 1, "cheaper"),
        ("in red", None, "in red"),
    ],
)
def test_an_item_of_the_photo_is_named(text: str, item: int | None, rest: str) -> None:
    found = follow_up(text, VOCABULARY, ITEMS)
    assert (found.item, found.text) == (item, rest)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("is it waterproof?", "words"),
        ("how much is that one?", "price"),
        ("what is it made of?", "material"),
        ("is that in stock?", "stock"),
        ("它防水吗", "words"),
        ("那个多少钱", "price"),
        ("這個有貨嗎", "stock"),
        ("它是什么颜色", "color"),
    ],
)
def test_a_pronoun_in_a_question_means_one_match(text: str, topic: str) -> None:
    found = follow_up(text, VOCABULARY)
    assert [one.kind for one in found.references] == ["mentioned"]
    assert found.question is not None
    assert topic in (found.question.topic, found.question.field)


@pytest.mark.parametrize(
    "text",
    [
        "which of them has a lid on it?", "are they waterproof?", "它们防水吗", "哪个有它的颜色",
        "these in stock?", "which is the one that is waterproof?", "does any of it float?",
    ],
)  # fmt: skip
def test_a_pronoun_beside_words_for_several_means_no_single_match(text: str) -> None:
    assert follow_up(text, VOCABULARY).references == ()


@pytest.mark.parametrize("text", ["make it blue", "it in black", "get it cheaper"])
def test_a_pronoun_in_a_wish_is_the_thing_that_was_searched(text: str) -> None:
    found = follow_up(text, VOCABULARY)
    assert (found.kind, found.references) == ("change", ())


@pytest.mark.parametrize(
    ("text", "wish", "is_of_mentioned"),
    [
        ("make it blue", "in blue", True),
        ("I want it in red", "in red", True),
        ("can you make it green?", "in green", True),
        ("can it be red?", "in red", True),
        ("it should be red under 40 dollars", "in red under 40 dollars", True),
        ("this one, but in black", "in black", True),
        ("ok, change its colour to black", "in black", True),
        ("does it come in black?", "in black", True),
        ("it in black", "in black", True),
        ("它换成蓝色的", "换成蓝色的", True),
        ("能把它改成黑色吗", "换成黑色吗", True),
        ("這個要紅色的", "换成紅色的", True),
        ("change the color to blue", "in blue", False),
        ("换成蓝色的", "换成蓝色的", False),
        ("把颜色换成红色", "换成红色", False),
        ("in black", "in black", False),
        ("want them in black", "want them in black", False),
        ("do any of these come in black?", "in black", False),
        ("make it waterproof", "make it waterproof", False),
    ],
)
def test_a_wish_for_another_colour_says_whether_it_is_of_one_match(
    text: str, wish: str, is_of_mentioned: bool
) -> None:
    found = follow_up(text, VOCABULARY)
    assert (found.kind, found.text, found.references) == ("change", wish, ())
    assert found.is_of_mentioned is is_of_mentioned


@pytest.mark.parametrize("text", ["show me that black dress", "I want that green jacket"])
def test_a_demonstrative_before_a_named_thing_is_no_match(text: str) -> None:
    assert not follow_up(text, VOCABULARY).is_of_mentioned


@pytest.mark.parametrize(
    "text", ["is it blue?", "what colour is it?", "它是红色的吗", "is this red?"]
)
def test_a_question_about_the_colour_is_no_wish(text: str) -> None:
    assert follow_up(text, VOCABULARY).kind == "question"


def test_a_named_place_counts_before_a_pronoun() -> None:
    found = follow_up("is the second one waterproof, or is it not?", VOCABULARY)
    assert [(one.kind, one.position) for one in found.references] == [("position", 2)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("the cheaper one", "cheaper"),
        ("便宜的那个", "cheaper"),
        ("is the more expensive one in stock?", "dearer"),
        ("贵的那个有货吗", "dearer"),
    ],
)
def test_one_of_two_is_named_by_its_price(text: str, kind: str) -> None:
    assert [one.kind for one in follow_up(text, VOCABULARY).references] == [kind]


def test_what_was_spoken_of_decides_what_a_pronoun_means() -> None:
    shown = [product(name, offers=(offer(price=f"{price}.00 USD"),))
             for name, price in (("a", 30), ("b", 10), ("c", 20))]  # fmt: skip
    it, cheaper = Reference(0, 1, "mentioned"), Reference(0, 1, "cheaper")
    assert resolved(it, shown, NO_FILTERS) == 0
    assert resolved(it, shown, NO_FILTERS, ("a", "c")) == 2
    assert resolved(it, shown, NO_FILTERS, ("gone",)) == 0
    assert resolved(it, [], NO_FILTERS, ("a",)) is None
    assert resolved(cheaper, shown, NO_FILTERS, ("a", "c")) == 2
    assert resolved(Reference(0, 1, "dearer"), shown, NO_FILTERS, ("b", "c")) == 2
    assert resolved(cheaper, shown, NO_FILTERS) == 1


def test_references_find_their_product_or_none() -> None:
    shown = [
        product("a", color="Red", offers=(offer(price="30.00 USD"),)),
        product("b", color="Sky Blue", offers=(offer(price="10.00 USD"),)),
        product("c", color="Black", offers=(offer(price="2.00 EUR"),)),
    ]
    pointed = {
        "cheapest": Reference(0, 1, "cheapest"),  # euros are not compared with dollars
        "dearest": Reference(0, 1, "dearest"),
        "last": Reference(0, 1, "position", -1),
        "fourth": Reference(0, 1, "position", 4),
        "blue": Reference(0, 1, "colour", families=frozenset({"blue"})),
        "green": Reference(0, 1, "colour", families=frozenset({"green"})),
    }
    found = {name: resolved(one, shown, NO_FILTERS) for name, one in pointed.items()}
    assert found == {
        "cheapest": 1, "dearest": 0, "last": 2, "fourth": None, "blue": 1, "green": None,
    }  # fmt: skip


WORDS = st.sampled_from([*"第二个比吗的", "the", "second", "one", "#", "3", "like", "which"])


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | st.lists(WORDS).map(" ".join))
def test_no_text_breaks_it(text: str) -> None:
    follow_up(text, VOCABULARY, ITEMS)
