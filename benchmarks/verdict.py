"""The verdict on true photos whose product is, and is not, in the gallery.

    python -m benchmarks.verdict [--sample 300] [--json FILE]

The catalogue calibrates itself on its own pictures, as ``snapshelf doctor`` does, and is then asked
with photos that it never saw; each once with its group there and once without. Beside it: a
calibration on one half of the true photos, asked with the other half, the photos that show what
the data set says they do, and the calibration error that a perfect calibrator would show on so few
photos.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import datasets, galleries
from benchmarks.machine import machine_line
from index.calibrating import Trial, expected_calibration_error
from index.verdict import ABSENT, Calibration, judge
from service import wiring
from service.doctor import calibrated, risk_coverage
from service.evaluation import LabelledQuery, interval
from service.self_check import labelled_questions, own_questions, trials
from service.settings import Settings, load_settings
from service.wiring import Models


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=300, help="questions to calibrate with")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    arguments = parser.parse_args()
    settings = load_settings()
    models = wiring.load_models(settings)
    figures: dict[str, Any] = {"machine": machine_line()}
    print(figures["machine"])
    for task in (
        datasets.luma(),
        datasets.grocery(with_photos=False),
        datasets.grocery(with_photos=True),
    ):
        figures[task.name] = one_shop(task, models, settings, arguments.sample)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")


def one_shop(
    task: datasets.Task, models: Models, settings: Settings, sample: int
) -> dict[str, Any]:
    """Figures of one catalogue, printed as they come."""
    wrong = [one for one in task.queries if one[0] in task.mislabelled]
    labelled_right = [one for one in task.queries if one[0] not in task.mislabelled]
    with galleries.indexed(replace(task, queries=[]), models, settings) as gallery:
        pipeline = wiring.search_pipeline(settings, models, gallery.store)
        space = str(gallery.store.space)
        own = trials(pipeline, own_questions(gallery.store, sample))
        told = trials(pipeline, labelled_questions(gallery.store, asked_by(task, labelled_right)))
        true = told + trials(pipeline, labelled_questions(gallery.store, asked_by(task, wrong)))
    things = sorted({one.thing for one in true})
    half = {thing for number, thing in enumerate(things) if number % 2}
    fitted = [one for one in true if one.thing in half]
    asked = [one for one in true if one.thing not in half]
    print(f"\n{task.name}: {len(task.queries)} photos, {len(own)} trials by its own pictures")
    by_own = calibrated(own, space, is_labelled=False)
    by_true = calibrated(fitted, space, is_labelled=True)
    figures = {
        "calibrated on its own pictures": shown("on its own pictures", true, by_own),
        "calibrated on half of the photos": shown("on half of the photos", asked, by_true),
    }
    if wrong:
        name = "on its own pictures, photos labelled right"
        figures[name] = shown(name, told, by_own)
    return figures


def asked_by(task: datasets.Task, queries: Sequence[tuple[str, str]]) -> list[LabelledQuery]:
    """Some of a task's queries, as ``snapshelf doctor --queries`` reads them."""
    return [
        LabelledQuery(task.root / photo, "", product, line)
        for line, (photo, product) in enumerate(queries)
    ]


def shown(name: str, asked: list[Trial], calibration: Calibration) -> dict[str, Any]:
    """Figures of true photos under one calibration."""
    verdicts = [judge(one.evidence, calibration) for one in asked]
    sure = np.array([one.confidence for one in verdicts])
    right = np.array([one.is_group_right for one in asked], dtype=np.int64)
    inside = np.array([one.is_in_catalogue for one in asked])
    claims = np.array([one.kind in {"same_product", "variant"} for one in verdicts])
    same = np.array([one.kind == "same_product" for one in verdicts])
    right_product = np.array([one.is_product_right for one in asked])
    absent = np.array([one.kind == ABSENT for one in verdicts])
    row = {
        "n": len(asked),
        "right": mean(right),
        "ece": round(expected_calibration_error(sure, right), 4),
        "ece_of_a_perfect_calibrator": round(perfect_error(sure), 4),
        "auc": round(area(sure, right), 4),
        "risk_at_coverage_all": risk_coverage(asked, calibration),
        "risk_at_coverage_in_catalogue": risk_coverage(
            [one for one in asked if one.is_in_catalogue], calibration
        ),
        "claimed": mean(claims),
        "false_claims": mean(claims & (right == 0)),
        "wrong_of_claims": round(float(1 - right[claims].mean()), 4) if claims.any() else None,
        "false_same_product": mean(same & ~right_product),
        "absent_said_of_absent": mean(absent[~inside]),
        "absent_said_of_right": mean(absent[inside & (right == 1)]),
    }
    print(f"  {name}:")
    for key, value in row.items():
        print(f"    {key:30} {value}")
    return row


def mean(values: NDArray[Any]) -> list[float]:
    """Mean and 95 % bootstrap interval."""
    numbers = values.astype(np.float64)
    return [round(float(numbers.mean()), 4), *interval(numbers)]


def perfect_error(sure: NDArray[np.float64], repeats: int = 200) -> float:
    """Mean calibration error where every probability is exactly right: the noise of so few."""
    random = np.random.default_rng(0)
    drawn = [(random.random(len(sure)) < sure).astype(np.int64) for _ in range(repeats)]
    return float(np.mean([expected_calibration_error(sure, one) for one in drawn]))


def area(sure: NDArray[np.float64], right: NDArray[np.int64]) -> float:
    """Area under the ROC curve: how often a right match is surer than a wrong one."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(right, sure))


if __name__ == "__main__":
    main()
