"""What was said so far, and what is said now, as one."""

from decimal import Decimal

import pytest

from index.types import Filters, PriceRange
from service.search.follow_up_merging import added, updated
from service.search.words import Understood
from tests.service.search.shop import VOCABULARY, read


def so_far(*texts: str) -> Understood:
    said = Understood()
    for text in texts:
        said = added(said, read(text), VOCABULARY)
    return said


def test_a_later_colour_takes_the_place_of_the_earlier() -> None:
    found = so_far("in black", "in red")
    assert found.filters.any_of == {"color": ("Crimson/Red",)}
    assert found.wished_colours == ("red",)
    assert found.described == "red"


def test_a_colour_that_is_wished_is_no_longer_refused_and_the_other_way_round() -> None:
    assert so_far("not red", "in red").filters.none_of == {}
    assert so_far("in red", "not red").filters.any_of == {}


def test_exclusions_of_several_turns_add_up() -> None:
    found = so_far("no leather", "not black").filters.none_of
    assert found == {"attributes.material": ("genuine leather",), "color": ("Black",)}


@pytest.mark.parametrize(
    ("before", "later", "low", "high"),
    [
        ("over 10 dollars", "under 40 dollars", 10, 40),
        ("under 40 dollars", "under 60 dollars", None, 60),
        ("under 40 dollars", "over 50 dollars", 50, None),
    ],
)
def test_prices_are_narrowed_by_their_ends(
    before: str, later: str, low: int | None, high: int | None
) -> None:
    assert so_far(before, later).filters.price == PriceRange(
        Decimal(low) if low else None, Decimal(high) if high else None, "USD"
    )


def test_another_currency_is_another_price() -> None:
    dollars = Filters(PriceRange(None, Decimal(40), "USD"))
    euros = Filters(PriceRange(Decimal(5), None, "EUR"))
    assert updated(dollars, euros).price == euros.price


def test_words_that_name_another_thing_are_a_new_description() -> None:
    assert so_far("a vase with flowers", "a mug").residual == "a mug"
    assert so_far("a vase", "with flowers").described == "a vase, with flowers"


def test_wishes_add_up() -> None:
    assert so_far("for kids", "but with longer sleeves").changes[0] == "for kids"
    assert len(so_far("for kids", "but with longer sleeves").changes) == 2


def test_what_is_carried_on_has_an_end() -> None:
    assert len(so_far(*[f"with part number{n} " + "x" * 90 for n in range(50)]).described) <= 500
