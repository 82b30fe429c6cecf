"""Fits the verdict of one catalogue to questions whose answers are known."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
_THRESHOLDS = Thresholds()
RELATIVE = ("margin", "prominence")
"""Features that changed catalogue pictures and true photos share; their scores differ."""
ALL_FEATURES = ("score", *RELATIVE)


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


def fit(
    trials: Sequence[Trial],
    source: str,
    space: str,
    features: Sequence[str] = RELATIVE,
    thresholds: Thresholds = _THRESHOLDS,
) -> Calibration:
    """Gives a calibration with figures from trials that it was not fitted to.

    Args:
        trials: questions with known answers.
        source: where they came from, in words.
        space: the embedder and colours of their scores.
        features: fields of ``Evidence``; ``ALL_FEATURES`` for trials by true photos.
        thresholds: from which probability on something is claimed.

    Raises:
        CalibrationError: too few trials, or all of them right or all wrong.
    """
    rows = np.array([one.evidence.values(features) for one in trials])  # (t, f)
    right = np.array([one.is_group_right for one in trials], dtype=np.int64)  # (t,)
    _check(len(trials), int(right.sum()))
    unseen = _out_of_fold(rows, right, [one.thing for one in trials])
    return Calibration(
        features=tuple(features),
        group=_model(rows, right),
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


def expected_calibration_error(
    probabilities: NDArray[np.float64], right: NDArray[np.int64], bins: int = _BINS
) -> float:
    """Gives the mean gap between probability and frequency in bins of equal size, in [0, 1].

    Source: Naeini, Cooper and Hauskrecht, 2015; equal-mass bins after Nixon et al., 2019.
    """
    order = np.argsort(probabilities, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [len(part) * abs(probabilities[part].mean() - right[part].mean()) for part in parts]
    return float(sum(gaps) / len(probabilities))


def risk_at_coverage(
    probabilities: NDArray[np.float64], right: NDArray[np.int64], coverage: float
) -> float:
    """Gives the share of wrong ones among the surest ``coverage`` of all, in [0, 1]."""
    kept = max(1, round(coverage * len(probabilities)))
    return float(1.0 - right[np.argsort(-probabilities, kind="stable")[:kept]].mean())


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


def _out_of_fold(
    features: NDArray[np.float64], right: NDArray[np.int64], things: Sequence[str]
) -> NDArray[np.float64]:
    from sklearn.model_selection import GroupKFold, cross_val_predict

    folds = GroupKFold(min(_FOLDS, len(set(things))))
    found: NDArray[np.float64] = cross_val_predict(
        _pipeline(), features, right, groups=things, cv=folds, method="predict_proba"
    )[:, 1]
    return found


def _pipeline() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=1.0 / _PENALTY))


def _model(features: NDArray[np.float64], right: NDArray[np.int64]) -> Logistic:
    scaler, model = (step for _, step in _pipeline().fit(features, right).steps)
    return Logistic(
        means=tuple(map(float, scaler.mean_)),
        scales=tuple(map(float, scaler.scale_)),
        weights=tuple(map(float, model.coef_[0])),
        bias=float(model.intercept_[0]),
    )


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
