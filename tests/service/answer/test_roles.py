"""What is true of a product leaves only in the role that it has."""

import random

import pytest

from service.answer.facts import facts_of
from service.answer.grounding import Checker
from service.answer.languages import language_for
from tests.service.answer.oracle_roles import wrong_roles
from tests.service.answer.role_lies import CODES, FIGURES, false_figures, money, true_figures
from tests.service.answer.shop import request
from tests.service.answer.word_lies import FALSE, SHOPS, TRUE


def _checker(code: str, shop: str = "jackets") -> Checker:
    return Checker(facts_of(request(SHOPS[shop], language=code)), language_for(code))


@pytest.mark.parametrize("code", CODES)
def test_a_figure_leaves_in_its_own_role(code: str) -> None:
    checker = _checker(code)
    kept = [one for one in true_figures(code) if not checker.check(one).may_leave]
    assert not kept


@pytest.mark.parametrize("code", CODES)
def test_no_figure_leaves_in_another_role(code: str) -> None:
    checker = _checker(code)
    assert not [one for one in false_figures(code) if checker.check(one).may_leave]
    assert len(false_figures(code)) >= 40


@pytest.mark.parametrize("shop", SHOPS)
@pytest.mark.parametrize("code", CODES)
def test_no_word_leaves_for_more_than_its_value_or_shop(code: str, shop: str) -> None:
    checker = _checker(code, shop)
    assert not [one for one in FALSE[shop][code] if checker.check(one).may_leave]
    assert not [one for one in TRUE[shop][code] if not checker.check(one).may_leave]
    assert FALSE[shop][code]


@pytest.mark.parametrize("code", CODES)
def test_what_leaves_of_random_heaps_of_known_words_has_no_figure_in_another_role(
    code: str,
) -> None:
    checker, rng = _checker(code), random.Random(20_261_130)
    left = [one for one in _heaps(code, rng, 10_000) if checker.check(one).may_leave]
    assert not [(one, wrong) for one in left for wrong in wrong_roles(one)]
    assert len(left) >= 150


def _heaps(code: str, rng: random.Random, count: int) -> list[str]:
    """Figures, shops, brands and the words that give them roles, in no order."""
    language = language_for(code)
    said = ("on_sale", "discount", "off", "was", "less", "more", "cheapest", "in_stock", "than")
    kinds = (
        [*(money(one, code) for one in FIGURES), "20%", money("89.90", code)],
        sorted({word for words in language.roles.values() for word in words}),
        sorted(phrase for phrase, name in language.claims.items() if name in said),
        ["North", "South", "Luma", "Kestrel", *sorted(language.field_words)],
    )
    gap = "" if language.is_chinese else " "
    return [
        gap.join(
            (
                rng.choice(("[1]", "[1]", "[2]", "[3]")),
                *(rng.choice(rng.choice(kinds)) for _ in range(rng.randint(2, 5))),
            )
        )
        for _ in range(count)
    ]
