"""Time of the exact baskets, and what a greedy choice would lose.

    python -m benchmarks.shopping_list [--repeats 20] [--budgets 500]

Random lists: each entry has a price level, each of its products a score and prices at several
merchants. The time is that of one ``solve`` and of all baskets of a list. Greedy goes through the
entries in their order and takes the best match that the rest of the budget still allows.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from decimal import Decimal

from benchmarks.machine import machine_line
from index.types import NO_FILTERS, Offer, Price, Product
from service.shopping.baskets import baskets_of
from service.shopping.lister import SOLVER_LIMIT_S
from service.shopping.options import options_of
from service.shopping.solver import Choice, Menu, Picks, solve
from service.shopping.types import Entry
from service.types import Match

LIMIT_S = SOLVER_LIMIT_S
"""As the service has it."""
SIZES = ((5, 5), (10, 20), (20, 50))
MERCHANTS = tuple(f"merchant {number}" for number in range(8))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--budgets", type=int, default=500, help="for the comparison with greedy")
    asked = parser.parse_args()
    print(machine_line())
    solve([[Choice(2, 2), Choice(1, 1)]], 1, time.monotonic() + LIMIT_S)  # loads the solver
    for name, make in (("random prices", independent), ("price follows quality", proportional)):
        for entries, choices in SIZES:
            runs = [one_solve(seed, entries, choices, make) for seed in range(asked.repeats)]
            times = [took_ms for took_ms, _ in runs]
            proven = statistics.mean(is_optimal for _, is_optimal in runs)
            print(
                f"solve, {name}, {entries} entries x {choices}: median "
                f"{statistics.median(times):.1f} ms, worst {max(times):.1f} ms, "
                f"{proven:.0%} proven within {LIMIT_S} s"
            )
    times = [all_baskets_ms(seed) for seed in range(asked.repeats)]
    print(
        f"all baskets, 20 entries x 6 products x {len(MERCHANTS)} merchants: "
        f"median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms"
    )
    for entries, choices in SIZES[:2]:
        compare(entries, choices, asked.budgets)


def independent(dice: random.Random, entries: int, choices: int) -> Menu:
    """A price level an entry; scores and prices know nothing of each other."""
    levels = [dice.randint(500, 8000) for _ in range(entries)]
    return [
        [
            Choice(dice.randint(3000, 9500), int(level * dice.uniform(0.4, 2.5)))
            for _ in range(choices)
        ]
        for level in levels
    ]


def proportional(dice: random.Random, entries: int, choices: int) -> Menu:
    """The hardest kind: what is better costs more, almost in proportion."""
    qualities = [[dice.randint(3000, 9500) for _ in range(choices)] for _ in range(entries)]
    return [[Choice(q, q + dice.randint(0, 50)) for q in row] for row in qualities]


def budget_for(dice: random.Random, menu: Menu) -> int:
    """Between half of the cheapest complete basket and the best one."""
    low = sum(min(one.cost for one in choices) for choices in menu)
    high = sum(max(choices, key=lambda one: one.quality).cost for choices in menu)
    return int(dice.uniform(low / 2, max(low, high)))


def one_solve(
    seed: int, entries: int, choices: int, make: Callable[[random.Random, int, int], Menu]
) -> tuple[float, bool]:
    dice = random.Random(seed)  # noqa: S311
    menu = make(dice, entries, choices)
    budget = budget_for(dice, menu)
    before = time.perf_counter()
    is_optimal = solve(menu, budget, time.monotonic() + LIMIT_S).is_optimal
    return (time.perf_counter() - before) * 1e3, is_optimal


def all_baskets_ms(seed: int) -> float:
    dice = random.Random(seed)  # noqa: S311
    entries = [priced_entry(dice, number) for number in range(20)]
    cheapest = sum(min(one.total for one in entry.options) for entry in entries)
    budget = (cheapest * Decimal(dice.randint(60, 150)) / 100).quantize(Decimal("0.01"))
    before = time.perf_counter()
    baskets_of(entries, "USD", budget, LIMIT_S)
    return (time.perf_counter() - before) * 1e3


def priced_entry(dice: random.Random, number: int) -> Entry:
    level = dice.randint(500, 8000)
    matches = []
    for position in range(6):
        prices = [Decimal(int(level * dice.uniform(0.4, 2.5))) / 100 for _ in MERCHANTS]
        offers = tuple(
            Offer(name, Price(price, "USD")) for name, price in zip(MERCHANTS, prices, strict=True)
        )
        name = f"{number}-{position}"
        score = dice.uniform(0.3, 0.95)
        matches.append(Match(Product(name, name, name, offers=offers), score, {}, 0, ()))
    options, _ = options_of(matches, NO_FILTERS, dice.choice([1, 1, 2, 3]), "USD")
    return Entry(str(number), 1, "text", "found", tuple(matches), options)


def greedy(menu: Menu, budget: int) -> Picks:
    """The best match that still fits, entry by entry."""
    picks: list[int | None] = []
    for choices in menu:
        fitting = [i for i, one in enumerate(choices) if one.cost <= budget]
        best = max(fitting, key=lambda i: (choices[i].quality, -choices[i].cost), default=None)
        budget -= 0 if best is None else choices[best].cost
        picks.append(best)
    return tuple(picks)


def compare(entries: int, choices: int, budgets: int) -> None:
    fewer, worse, unfilled, lost = 0, 0, [], []
    for seed in range(budgets):
        dice = random.Random(seed)  # noqa: S311
        menu = independent(dice, entries, choices)
        budget = budget_for(dice, menu)
        exact = worth(menu, solve(menu, budget, time.monotonic() + LIMIT_S).picks)
        plain = worth(menu, greedy(menu, budget))
        if plain[0] < exact[0]:
            fewer += 1
            unfilled.append(exact[0] - plain[0])
        elif plain[1] < exact[1]:
            worse += 1
            lost.append(1 - plain[1] / exact[1])
    print(
        f"greedy, {entries} entries x {choices}, {budgets} random budgets: fewer entries in "
        f"{fewer / budgets:.0%} (by {statistics.mean(unfilled or [0]):.1f} on average), as many "
        f"but a lower sum of scores in {worse / budgets:.0%} "
        f"(by {statistics.mean(lost or [0]):.1%})"
    )


def worth(menu: Menu, picks: Picks) -> tuple[int, int]:
    taken = [menu[entry][pick] for entry, pick in enumerate(picks) if pick is not None]
    return len(taken), sum(one.quality for one in taken)


if __name__ == "__main__":
    main()
