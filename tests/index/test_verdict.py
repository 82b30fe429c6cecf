"""Evidence by hand-worked rankings, and what is claimed from it."""

import math
from dataclasses import replace

import pytest

from index.errors import StoreDamagedError
from index.verdict import (
    FEWEST_OTHERS,
    Calibration,
    Evidence,
    Logistic,
    Ranked,
    Thresholds,
    evidence_of,
    judge,
)

RANKING = [
    Ranked("a-red", "a", 0.9),
    Ranked("a-blue", "a", 0.85),
    Ranked("b", "b", 0.6),
    Ranked("b-2", "b", 0.55),
    *(Ranked(name, name, 0.5) for name in "cdef"),
]
CALIBRATION = Calibration(
    features=("margin",),
    group=Logistic((0.0,), (1.0,), (10.0,), -2.0),
    product=Logistic((0.0,), (1.0,), (100.0,), 0.0),
    thresholds=Thresholds(same=0.8, absent=0.2),
    trials=100,
    source="test",
    space="here",
    made_at="2026-01-01T00:00:00+00:00",
    report={"ece": 0.01},
)


def test_evidence_compares_the_first_match_with_the_best_of_each_other_group() -> None:
    evidence = evidence_of(RANKING)
    assert evidence is not None
    mean = (0.6 + 4 * 0.5) / 5
    spread = math.sqrt(((0.6 - mean) ** 2 + 4 * (0.5 - mean) ** 2) / 5)
    assert evidence.score == 0.9
    assert evidence.margin == pytest.approx(0.3)
    assert evidence.prominence == pytest.approx((0.9 - mean) / spread)
    assert evidence.variant_margin == pytest.approx(0.05)


def test_the_lead_is_the_margin_less_what_others_close_to_the_best_take() -> None:
    far = evidence_of(RANKING)
    near = evidence_of([*RANKING, *(Ranked(name, name, 0.6) for name in "ghi")])
    assert far is not None
    assert near is not None
    assert 0 < far.margin - far.lead < 0.001
    assert near.margin == far.margin
    assert near.lead == pytest.approx(far.margin - 0.02 * math.log(4), abs=1e-3)


def test_a_product_without_variants_has_no_variant_margin() -> None:
    evidence = evidence_of([one for one in RANKING if one.product != "a-blue"])
    assert evidence is not None
    assert evidence.variant_margin is None


def test_what_is_shown_first_is_compared_with_what_filters_kept_away() -> None:
    evidence = evidence_of(RANKING, first=Ranked("c", "c", 0.5))
    assert evidence is not None
    assert evidence.margin == pytest.approx(-0.4)


def test_another_listing_of_the_same_thing_is_no_rival() -> None:
    evidence = evidence_of([*RANKING, Ranked("g", "g", 0.4)], alike=["b"])
    assert evidence is not None
    assert evidence.margin == pytest.approx(0.4)


def test_a_ranking_of_too_few_groups_is_no_evidence() -> None:
    few = RANKING[: FEWEST_OTHERS + 2]
    assert len({one.group for one in few}) == FEWEST_OTHERS
    assert evidence_of(few) is None
    assert evidence_of([]) is None


@pytest.mark.parametrize(
    ("margin", "variant_margin", "kind"),
    [
        (0.5, None, "same_product"),
        (0.5, 0.1, "same_product"),
        (0.5, 0.0, "variant"),
        (0.5, -0.1, "variant"),
        (0.25, None, "similar"),
        (0.0, None, "not_in_catalogue"),
        (-0.4, 0.2, "not_in_catalogue"),
    ],
)
def test_the_verdict_follows_from_the_probabilities(
    margin: float, variant_margin: float | None, kind: str
) -> None:
    verdict = judge(Evidence(0.9, margin, 2.0, variant_margin, margin), CALIBRATION)
    assert verdict.kind == kind
    assert verdict.confidence == pytest.approx(1 / (1 + math.exp(2 - 10 * margin)))


def test_an_absurd_feature_gives_a_probability_all_the_same() -> None:
    model = Logistic((0.0,), (1e-9,), (1.0,), 0.0)
    assert 0 < model.probability((-1e9,)) < model.probability((1e9,)) < 1


def test_a_calibration_survives_its_json() -> None:
    assert Calibration.from_json(CALIBRATION.to_json()) == CALIBRATION


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"group": 1}', "not json"])
def test_a_calibration_that_cannot_be_read_is_an_error(text: str) -> None:
    with pytest.raises(StoreDamagedError, match="calibration"):
        Calibration.from_json(text)


def test_an_unknown_field_is_an_error() -> None:
    text = replace(CALIBRATION).to_json().replace('"trials"', '"tries"')
    with pytest.raises(StoreDamagedError, match="calibration"):
        Calibration.from_json(text)
