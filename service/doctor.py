"""Looks a catalogue over: its faults, how well it knows its own pictures, and its verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.calibrating import (
    ALL_FEATURES,
    PHOTO_PRIOR,
    RELATIVE,
    Trial,
    fit,
    risk_at_coverage,
)
from index.errors import CalibrationError
from index.health import Health, examine
from index.verdict import Calibration
from service.evaluation import LabelledQuery, interval
from service.pipeline import SearchPipeline
from service.self_check import labelled_questions, own_questions, trials

COVERAGES = (0.5, 0.7, 0.9, 1.0)
_KNOWN_SPACE = "embedded ("
"""How the spaces of the embedded embedder begin: other models' cosines have other scales."""


@dataclass(frozen=True)
class Checkup:
    """What the doctor found."""

    health: Health
    questions: int
    recall_at_1: float | None
    """Of the group, for questions whose answer is in the catalogue; None: nothing was asked."""
    recall_at_1_ci95: tuple[float, float] | None
    calibration: Calibration | None
    uncalibrated_because: str = ""


def check_up(
    pipeline: SearchPipeline, sample: int, labelled: Sequence[LabelledQuery] = ()
) -> Checkup:
    """Examines a store, asks it questions, and writes its calibration where that can be made.

    Args:
        pipeline: of the store, with the models that will serve it.
        sample: most questions; 0 asks none and leaves the calibration as it is.
        labelled: photos with known products; asked in place of the catalogue's own pictures.
    """
    store = pipeline.store
    health = examine(store)
    if not sample:
        return Checkup(health, 0, None, None, store.refresh().calibration, "nothing was asked")
    if labelled:
        asked = trials(pipeline, labelled_questions(store, labelled[:sample]))
    else:
        asked = trials(pipeline, own_questions(store, sample))
    inside = np.array([one.is_group_right for one in asked if one.is_in_catalogue], dtype=float)
    recall = float(inside.mean()) if len(inside) else None
    spread = interval(inside) if len(inside) else None
    try:
        calibration = calibrated(asked, str(store.space), is_labelled=bool(labelled))
    except CalibrationError as error:
        return Checkup(health, len(inside), recall, _pair(spread), None, str(error))
    store.calibrate(calibration)
    return Checkup(health, len(inside), recall, _pair(spread), calibration)


def calibrated(asked: Sequence[Trial], space: str, *, is_labelled: bool) -> Calibration:
    """Fits a calibration; scores count only where true photos were asked.

    What the embedded embedder's rankings tell of true photos is known from other shops: own
    pictures are drawn towards that.

    Raises:
        CalibrationError: too few questions, or none with a wrong answer.
    """
    if is_labelled:
        return fit(asked, "labelled photos", space, ALL_FEATURES)
    prior = PHOTO_PRIOR if space.startswith(_KNOWN_SPACE) else None
    return fit(asked, "own pictures", space, RELATIVE, prior)


def risk_coverage(asked: Sequence[Trial], calibration: Calibration) -> dict[str, float]:
    """Gives the share of wrong first matches among the surest part of all questions."""
    model, names = calibration.group, calibration.features
    sure = np.array([model.probability(one.evidence.values(names)) for one in asked])
    right = np.array([one.is_group_right for one in asked], dtype=np.int64)
    return {f"{part:.0%}": round(risk_at_coverage(sure, right, part), 4) for part in COVERAGES}


def _pair(values: Sequence[float] | None) -> tuple[float, float] | None:
    return (values[0], values[1]) if values else None
