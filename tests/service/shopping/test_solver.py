"""The solver against trying everything."""

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.shopping.solver import Choice, Menu, Picks, cheapest, solve

choices = st.builds(Choice, st.integers(-20, 60), st.integers(0, 40))
menus = st.lists(st.lists(choices, max_size=4), min_size=1, max_size=5)
HUGE = 10**14
"""More cents than any feed's price times any quantity that a list may have fits a budget of."""


def in_time() -> float:
    return time.monotonic() + 60


def worth(menu: Menu, picks: Picks) -> tuple[int, int, int]:
    """Filled, quality, minus cost: the higher the better."""
    taken = [menu[e][i] for e, i in enumerate(picks) if i is not None]
    return len(taken), sum(one.quality for one in taken), -sum(one.cost for one in taken)


def best_by_trying(menu: Menu, budget: int | None) -> tuple[int, int, int]:
    ways = itertools.product(*([None, *range(len(one))] for one in menu))
    every = [worth(menu, picks) for picks in ways]
    return max(one for one in every if budget is None or -one[2] <= budget)


@settings(max_examples=250, deadline=None)
@given(menus, st.one_of(st.none(), st.integers(0, 120)))
def test_no_picks_are_better_than_the_solvers(menu: Menu, budget: int | None) -> None:
    found = solve(menu, budget, in_time())
    assert found.is_optimal
    assert worth(menu, found.picks) == best_by_trying(menu, budget)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.builds(Choice, st.integers(1, 9000), st.integers(1, HUGE)), max_size=4),
        min_size=2,
        max_size=4,
    ),
    st.data(),
)
def test_a_budget_that_is_met_to_the_cent_is_used_whatever_its_size(
    menu: Menu, data: st.DataObject
) -> None:
    picks = tuple(data.draw(st.sampled_from([None, *range(len(one))])) for one in menu)
    budget = -worth(menu, picks)[2]
    found = solve(menu, budget, in_time())
    assert worth(menu, found.picks) == best_by_trying(menu, budget)


def test_more_entries_come_before_better_ones() -> None:
    menu = [[Choice(900, 10), Choice(100, 5)], [Choice(100, 5)]]
    assert solve(menu, 10, in_time()).picks == (1, 0)


def test_the_cheaper_of_two_equally_good_choices_is_taken() -> None:
    menu = [[Choice(500, 9), Choice(500, 7)], [Choice(300, 4), Choice(200, 1)]]
    assert solve(menu, 11, in_time()).picks == (1, 0)
    assert solve(menu, None, in_time()).picks == (1, 0)


def test_the_cheapest_leaves_nothing_out_that_has_a_choice() -> None:
    assert cheapest([[Choice(9, 5), Choice(1, 4), Choice(2, 4)], []]) == (2, None)


@pytest.mark.parametrize("late_s", [0, 1])
def test_a_time_that_is_over_is_said_and_the_picks_still_fit(late_s: float) -> None:
    menu = [[Choice(900, 10), Choice(100, 5)], [Choice(900, 10), Choice(100, 5)]]
    found = solve(menu, 15, time.monotonic() - late_s)
    assert not found.is_optimal
    assert worth(menu, found.picks) == (2, 200, -10)
