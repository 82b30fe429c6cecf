"""Probabilities that mean what they say, on drawn rankings whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest

from index.calibrating import (
    ALL_FEATURES,
    FEWEST_TRIALS,
    RELATIVE,
    Trial,
    expected_calibration_error,
    fit,
    lowest_threshold,
    out_of_fold,
    reliability,
    risk_at_coverage,
    risk_curve,
)
from index.errors import CalibrationError
from index.verdict import Evidence, Logistic, judge

TRUTH = Logistic((0.0,), (1.0,), (40.0,), -2.0)
"""Of ``drawn``."""


def drawn(count: int, seed: int) -> list[Trial]:
    """Trials whose chance to be right is exactly a logistic function of the margin."""
    random = np.random.default_rng(seed)
    trials = []
    for number in range(count):
        margin = float(random.normal(0.05, 0.05))
        is_right = bool(random.random() < 1 / (1 + np.exp(2 - 40 * margin)))
        variant = float(random.normal(0.02, 0.02))
        is_product = bool(random.random() < 1 / (1 + np.exp(-100 * variant)))
        evidence = Evidence(float(random.normal(0.8, 0.1)), margin, 30 * margin, variant, margin)
        trials.append(
            Trial(str(number // 2), evidence, is_right, is_right and is_product, number % 2 == 0)
        )
    return trials


def sure_and_right(
    features: tuple[str, ...], prior: Logistic | None = None
) -> tuple[np.ndarray, np.ndarray]:
    calibration = fit(drawn(2_000, 1), "drawn", "here", features, prior)
    fresh = drawn(4_000, 2)
    sure = np.array([judge(one.evidence, calibration).confidence for one in fresh])
    return sure, np.array([one.is_group_right for one in fresh], dtype=np.int64)


@pytest.mark.parametrize(
    ("features", "prior"), [(RELATIVE, None), (RELATIVE, TRUTH), (ALL_FEATURES, None)]
)
def test_probabilities_hold_on_trials_that_were_not_fitted(
    features: tuple[str, ...], prior: Logistic | None
) -> None:
    sure, right = sure_and_right(features, prior)
    assert expected_calibration_error(sure, right) < 0.03
    assert expected_calibration_error(np.clip(sure * 1.5, 0, 1), right) > 0.1


def test_the_report_s_error_is_that_of_unseen_trials() -> None:
    calibration = fit(drawn(2_000, 1), "drawn", "here")
    sure, right = sure_and_right(RELATIVE)
    assert calibration.report["ece"] == pytest.approx(
        expected_calibration_error(sure, right), abs=0.03
    )
    assert calibration.report["false_claims"] < calibration.report["claimed"]
    assert (calibration.trials, calibration.source, calibration.space) == (2_000, "drawn", "here")


def test_equal_trials_give_an_equal_model() -> None:
    first, second = (fit(drawn(200, 3), "drawn", "here") for _ in range(2))
    assert (first.group, first.product) == (second.group, second.product)


def test_a_wrong_variant_lowers_same_product_alone() -> None:
    calibration = fit(drawn(2_000, 1), "drawn", "here")
    clear, doubtful = (
        judge(Evidence(0.9, 0.25, 7.5, margin, 0.25), calibration) for margin in (0.08, -0.08)
    )
    assert (clear.kind, doubtful.kind) == ("same_product", "variant")
    assert clear.confidence == doubtful.confidence


def test_variants_always_confused_are_never_called_the_same_product() -> None:
    trials = [
        Trial(one.thing, one.evidence, one.is_group_right, False, one.is_in_catalogue)
        for one in drawn(400, 1)
    ]
    verdict = judge(Evidence(0.9, 0.25, 7.5, 0.08, 0.25), fit(trials, "drawn", "here"))
    assert verdict.kind == "variant"


@pytest.mark.parametrize("count", [0, 1, FEWEST_TRIALS - 1])
def test_too_few_trials_are_refused(count: int) -> None:
    with pytest.raises(CalibrationError, match=f"{count} questions"):
        fit(drawn(count, 1), "drawn", "here")


@pytest.mark.parametrize("is_right", [True, False])
def test_trials_all_right_or_all_wrong_are_refused(is_right: bool) -> None:
    trials = [Trial(one.thing, one.evidence, is_right, is_right, is_right) for one in drawn(100, 1)]
    with pytest.raises(CalibrationError, match="of 100 questions were answered rightly"):
        fit(trials, "drawn", "here")


def test_calibration_error_of_a_hand_worked_table() -> None:
    sure = np.array([0.1, 0.1, 0.3, 0.3, 0.9, 0.9])
    right = np.array([0, 0, 0, 1, 1, 1])
    expected = (2 * 0.1 + 2 * 0.2 + 2 * 0.1) / 6
    assert expected_calibration_error(sure, right, bins=3) == pytest.approx(expected)


def test_risk_is_the_share_of_wrong_ones_among_the_surest() -> None:
    sure = np.array([0.9, 0.8, 0.7, 0.6])
    right = np.array([1, 0, 1, 0])
    risks = [risk_at_coverage(sure, right, part) for part in (0.25, 0.5, 0.75, 1.0)]
    assert risks == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])


def test_the_risk_curve_ends_at_the_share_of_all_that_are_wrong() -> None:
    sure = np.array([0.6, 0.9, 0.7, 0.8])
    right = np.array([0, 1, 1, 0])
    assert risk_curve(sure, right).tolist() == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])


def test_reliability_bins_are_of_equal_size_and_ascend() -> None:
    random = np.random.default_rng(0)
    sure = random.random(1_003)
    bins = reliability(sure, (random.random(1_003) < sure).astype(np.int64))
    assert {one.count for one in bins} == {100, 101}
    said = [one.probability for one in bins]
    assert said == sorted(said)
    assert all(abs(one.probability - one.frequency) < 0.15 for one in bins)
    assert len(reliability(sure[:3], np.ones(3, dtype=np.int64))) == 3


@pytest.mark.parametrize(
    ("most_wrong", "expected"), [(0.0, 0.9), (0.34, 0.7), (0.5, 0.6), (0.2, 0.9), (1.0, 0.6)]
)
def test_the_lowest_threshold_claims_as_much_as_may_be_wrong(
    most_wrong: float, expected: float
) -> None:
    sure, right = np.array([0.9, 0.8, 0.7, 0.6]), np.array([1, 0, 1, 0])
    assert lowest_threshold(sure, right, most_wrong) == expected


def test_equal_probabilities_are_claimed_together() -> None:
    sure, right = np.array([0.9, 0.7, 0.7, 0.7]), np.array([1, 1, 0, 0])
    assert lowest_threshold(sure, right, 0.3) == 0.9


def test_there_is_no_threshold_where_the_surest_is_wrong() -> None:
    assert lowest_threshold(np.array([0.9, 0.8]), np.array([0, 1]), 0.4) is None


def test_out_of_fold_no_model_has_seen_the_thing_that_it_judges() -> None:
    trials = drawn(400, 4)
    odd = [replace(one, thing="odd", is_group_right=True) for one in trials[:60]]
    unseen = out_of_fold([*odd, *trials[60:]])
    without = fit(trials[60:], "drawn", "here").group
    expected = [without.probability(one.evidence.values(RELATIVE)) for one in odd]
    assert np.abs(unseen[:60] - expected).mean() < 0.05


def said(prior: Logistic | None, count: int) -> np.ndarray:
    """What calibrations by few trials say of many others, at draws that differ."""
    fresh = [one.evidence for one in drawn(500, 99)]
    fits = [fit(drawn(count, seed), "drawn", "here", RELATIVE, prior) for seed in range(100, 108)]
    return np.array([[judge(one, each).confidence for one in fresh] for each in fits])


def test_few_trials_and_a_prior_that_is_right_say_more_than_the_trials_alone() -> None:
    truth = np.array([TRUTH.probability((one.evidence.lead,)) for one in drawn(500, 99)])
    alone, helped = (np.abs(said(prior, 60) - truth).mean() for prior in (None, TRUTH))
    assert helped < 0.6 * alone


def test_many_trials_outweigh_a_prior_that_is_wrong() -> None:
    wrong = Logistic((0.0,), (1.0,), (10.0,), 1.0)
    few, many = (np.abs(said(wrong, n) - said(None, n)).mean() for n in (60, 4_000))
    assert few > 0.1
    assert many < 0.4 * few


def test_trials_that_lead_by_one_and_the_same_can_be_fitted() -> None:
    equal = [replace(one, evidence=replace(one.evidence, lead=0.1)) for one in drawn(100, 1)]
    right = float(np.mean([one.is_group_right for one in equal]))
    verdict = judge(equal[0].evidence, fit(equal, "drawn", "here"))
    assert verdict.confidence == pytest.approx(right, abs=0.01)
