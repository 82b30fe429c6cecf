"""Amounts are read in the notations that people use, and in no other."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Price
from service.answer.amounts import AmountReader, read_number
from service.answer.facts import facts_of
from service.answer.grounding import Checker
from service.answer.languages import LANGUAGES, language_for
from service.answer.sayable import plain
from tests.fakes import offer, product
from tests.service.answer.shop import request


@pytest.mark.parametrize(
    ("language", "written", "price"),
    [
        ("en", "$34.00", "34 USD"),
        ("en", "$34", "34 USD"),
        ("en", "US$34.00", "34 USD"),
        ("en", "USD 34.00", "34 USD"),
        ("en", "34.00 USD", "34 USD"),
        ("en", "34 dollars", "34 USD"),
        ("en", "34 US dollars", "34 USD"),
        ("en", "34 bucks", "34 USD"),
        ("en", "$1,234.50", "1234.50 USD"),
        ("en", "$1234.50", "1234.50 USD"),
        ("en", "€34,50", "34.50 EUR"),
        ("en", "34.50 euros", "34.50 EUR"),
        ("en", "KWD 1.234", "1.234 KWD"),
        ("en", "¥1,200", "1200 JPY"),
        ("en", "1200 yen", "1200 JPY"),
        ("en", "£9.99", "9.99 GBP"),
        ("de", "34,00 €", "34 EUR"),
        ("de", "34 Euro", "34 EUR"),
        ("de", "1.234,50 €", "1234.50 EUR"),
        ("de", "1.234 €", "1234 EUR"),
        ("de-CH", "EUR 1’234.50", "1234.50 EUR"),
        ("fr", "1 234,50 €", "1234.50 EUR"),
        ("fr", "34,50 $US", "34.50 USD"),
        ("es", "1234,50 €", "1234.50 EUR"),
        ("es", "34 dólares", "34 USD"),
        ("zh", "¥199.00", "199 CNY"),
        ("zh", "199元", "199 CNY"),
        ("zh", "199 人民币", "199 CNY"),
        ("zh", "30.10美元", "30.10 USD"),
        ("zh-TW", "US$34.00", "34 USD"),
    ],
)
def test_an_amount_is_read(language: str, written: str, price: str) -> None:
    digits, currency = price.split()
    found = AmountReader([currency], language_for(language)).match(written, 0)
    assert found == (Price(Decimal(digits), currency), len(written))


@pytest.mark.parametrize(
    "written",
    [
        "34", "thirty dollars", "$34k", "$34M", "$34.00.99", "34 dollarsx", "€34", "$XXXIV",
        "$³⁴", "$ⅩⅩ", "$three", "$34%", "C$34", "34 EUR", "$34€",
    ],
)  # fmt: skip
def test_what_is_no_amount_in_dollars_is_not_read_whole(written: str) -> None:
    found = AmountReader(["USD"], language_for("en")).match(written, 0)
    assert found is None or found[1] < len(written)
    facts = facts_of(request((product("x", title="Mug", offers=(offer("", "34.00 USD"),)),)))
    assert not Checker(facts, language_for("en")).check(f"[1] costs {written}.").may_leave


@pytest.mark.parametrize(
    ("written", "checked"),
    [
        ("$３４.００", "$34.00"),
        ("＄34", "$34"),
        ("$٣٤", "$34"),
        ("$३४", "$34"),
        ("$3\u200b4", "$34"),
        ("$3\u00ad4", "$34"),
        ("$3\u20604", "$34"),
        ("\u202e$34\u202c", "$34"),
        ("**$34**", "$34"),
        ("￥34", "¥34"),
    ],
)
def test_digits_are_checked_and_let_out_in_one_form(written: str, checked: str) -> None:
    assert plain(written) == checked


def test_a_currency_that_no_fact_has_cannot_be_read() -> None:
    assert AmountReader([], language_for("en")).match("$34", 0) is None


@pytest.mark.parametrize("code", LANGUAGES)
@given(
    amount=st.decimals(0, 99_999, allow_nan=False, places=2),
    currency=st.sampled_from(["USD", "EUR", "CNY", "GBP", "CHF"]),
)
def test_what_a_language_writes_it_reads_back(code: str, amount: Decimal, currency: str) -> None:
    language = language_for(code)
    written = plain(language.money(Price(amount, currency)))
    found = AmountReader([currency], language).match(written, 0)
    assert found == (Price(amount, currency), len(written))


def test_a_single_separator_before_three_digits_is_what_the_language_makes_of_it() -> None:
    assert read_number("1.234", language_for("en")) == Decimal("1.234")
    assert read_number("1.234", language_for("de")) == 1234
    assert read_number("1,234", language_for("de")) == Decimal("1.234")
    assert read_number("1,234,567.5", language_for("en")) == Decimal("1234567.5")


@pytest.mark.parametrize(
    ("language", "currencies", "written"),
    [
        ("en-CA", ["USD"], "$30.00"),  # Canadian ones, to who reads it there
        ("en-CA", ["USD"], "30 dollars"),
        ("en-CA", ["USD", "CAD"], "30 bucks"),
        ("es-MX", ["USD"], "$30.00"),
        ("zh-Hant", ["USD"], "$30.00"),
        ("zh-Hans", ["JPY"], "¥1000"),
        ("zh-Hant", ["CNY"], "1000元"),
        ("en", ["CNY"], "¥1000"),
    ],
)
def test_a_sign_of_another_currency_there_is_not_read(
    language: str, currencies: list[str], written: str
) -> None:
    assert AmountReader(currencies, language_for(language)).match(written, 0) is None


@pytest.mark.parametrize(
    ("language", "currencies", "written", "currency"),
    [
        ("en-CA", ["USD", "CAD"], "$30.00", "CAD"),
        ("en-CA", ["USD", "CAD"], "US$30.00", "USD"),
        ("es-MX", ["MXN", "USD"], "$30.00", "MXN"),
        ("zh-Hans", ["JPY", "CNY"], "¥1000", "CNY"),
        ("en", ["JPY", "CNY"], "¥1000", "JPY"),
        ("de", ["USD"], "30,00 $", "USD"),
    ],
)
def test_a_sign_is_read_as_the_language_has_it(
    language: str, currencies: list[str], written: str, currency: str
) -> None:
    found = AmountReader(currencies, language_for(language)).match(written, 0)
    assert found is not None
    assert found[0].currency == currency
