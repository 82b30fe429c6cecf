"""The request's filters and those of its words."""

from decimal import Decimal

import pytest

from index.types import NO_FILTERS, Filters, PriceRange
from service.errors import RequestError
from service.search.merging import merged
from tests.service.search.shop import read


def price(low: str | None, high: str | None, currency: str | None = "USD") -> Filters:
    return Filters(
        price=PriceRange(Decimal(low) if low else None, Decimal(high) if high else None, currency)
    )


def test_nothing_and_words_are_the_words() -> None:
    words = read("nike in red, no leather, under $60").filters
    assert merged(NO_FILTERS, words) == words
    assert merged(words, NO_FILTERS) == words


def test_a_field_of_the_request_wins_over_the_words() -> None:
    asked = Filters(any_of={"color": ("Black",)})
    assert merged(asked, read("nike in red").filters).any_of == {
        "color": ("Black",),
        "brand": ("Nike",),
    }


def test_words_cannot_exclude_what_the_request_allows() -> None:
    asked = Filters(any_of={"color": ("crimson/red",)})
    assert merged(asked, read("not red").filters) == asked


def test_words_cannot_allow_what_the_request_excludes() -> None:
    asked = Filters(none_of={"brand": ("nike",)})
    assert merged(asked, read("nike").filters) == asked


def test_exclusions_add_up() -> None:
    asked = Filters(none_of={"color": ("Black",)})
    assert merged(asked, read("not red").filters).none_of == {"color": ("Black", "Crimson/Red")}


def test_the_narrower_ends_of_two_prices_count() -> None:
    assert merged(price("10", "60"), price("5", "30")) == price("10", "30")
    assert merged(price("10", None, None), price(None, "30")) == price("10", "30")


@pytest.mark.parametrize(
    ("explicit", "words", "message"),
    [
        (price("40", None), price(None, "30"), "at least 40 USD, the words for one of at most 30"),
        (price(None, "30"), price(None, "20", "EUR"), "at most 30 USD.*at most 20 EUR"),
        (NO_FILTERS, price("40", "30"), "at least 40 and of at most 30 USD"),
    ],
)
def test_prices_that_cannot_meet_are_refused_with_both_named(
    explicit: Filters, words: Filters, message: str
) -> None:
    with pytest.raises(RequestError, match=message):
        merged(explicit, words)
