"""What may stand on a list: better "nothing found" than a wrong product."""

from dataclasses import replace

import pytest

from index.verdict import Verdict, VerdictKind
from service.shopping.plausibility import MIN_TEXT_COSINE, plausible
from service.types import Match
from tests.fakes import product


def match(name: str, category: str = "Mugs", **parts: float) -> Match:
    return Match(product(name, category=category), 0.8, parts, 0, ())


def test_words_need_a_text_near_to_theirs() -> None:
    near, far = match("near", text=MIN_TEXT_COSINE), match("far", text=MIN_TEXT_COSINE - 0.01)
    assert plausible([near, far]) == (near,)


def test_alternates_of_a_picture_are_of_the_pick_s_category() -> None:
    mug, lamp = match("mug", image=0.9), match("lamp", "Lamps", image=0.9)
    other = replace(mug, product=product("other", category="Mugs"))
    assert plausible([mug, lamp, other]) == (mug, other)


@pytest.mark.parametrize(
    ("kind", "count"),
    [("not_in_catalogue", 0), ("similar", 1), ("variant", 1), ("same_product", 1)],
)
def test_what_is_in_no_catalogue_is_not_found(kind: VerdictKind, count: int) -> None:
    assert len(plausible([match("mug", image=0.9)], Verdict(kind, 0.5))) == count
