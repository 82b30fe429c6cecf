"""Entries and their options to baskets: mixed, per merchant, and the cheapest complete one."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.shopping.money import minor_units
from service.shopping.solver import Choice, Picks, cheapest, solve
from service.shopping.types import Basket, Entry, Line, Option

QUALITY_SCALE = 10_000
"""Scores count to a ten-thousandth, as they are shown."""


@dataclass(frozen=True)
class Baskets:
    """All baskets of a list."""

    mixed: Basket
    by_merchant: tuple[Basket, ...]
    complete: Basket
    """The cheapest with every entry that can be bought, whatever the budget."""


def baskets_of(
    entries: Sequence[Entry], currency: str, budget: Decimal | None, time_limit_s: float
) -> Baskets:
    """Gives the best baskets within the budget, all of them in ``time_limit_s``.

    Best is: most entries, then the highest sum of scores, then the lowest total.
    """
    work = _Work(entries, currency, budget, time.monotonic() + time_limit_s)
    merchants = {option.offer.merchant for entry in entries for option in entry.options}
    mixed = work.best()  # first: it is the one most wanted if the time runs out
    single = [work.best(name) for name in sorted(merchants)]
    return Baskets(
        mixed=mixed,
        by_merchant=tuple(sorted(single, key=lambda one: (-len(one.lines), one.total))),
        complete=work.complete(),
    )


@dataclass(frozen=True)
class _Work:
    entries: Sequence[Entry]
    currency: str
    budget: Decimal | None
    deadline: float

    def best(self, merchant: str | None = None) -> Basket:
        offered = [
            [one for one in entry.options if merchant in {None, one.offer.merchant}]
            for entry in self.entries
        ]
        menu = [[self._choice(option) for option in options] for options in offered]
        budget = None if self.budget is None else minor_units(self.budget, self.currency)
        solution = solve(menu, budget, self.deadline)
        return self._basket(offered, solution.picks, solution.is_optimal, merchant)

    def complete(self) -> Basket:
        offered = [entry.options for entry in self.entries]
        picks = cheapest([[self._choice(option) for option in options] for options in offered])
        return self._basket(offered, picks, is_optimal=True)

    def _choice(self, option: Option) -> Choice:
        return Choice(round(option.score * QUALITY_SCALE), minor_units(option.total, self.currency))

    def _basket(
        self,
        offered: Sequence[Sequence[Option]],
        picks: Picks,
        is_optimal: bool,
        merchant: str | None = None,
    ) -> Basket:
        lines = tuple(
            Line(number, self.entries[number].quantity, offered[number][pick])
            for number, pick in enumerate(picks)
            if pick is not None
        )
        return Basket(
            lines=lines,
            total=sum((line.option.total for line in lines), Decimal(0)),
            left_out=tuple(number for number, pick in enumerate(picks) if pick is None),
            is_optimal=is_optimal,
            merchant=merchant,
        )
