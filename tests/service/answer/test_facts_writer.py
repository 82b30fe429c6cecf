"""The writer without a model says what is known, in six languages, whatever is missing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import AVAILABILITIES, Offer, Price, Product
from service.answer.answers import AnswerWriter
from service.answer.facts import MAX_PRODUCTS, comparable
from service.answer.languages import LANGUAGES
from service.answer.types import FACTS_WRITER, Citation
from tests.fakes import offer, product
from tests.service.answer.shop import CIRRUS, matches, request

WRITER = AnswerWriter()


def test_the_shop_s_answer_in_english() -> None:
    answer = WRITER.answer(request())
    assert answer.text == (
        "“Aero Wool Jacket” [1] is the closest match. [1] agrees with what you are looking for in"
        " kind, colour, and material. [1] costs $120.00 at North. Prices for [1] run from $120.00"
        " at North to $129.50 at South, a difference of $9.50. [1] is on sale: it cost $150.00"
        " before, which saves $30.00. A further match is “Bora Rain Jacket” [2]. [2] costs $89.90"
        " at North. A further match is “Cirrus Parka” [3]. [3] costs $240.00 at South. [3] is out"
        " of stock. The cheapest of these in stock is “Bora Rain Jacket” [2] at $89.90. [2] costs"
        " $30.10 less than [1]. Our pick is “Aero Wool Jacket” [1]: it is the closest match."
    )
    assert (answer.pick, answer.cheapest, answer.writer) == ("aero", "bora", FACTS_WRITER)
    assert answer.citations[0] == Citation(1, "aero", "https://shop.example/aero")
    assert (answer.checked, answer.dropped, answer.language) == (0, 0, "en")


@pytest.mark.parametrize(
    ("verdict", "opening"),
    [
        ("same_product", "“Aero Wool Jacket” [1] is very probably the same product."),
        (
            "variant",
            "“Aero Wool Jacket” [1] is very probably the same product, perhaps in another variant.",
        ),
        ("similar", "“Aero Wool Jacket” [1] is the closest match; it may be another product."),
        (
            "not_in_catalogue",
            "None of these seems to be the product that you are looking for. The nearest",
        ),
        (None, "“Aero Wool Jacket” [1] is the closest match."),
    ],
)
def test_the_verdict_comes_first(verdict: str | None, opening: str) -> None:
    assert WRITER.answer(request(verdict=verdict)).text.startswith(opening)


def test_none_of_these_is_it_names_no_pick() -> None:
    answer = WRITER.answer(request(verdict="not_in_catalogue"))
    assert (answer.pick, answer.cheapest) == (None, None)
    assert "pick" not in answer.text
    assert "cheapest" not in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_match_is_said_in_every_language(language: str) -> None:
    answer = WRITER.answer(request((), language=language))
    assert answer.text
    assert (answer.pick, answer.citations, answer.language) == (None, (), language)


def test_nothing_in_stock_is_said() -> None:
    assert WRITER.answer(request((CIRRUS,))).text.endswith("None of these is in stock.")


def test_prices_in_two_currencies_are_compared_within_one() -> None:
    shop = [product(name, offers=(offer("", price),))
            for name, price in (("x", "10 USD"), ("y", "1 EUR"), ("z", "9 USD"))]  # fmt: skip
    text = WRITER.answer(request(shop, caption=None)).text
    assert "among prices in USD, is “Title of z” [3] at $9.00" in text
    assert "[3] costs $1.00 less than [1]." in text


OFFERS = st.builds(
    Offer,
    merchant=st.sampled_from(["", "North", "a" * 99, "<b>x</b>"]),
    price=st.none()
    | st.builds(
        Price,
        st.decimals(0, 10_000, allow_nan=False, places=2),
        st.sampled_from(["USD", "EUR", "JPY"]),
    ),
    regular_price=st.none()
    | st.builds(Price, st.decimals(0, 10_000, allow_nan=False, places=2), st.just("USD")),
    availability=st.sampled_from([*AVAILABILITIES, "unheard_of"]),
    link=st.text(max_size=20),
)
PRODUCTS = st.builds(
    Product,
    id=st.uuids().map(str),
    group=st.just("g"),
    title=st.text(max_size=120),
    brand=st.text(max_size=20),
    color=st.sampled_from(["", "blue", "red", "grey"]),
    category=st.sampled_from(["", "Women > Jackets"]),
    offers=st.lists(OFFERS, max_size=3, unique_by=lambda one: one.merchant).map(tuple),
)


@given(
    products=st.lists(PRODUCTS, max_size=7, unique_by=lambda one: one.id),
    language=st.sampled_from(LANGUAGES),
    verdict=st.sampled_from([None, "same_product", "variant", "similar", "not_in_catalogue"]),
)
def test_any_catalogue_gives_an_answer_whose_every_figure_is_cited(
    products: list[Product], language: str, verdict: str | None
) -> None:
    answer = WRITER.answer(request(products, language=language, verdict=verdict))
    assert answer.text.strip()
    assert "{" not in answer.text
    assert not re.search(r"[<>\x00-\x1f\u200b\u202e]", answer.text)
    assert {one.ref for one in answer.citations} <= set(range(1, len(products) + 1))
    told = [match.product for match in comparable(matches(products))[:MAX_PRODUCTS]]
    in_stock = {one.id for one in told if one.offers
                and any(each.availability == "in_stock" for each in one.offers)}  # fmt: skip
    if answer.pick and in_stock:
        assert answer.pick in in_stock
