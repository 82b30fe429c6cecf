"""At most one choice an entry within a budget, exactly: OR-Tools' CP-SAT on whole numbers.

Why this solver: ``docs/decisions/0013-shopping-list.md``.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Choice:
    """What filling an entry in one way is worth and costs."""

    quality: int
    cost: int
    """In the currency's smallest unit, at least 0."""


Picks: TypeAlias = tuple[int | None, ...]
"""For each entry the position of its choice; None: left out."""
Menu: TypeAlias = Sequence[Sequence[Choice]]
"""For each entry its choices; an entry without any is left out."""


@dataclass(frozen=True)
class Solution:
    """The choices taken."""

    picks: Picks
    is_optimal: bool
    """False: ``deadline`` came first; the picks are within the budget, but others may be better."""


def solve(menu: Menu, budget: int | None, deadline: float) -> Solution:
    """Gives the picks that fill most entries within the budget.

    Among those the sum of quality is the highest, and among those the cost the lowest. Without a
    solver where that is exact: the best choice of each entry where they fit together; the number
    of entries that fit is that of the cheapest choices, cheapest first.

    Args:
        menu: up to 20 entries of up to 50 choices each.
        budget: in the unit of the costs; None: no bound.
        deadline: of ``time.monotonic``.

    Cost: some milliseconds; the worst kind (20 x 50, cost proportional to quality) takes seconds.
    """
    best = _each(menu, lambda one: (-one.quality, one.cost))
    if budget is None or _cost(menu, best) <= budget:
        return Solution(best, is_optimal=True)
    fitting = _cheapest_that_fit(menu, budget)
    useful = [_undominated(choices, budget) for choices in menu]
    return _solve(menu, useful, budget, fitting, deadline)


def cheapest(menu: Menu) -> Picks:
    """Gives the cheapest choice of each entry, the better of two that cost the same."""
    return _each(menu, lambda one: (one.cost, -one.quality))


def _each(menu: Menu, order: Any) -> Picks:
    return tuple(
        min(range(len(choices)), key=lambda i: order(choices[i])) if choices else None
        for choices in menu
    )


def _cost(menu: Menu, picks: Picks) -> int:
    return sum(c[i].cost for c, i in zip(menu, picks, strict=True) if i is not None)


def _cheapest_that_fit(menu: Menu, budget: int) -> Picks:
    """No other picks fill more entries: exchange any for a cheaper one and they still fit."""
    picks = cheapest(menu)
    costs = [(menu[e][i].cost, e) for e, i in enumerate(picks) if i is not None]
    kept: set[int] = set()
    for cost, entry in sorted(costs):
        if cost <= budget:
            budget -= cost
            kept.add(entry)
    return tuple(pick if entry in kept else None for entry, pick in enumerate(picks))


def _undominated(choices: Sequence[Choice], budget: int) -> list[int]:
    """Positions of the choices that fit and are better than every cheaper one."""
    order = sorted(range(len(choices)), key=lambda i: (choices[i].cost, -choices[i].quality))
    kept: list[int] = []
    for i in order:
        fits = choices[i].cost <= budget
        if fits and (not kept or choices[i].quality > choices[kept[-1]].quality):
            kept.append(i)
    return kept


def _solve(
    menu: Menu, useful: Sequence[Sequence[int]], budget: int, start: Picks, deadline: float
) -> Solution:
    """Two rounds from a start that fits: the highest quality, then its lowest cost."""
    from ortools.sat.python import cp_model  # takes half a second

    model = cp_model.CpModel()
    taken = {(e, i): model.new_bool_var("") for e, kept in enumerate(useful) for i in kept}
    for e, kept in enumerate(useful):
        model.add_at_most_one(taken[e, i] for i in kept)
    variables = list(taken.values())
    quality = cp_model.LinearExpr.weighted_sum(variables, [menu[e][i].quality for e, i in taken])
    cost = cp_model.LinearExpr.weighted_sum(variables, [menu[e][i].cost for e, i in taken])
    model.add(cost <= budget)
    model.add(sum(variables) == sum(pick is not None for pick in start))
    picks = start
    for is_quality in (True, False):
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            return Solution(picks, is_optimal=False)
        (model.maximize if is_quality else model.minimize)(quality if is_quality else cost)
        _hint(model, taken, picks)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1  # the same answer each time, and one core a request
        solver.parameters.max_time_in_seconds = left_s
        status = solver.solve(model)
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return Solution(picks, is_optimal=False)
        picks = _read(solver, taken, len(menu))
        if status != cp_model.OPTIMAL:
            return Solution(picks, is_optimal=False)
        model.add(quality >= _quality(menu, picks))
    return Solution(picks, is_optimal=True)


def _hint(model: Any, taken: dict[tuple[int, int], Any], picks: Picks) -> None:
    model.clear_hints()
    for (entry, choice), variable in taken.items():
        model.add_hint(variable, picks[entry] == choice)


def _read(solver: Any, taken: dict[tuple[int, int], Any], entries: int) -> Picks:
    chosen = {e: i for (e, i), variable in taken.items() if solver.boolean_value(variable)}
    return tuple(chosen.get(entry) for entry in range(entries))


def _quality(menu: Menu, picks: Picks) -> int:
    return sum(c[i].quality for c, i in zip(menu, picks, strict=True) if i is not None)
