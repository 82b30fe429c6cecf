"""Price words in several languages, and numbers that are no prices."""

from decimal import Decimal

import pytest

from index.types import PriceRange
from service.search.catalogue_words import vocabulary_of
from service.search.words import understand
from tests.fakes import offer, product
from tests.service.search.shop import read

MOST = {
    "under 50 dollars": "50",
    "cheaper than $40": "40",
    "less than US$ 1,200.50": "1200.50",
    "at most 1.200,50 $": "1200.50",
    "up to USD 30": "30",
    "no more than 30usd": "30",
    "max $20": "20",
    "$20 or less": "20",
    "50 dollars": "50",
    "for less than fifty dollars": "50",
    "under one hundred and twenty dollars": "120",
    "under twenty-five dollars": "25",
    "under one hundred and twenty-five dollars": "125",
    "moins de vingt-cinq dollars": "25",
    "a hundred bucks": "100",
    "under 50": "50",
    "a mug under 50 in white": "50",
    "my budget is 75": "75",
    "toys for kids under 50": "50",
    "shoes for men in size M under 30": "30",
    "< 15": "15",
    "50元以下": "50",
    "５０块以内": "50",
    "低于50元": "50",
    "不超过一百五十块": "150",
    "五十塊以內": "50",
    "預算兩百": "200",
    "1.5万元以下": "15000",
    "unter 50 Dollar": "50",
    "höchstens fünfzig dollar": "50",
    "menos de 50 dólares": "50",
    "mas barato que 50 $": "50",
    "moins de cinquante dollars": "50",
    "jusqu'à 50 $": "50",
    "under $1\u202f234": "1234",
}


@pytest.mark.parametrize(("text", "amount"), MOST.items())
def test_an_upper_end_is_read(text: str, amount: str) -> None:
    assert read(text).filters.price == PriceRange(None, Decimal(amount), "USD")


@pytest.mark.parametrize(
    ("text", "low", "high", "currency"),
    [
        ("between 20 and 30 €", "20", "30", "EUR"),
        ("between 20 and 30", "20", "30", "USD"),
        ("$20-$30", "20", "30", "USD"),
        ("from 20 to 30 euros", "20", "30", "EUR"),
        ("30 to 20 dollars", "20", "30", "USD"),
        ("100到200元之间", "100", "200", "USD"),
        ("zwischen 20 und 30 Euro", "20", "30", "EUR"),
        ("entre 20 y 30 euros", "20", "30", "EUR"),
        ("entre 20 et 30 €", "20", "30", "EUR"),
        ("around 50 dollars", "40", "60", "USD"),
        ("50美元左右", "40", "60", "USD"),
        ("over $20 and under $30", "20", "30", "USD"),
        ("at least $20", "20", None, "USD"),
        ("€20 and up", "20", None, "EUR"),
        ("50元以上", "50", None, "USD"),
    ],
)
def test_other_ranges_are_read(text: str, low: str, high: str | None, currency: str) -> None:
    wanted = PriceRange(Decimal(low), Decimal(high) if high else None, currency)
    assert read(text).filters.price == wanted


@pytest.mark.parametrize(
    "text",
    [
        "a lamp under 50 cm", "kids under 5", "more than 3 pockets", "at least two handles",
        "size 42", "under 50% cotton", "over 18 years", "iphone 15 max", "no. 5", "under 50mm",
        "from 5 to 10", "50厘米以下", "三块毛巾", "up to 6 people", "under 1,2,3",
        "a 9999999999999 dollar coin", "between us",
    ],
)  # fmt: skip
def test_a_number_that_is_no_price_stays_in_the_residual(text: str) -> None:
    understood = read(text)
    assert understood.filters.price is None
    assert understood.residual


def test_a_currency_that_the_shop_does_not_sell_in_is_named_and_not_filtered_by() -> None:
    understood = read("mug under 50 pounds")
    assert understood.filters.price is None
    assert understood.unmet == ("under 50 pounds",)
    assert understood.residual == "mug"


@pytest.mark.parametrize(
    ("sold_in", "text", "currency"),
    [
        ("CAD", "under $50", "CAD"),
        ("TWD", "50塊以內", "TWD"),
        ("CNY", "低于50人民币", "CNY"),
        ("JPY", "under ¥5000", "JPY"),
        ("CHF", "under 50 Swiss francs", "CHF"),
        ("CHF", "under 50", "CHF"),
    ],
)
def test_money_means_what_the_shop_sells_in(sold_in: str, text: str, currency: str) -> None:
    shop = vocabulary_of([product("one", offers=(offer("", f"9.00 {sold_in}"),))])
    price = understand(text, shop).filters.price
    assert price is not None
    assert price.currency == currency


def test_cheaper_without_a_figure_is_a_wish_and_no_filter() -> None:
    for text in (
        "cheaper",
        "something cheaper please",
        "更便宜的",
        "便宜一點",
        "billiger",
        "moins cher",
    ):
        understood = read(text)
        assert understood.cheaper, text
        assert understood.filters.price is None
        assert understood.residual == ""
    assert not read("cheaper than $40").cheaper
