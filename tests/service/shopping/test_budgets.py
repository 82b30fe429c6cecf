"""The ``budget`` field."""

import pytest

from service.errors import RequestError
from service.search.catalogue_words import vocabulary_of
from service.shopping.budgets import parse_budget
from tests.fakes import offer, product

SHOP = vocabulary_of(
    [product("a"), product("b"), product("c", offers=(offer("Kiln", "20.00 EUR"),))]
)


@pytest.mark.parametrize(
    ("field", "price"),
    [
        ("60 USD", "60.00 USD"),
        ("60.00", "60.00 USD"),
        ("$60", "60.00 USD"),
        ("1,250.50 EUR", "1250.50 EUR"),
        ("60 euros", "60.00 EUR"),
        ("200元", "200.00 USD"),
        ("9.9999", "9.99 USD"),
        ("1.250 EUR", "1250.00 EUR"),
        ('{"amount": "60", "currency": "EUR"}', "60.00 EUR"),
        ('{"amount": 60.5}', "60.50 USD"),
    ],
)
def test_amounts_in_money_of_the_shop(field: str, price: str) -> None:
    found = parse_budget(field, SHOP)
    assert found
    assert f"{found.amount} {found.currency}" == price


@pytest.mark.parametrize(
    "field",
    ["abc", "-5", "-5 USD", "$-5", "0", "0.00 USD", "0.0012", "60 XYZ", "60 yen", "1e5", "NaN",
     "60 USD 70", "USD", "1" * 13, "{", "{}", '{"amount": "60", "tip": 1}', '{"amount": -6}',
     "9" * 5000],
)  # fmt: skip
def test_anything_else_is_refused_by_name(field: str) -> None:
    with pytest.raises(RequestError, match=r"allowed is an amount above 0.*USD, EUR") as refused:
        parse_budget(field, SHOP)
    assert repr(field[:60]) in str(refused.value)
    assert len(str(refused.value)) < 300


def test_no_field_is_no_budget_and_a_shop_without_prices_takes_none() -> None:
    assert parse_budget("  ", SHOP) is None
    with pytest.raises(RequestError, match="no prices yet"):
        parse_budget("60", vocabulary_of([product("a", offers=())]))
