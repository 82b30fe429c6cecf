"""Fits the verdict of one catalogue to questions whose answers are known."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.errors import CalibrationError
from index.verdict import Calibration, Evidence, Logistic, Thresholds

FEWEST_TRIALS = 40
_FEWEST_OF_A_KIND = 8
_FOLDS = 5
_BINS = 10
_PENALTY = 1.0
"""Of squared weights of standardised features; small beside some hundred trials."""
_PRIOR_PENALTY = 100.0
"""The same where it is the distance from a prior: as much as 400 trials that are quite unsure."""
_THRESHOLDS = Thresholds()
RELATIVE = ("lead",)
"""Features that changed catalogue pictures and true photos share; their scores differ."""
ALL_FEATURES = ("score", *RELATIVE)
PHOTO_PRIOR = Logistic(means=(0.0,), scales=(1.0,), weights=(33.0,), bias=-1.47)
"""Of ``RELATIVE``, as true photos of three development shops have it with the embedded embedder;
see docs/decisions/0015-verdict.md."""
Probabilities: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Trial:
    """One question with a known answer."""

    thing: str
    """The product that it shows: trials of one thing stay in one fold."""
    evidence: Evidence
    is_group_right: bool
    is_product_right: bool
    is_in_catalogue: bool
    """False: its group was taken out of the ranking."""


@dataclass(frozen=True)
class Bin:
    """Trials of like probability."""

    probability: float
    """Their mean, in [0, 1]."""
    frequency: float
    """Share of them that are right, in [0, 1]."""
    count: int


def fit(
    trials: Sequence[Trial],
    source: str,
    space: str,
    features: Sequence[str] = RELATIVE,
    prior: Logistic | None = None,
    thresholds: Thresholds = _THRESHOLDS,
) -> Calibration:
    """Gives a calibration with figures from trials that it was not fitted to.

    Args:
        trials: questions with known answers.
        source: where they came from, in words.
        space: the embedder and colours of their scores.
        features: fields of ``Evidence``; ``ALL_FEATURES`` for trials by true photos.
        prior: what other shops say of these features; the fit is drawn towards it.
        thresholds: from which probability on something is claimed.

    Raises:
        CalibrationError: too few trials, or all of them right or all wrong.
    """
    rows = np.array([one.evidence.values(features) for one in trials])  # (t, f)
    right = np.array([one.is_group_right for one in trials], dtype=np.int64)  # (t,)
    _check(len(trials), int(right.sum()))
    unseen = out_of_fold(trials, features, prior)
    return Calibration(
        features=tuple(features),
        group=_model(rows, right, prior),
        product=_variant_model(trials),
        thresholds=thresholds,
        trials=len(trials),
        source=source,
        space=space,
        made_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        report={
            "ece": round(expected_calibration_error(unseen, right), 4),
            "right": round(float(right.mean()), 4),
            "claimed": round(float((unseen >= thresholds.same).mean()), 4),
            "false_claims": round(float(((unseen >= thresholds.same) & (right == 0)).mean()), 4),
        },
    )


def out_of_fold(
    trials: Sequence[Trial], features: Sequence[str] = RELATIVE, prior: Logistic | None = None
) -> Probabilities:
    """Gives ``(t,)`` the probability that each trial is right, by models that had not seen it.

    Trials of one thing are in one of five folds.

    Raises:
        ValueError: trials of one thing alone, or all of them right or all wrong.
    """
    from sklearn.model_selection import GroupKFold

    things = [one.thing for one in trials]
    folds = GroupKFold(min(_FOLDS, len(set(things))))
    rows = np.array([one.evidence.values(features) for one in trials])  # (t, f)
    right = np.array([one.is_group_right for one in trials], dtype=np.int64)  # (t,)
    found = np.empty(len(trials))
    for fitted, asked in folds.split(rows, right, things):
        model = _model(rows[fitted], right[fitted], prior)
        found[asked] = [model.probability(row) for row in rows[asked].tolist()]
    return found


def reliability(
    probabilities: Probabilities, right: NDArray[np.int64], bins: int = _BINS
) -> list[Bin]:
    """Gives bins of equal size, by ascending probability; none of them is empty.

    Source: equal-mass bins after Nixon et al., 2019.
    """
    order = np.argsort(probabilities, kind="stable")
    return [
        Bin(float(probabilities[part].mean()), float(right[part].mean()), len(part))
        for part in np.array_split(order, bins)
        if len(part)
    ]


def expected_calibration_error(
    probabilities: Probabilities, right: NDArray[np.int64], bins: int = _BINS
) -> float:
    """Gives the mean gap between probability and frequency in bins of equal size, in [0, 1].

    Source: Naeini, Cooper and Hauskrecht, 2015.
    """
    parts = reliability(probabilities, right, bins)
    return sum(one.count * abs(one.probability - one.frequency) for one in parts) / len(
        probabilities
    )


def risk_curve(probabilities: Probabilities, right: NDArray[np.int64]) -> Probabilities:
    """Gives ``(t,)`` the share of wrong ones among the surest 1, 2, ... t of all, in [0, 1]."""
    surest = right[np.argsort(-probabilities, kind="stable")]
    risks: Probabilities = 1.0 - np.cumsum(surest) / np.arange(1, len(surest) + 1)
    return risks


def risk_at_coverage(
    probabilities: Probabilities, right: NDArray[np.int64], coverage: float
) -> float:
    """Gives the share of wrong ones among the surest ``coverage`` of all, in [0, 1]."""
    kept = max(1, round(coverage * len(probabilities)))
    return float(risk_curve(probabilities, right)[kept - 1])


def lowest_threshold(
    probabilities: Probabilities, right: NDArray[np.int64], most_wrong: float
) -> float | None:
    """Gives the lowest probability such that of all at or above it at most so many are wrong.

    Args:
        probabilities: ``(t,)``, by models that had not seen the trials.
        right: ``(t,)`` 0 and 1.
        most_wrong: share of what is claimed, in [0, 1].

    Returns:
        None where even the surest are wrong more often.
    """
    descending = np.sort(probabilities)[::-1]
    is_last = np.append(descending[1:] != descending[:-1], True)  # equal ones are claimed together
    fits = np.flatnonzero((risk_curve(probabilities, right) <= most_wrong) & is_last)
    return float(descending[fits[-1]]) if len(fits) else None


def _check(count: int, right: int) -> None:
    if count < FEWEST_TRIALS:
        raise CalibrationError(
            f"{count} questions with known answers; {FEWEST_TRIALS} are the fewest"
        )
    if min(right, count - right) < _FEWEST_OF_A_KIND:
        raise CalibrationError(
            f"{right} of {count} questions were answered rightly; at least {_FEWEST_OF_A_KIND} "
            "right and as many wrong ones are needed"
        )


def _model(
    features: NDArray[np.float64], right: NDArray[np.int64], prior: Logistic | None = None
) -> Logistic:
    """The likeliest model of ``(t, f)`` features; with a prior, the likeliest given that too.

    Source: MAP estimation with a normal prior, as Platt scaling with few data: Bishop, Pattern
    Recognition and Machine Learning, 4.5.

    Raises:
        ValueError: all trials are right, or all wrong, and there is no prior.
    """
    from scipy.optimize import minimize

    if prior is None and right.min() == right.max():
        raise ValueError("trials that are all right or all wrong have no likeliest model")
    means = features.mean(axis=0)
    scales = np.where(features.std(axis=0) > 0, features.std(axis=0), 1.0)
    rows = np.column_stack([(features - means) / scales, np.ones(len(features))])  # (t, f + 1)
    centre = np.zeros(rows.shape[1])
    penalty = np.append(np.full(len(means), _PENALTY), 0.0)
    if prior is not None:
        weights = np.array(prior.weights) / np.array(prior.scales)
        centre = np.append(weights * scales, prior.bias + weights @ (means - np.array(prior.means)))
        penalty = np.full(len(centre), _PRIOR_PENALTY)

    def loss(model: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits, off = rows @ model, model - centre
        slope = rows.T @ (1.0 / (1.0 + np.exp(-np.clip(logits, -500, 500))) - right) + penalty * off
        unlikely = np.logaddexp(0.0, logits).sum() - logits @ right
        return float(unlikely + 0.5 * off @ (penalty * off)), slope

    found = minimize(loss, centre, jac=True, method="L-BFGS-B").x.tolist()
    return Logistic(tuple(means.tolist()), tuple(scales.tolist()), tuple(found[:-1]), found[-1])


def _variant_model(trials: Sequence[Trial]) -> Logistic:
    chosen = [
        (one.evidence.variant_margin, one.is_product_right)
        for one in trials
        if one.is_group_right and one.evidence.variant_margin is not None
    ]
    right = np.array([is_right for _, is_right in chosen], dtype=np.int64)
    if len(chosen) < FEWEST_TRIALS or right.min() == right.max():
        rate = (right.sum() + 1) / (len(chosen) + 2)  # Laplace's rule: never sure
        return Logistic((0.0,), (1.0,), (0.0,), float(np.log(rate / (1 - rate))))
    return _model(np.array([[margin] for margin, _ in chosen]), right)
