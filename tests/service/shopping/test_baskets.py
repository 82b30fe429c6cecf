"""Baskets of random small lists: sums, budgets, merchants."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from index.types import NO_FILTERS, Offer
from service.shopping.baskets import Baskets, baskets_of
from service.shopping.options import most_frequent_currency, options_of
from service.shopping.types import Basket, Entry
from service.types import Match
from tests.fakes import offer, product

MERCHANTS = ("Bazaar", "Kettle", "North")
prices = st.integers(1, 6000).map(lambda cents: f"{Decimal(cents) / 100} USD")
offers = st.lists(
    st.builds(offer, st.sampled_from(MERCHANTS), prices), max_size=3, unique_by=lambda o: o.merchant
)


def match(name: str, score: float, own: tuple[Offer, ...]) -> Match:
    return Match(product(name, offers=own), score, {"text": score}, 0, ())


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    found = []
    for number in range(draw(st.integers(1, 5))):
        quantity = draw(st.integers(1, 7))
        matches = tuple(
            match(f"{number}-{i}", draw(st.integers(0, 100)) / 100, tuple(draw(offers)))
            for i in range(draw(st.integers(0, 3)))
        )
        options, _ = options_of(matches, NO_FILTERS, quantity, "USD")
        found.append(Entry(f"thing {number}", quantity, "text", "found", matches, options))
    return found


def every(baskets: Baskets) -> list[Basket]:
    return [baskets.mixed, *baskets.by_merchant, baskets.complete]


@settings(max_examples=100, deadline=None)
@given(entries(), st.one_of(st.none(), st.integers(1, 30_000)))
def test_totals_are_the_sum_of_their_lines_and_within_the_budget(
    wanted: list[Entry], cents: int | None
) -> None:
    budget = None if cents is None else Decimal(cents) / 100
    found = baskets_of(wanted, "USD", budget, 30)
    for basket in every(found):
        lines = [one.option.price.amount * one.quantity for one in basket.lines]
        assert basket.total == sum(lines, Decimal(0))
        assert basket.is_optimal
        filled = [one.entry for one in basket.lines]
        assert sorted([*filled, *basket.left_out]) == list(range(len(wanted)))
        for line in basket.lines:
            assert line.option in wanted[line.entry].options
            assert line.quantity == wanted[line.entry].quantity
    for basket in [found.mixed, *found.by_merchant]:
        assert budget is None or basket.total <= budget
        assert {line.option.offer.merchant for line in basket.lines} <= (
            {basket.merchant} if basket.merchant else set(MERCHANTS)
        )
    order = [(-len(one.lines), one.total) for one in found.by_merchant]
    assert order == sorted(order)


@settings(max_examples=60, deadline=None)
@given(entries(), st.integers(1, 30_000))
def test_the_mixed_basket_fills_as_many_entries_as_any_merchant(
    wanted: list[Entry], cents: int
) -> None:
    found = baskets_of(wanted, "USD", Decimal(cents) / 100, 30)
    assert all(len(found.mixed.lines) >= len(one.lines) for one in found.by_merchant)
    assert len(found.complete.lines) == sum(bool(one.options) for one in wanted)


def test_a_price_below_a_cent_is_rounded_once_a_line() -> None:
    own = (offer("Bazaar", "0.0150 USD"),)
    options, _ = options_of([match("a", 0.5, own)], NO_FILTERS, 3, "USD")
    assert options[0].total == Decimal("0.05")  # 0.045, half up
    yen, _ = options_of([match("b", 0.5, (offer("K", "120 JPY"),))], NO_FILTERS, 3, "JPY")
    assert str(yen[0].total) == "360"


def test_one_currency_a_list_and_the_rest_is_counted() -> None:
    own = (offer("Bazaar", "5.00 EUR"), offer("Kettle", "6.00 USD"), offer("North", "7.00 USD"))
    found = [match("a", 0.9, own), match("b", 0.8, (offer("Bazaar", None),))]
    assert most_frequent_currency([(found, NO_FILTERS)]) == "USD"
    options, others = options_of(found, NO_FILTERS, 1, "USD")
    assert [one.offer.merchant for one in options] == ["Kettle", "North"]
    assert others == 1


def test_what_is_out_of_stock_is_no_option() -> None:
    own = (offer("Bazaar", "5.00 USD", availability="out_of_stock"),)
    assert options_of([match("a", 0.9, own)], NO_FILTERS, 1, "USD") == ((), 0)
    assert most_frequent_currency([([match("a", 0.9, own)], NO_FILTERS)]) is None
