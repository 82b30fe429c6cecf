"""The metrics of ``snapshelf eval``, by hand and against ranx."""

import random

import numpy as np
import pytest

from service.evaluation import (
    DEPTH,
    METRICS,
    Judged,
    interval,
    per_query,
    recall_curve,
    report,
)

RANX = {
    "recall_at_1": "hit_rate@1",
    "recall_at_5": "hit_rate@5",
    "recall_at_10": "hit_rate@10",
    "mrr": "mrr@10",
    "map_at_10": "map@10",
}


def ranked(place: int | None) -> Judged:
    """Ten products of which the right one has this place."""
    names = [f"other-{number}" for number in range(DEPTH)]
    if place is not None:
        names[place - 1] = "right"
    return Judged("right", tuple(names), "mugs")


@pytest.mark.parametrize(
    ("place", "at_1", "at_5", "at_10", "reciprocal"),
    [
        (1, 1, 1, 1, 1.0),
        (2, 0, 1, 1, 0.5),
        (6, 0, 0, 1, 1 / 6),
        (10, 0, 0, 1, 0.1),
        (None, 0, 0, 0, 0),
    ],
)
def test_a_place_gives_the_metrics_worked_by_hand(
    place: int | None, at_1: int, at_5: int, at_10: int, reciprocal: float
) -> None:
    found = {name: values[0] for name, values in per_query([ranked(place)]).items()}
    assert found == pytest.approx(
        {
            "recall_at_1": at_1,
            "recall_at_5": at_5,
            "recall_at_10": at_10,
            "mrr": reciprocal,
            "map_at_10": reciprocal,
        }
    )


@pytest.mark.filterwarnings("ignore")  # of ranx and of numba
def test_the_metrics_are_those_of_ranx(monkeypatch: pytest.MonkeyPatch) -> None:
    import numba

    monkeypatch.setattr(numba.config, "DISABLE_JIT", True)  # compiling takes a minute
    from ranx import Qrels, Run, evaluate

    draw = random.Random(5)
    judged = [ranked(draw.choice([None, *range(1, DEPTH + 1)])) for _ in range(60)]
    judged.append(Judged("right", ("other",), "mugs"))
    ids = [f"{number:03d}" for number in range(len(judged))]
    qrels = Qrels({one: {"right": 1} for one in ids})
    run = Run(
        {
            one: {found: float(DEPTH - rank) for rank, found in enumerate(row.ranked)}
            for one, row in zip(ids, judged, strict=True)
        }
    )
    evaluate(qrels, run, list(RANX.values()), return_mean=False)
    ours = per_query(judged)
    for name, theirs in RANX.items():
        assert ours[name].tolist() == pytest.approx([run.scores[theirs][one] for one in ids])
    assert set(METRICS) == set(RANX)


def test_a_query_that_finds_nothing_counts_as_a_miss() -> None:
    figures = report([Judged("right", (), "mugs"), ranked(1)])
    assert figures["overall"]["n"] == 2
    assert figures["overall"]["recall_at_10"] == 0.5
    assert figures["by_category"]["mugs"]["mrr"] == 0.5


def test_the_interval_holds_the_mean_and_narrows_with_more_queries() -> None:
    values = np.array([0.0, 1.0] * 20)
    low, high = interval(values)
    assert low < 0.5 < high
    wide, narrow = high - low, np.ptp(interval(np.array([0.0, 1.0] * 400)))
    assert narrow < wide / 3
    assert interval(np.ones(9)) == [1.0, 1.0]


def test_the_recall_curve_goes_through_the_report_s_figures() -> None:
    judged = [ranked(place) for place in (1, 1, 3, 7, None)]
    curve, figures = recall_curve(judged), report(judged)["overall"]
    assert curve.shape == (DEPTH, 3)
    assert curve[:, 0].tolist() == pytest.approx([0.4, 0.4, 0.6, 0.6, 0.6, 0.6, 0.8, 0.8, 0.8, 0.8])
    for k in (1, 5, 10):
        assert curve[k - 1, 0] == pytest.approx(figures[f"recall_at_{k}"])
        assert curve[k - 1, 1:].tolist() == figures[f"recall_at_{k}_ci95"]
