"""Is the first match the thing itself? What its ranking tells, and the probability that follows.

Cosines of two catalogues, or of a studio picture and a phone photo, cannot be compared; how far the
first match stands before the others can. The probability comes from logistic models that are
fitted to one catalogue (``index/calibrating.py``).
"""

import json
import math
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.errors import StoreDamagedError

VerdictKind: TypeAlias = Literal["same_product", "variant", "similar", "not_in_catalogue"]

ABSENT: Literal["not_in_catalogue"] = "not_in_catalogue"

DEPTH = 60
"""Products of a ranking that are looked at."""
FEWEST_OTHERS = 5
"""Other groups that a ranking must hold: among fewer, standing out means nothing."""
_FOLLOWERS = 20
"""Groups behind the first that say how such rankings lie."""
_SPREAD_FLOOR = 1e-3
_CLOSE = 0.02
"""Scores that differ by no more count as close; see docs/decisions/0015-verdict.md."""


@dataclass(frozen=True)
class Ranked:
    """A product of a ranking, best first."""

    product: Hashable
    group: Hashable
    score: float


@dataclass(frozen=True)
class Evidence:
    """What a ranking says about its first match."""

    score: float
    """Of the first match, in [-1, 1]."""
    margin: float
    """Score over the best of another group; negative where another group would have been first."""
    prominence: float
    """Score over the mean of the groups behind it, in their standard deviations; like the margin
    read by calibrations that were made before there was a lead."""
    variant_margin: float | None
    """Score over the best other product of its group; None where it has no other."""
    lead: float
    """Score over all other groups together: the margin, less where several are close to first."""

    def values(self, names: Sequence[str]) -> tuple[float, ...]:
        """Gives some of the fields, in order."""
        return tuple(getattr(self, name) for name in names)


@dataclass(frozen=True)
class Logistic:
    """A logistic model of standardised features."""

    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def probability(self, features: Sequence[float]) -> float:
        """Gives a probability in (0, 1)."""
        rows = zip(features, self.means, self.scales, self.weights, strict=True)
        logit = self.bias + sum(w * (x - mean) / scale for x, mean, scale, w in rows)
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


@dataclass(frozen=True)
class Thresholds:
    """From which probability on something is claimed."""

    same: float = 0.8
    absent: float = 0.2


@dataclass(frozen=True)
class Calibration:
    """The models of one catalogue, and what they were fitted to."""

    features: tuple[str, ...]
    """Fields of ``Evidence`` that the first model looks at."""
    group: Logistic
    """That the first match is of the right group."""
    product: Logistic
    """That it is the right product, where the group is right: of the variant margin."""
    thresholds: Thresholds
    trials: int
    """Questions with known answers that it was fitted to."""
    source: str
    """Where they came from: ``views``, ``other pictures``, ``labelled photos``."""
    space: str
    """The embedder and colours that the scores were made with."""
    made_at: str
    """ISO 8601, UTC."""
    report: Mapping[str, float]
    """Figures of the fit, out of fold: ``ece``, ``recall_at_1``, ``false_claims``, ..."""

    def to_json(self) -> str:
        """Gives what ``from_json`` reads."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Calibration":
        """Reads what ``to_json`` wrote.

        Raises:
            StoreDamagedError: it is something else.
        """
        try:
            values: dict[str, Any] = json.loads(text)
            return cls(
                group=_logistic(values.pop("group")),
                product=_logistic(values.pop("product")),
                features=tuple(values.pop("features")),
                thresholds=Thresholds(**values.pop("thresholds")),
                **values,
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreDamagedError("the store's calibration is not readable") from error


@dataclass(frozen=True)
class Verdict:
    """What is claimed of the first match."""

    kind: VerdictKind
    confidence: float
    """Probability that the first match is the thing in the photo, or a variant of it."""


def evidence_of(
    ranking: Sequence[Ranked], first: Ranked | None = None, alike: Collection[Hashable] = ()
) -> Evidence | None:
    """Gives what a ranking of products says; None where it holds too few groups.

    Args:
        ranking: products of the whole catalogue, best first.
        first: the match that is shown first, where filters kept others away.
        alike: groups of other listings of the same thing.
    """
    if not ranking:
        return None
    first = first or ranking[0]
    others: dict[Hashable, float] = {}
    for one in ranking:
        if one.group != first.group and one.group not in alike:
            others.setdefault(one.group, one.score)
    if len(others) < FEWEST_OTHERS:
        return None
    followers = np.array(list(others.values())[:_FOLLOWERS])
    siblings = [one.score for one in ranking if one.group == first.group and one != first]
    return Evidence(
        score=first.score,
        margin=first.score - float(followers[0]),
        prominence=float((first.score - followers.mean()) / max(followers.std(), _SPREAD_FLOOR)),
        variant_margin=first.score - max(siblings) if siblings else None,
        lead=first.score - _together(np.array(list(others.values()))),
    )


def _together(scores: NDArray[np.float64]) -> float:
    """The soft maximum of ``(g,)`` scores, best first."""
    return float(scores[0] + _CLOSE * np.log(np.exp((scores - scores[0]) / _CLOSE).sum()))


def judge(evidence: Evidence, calibration: Calibration) -> Verdict:
    """Gives the verdict on the first match."""
    of_group = calibration.group.probability(evidence.values(calibration.features))
    of_product = of_group
    if evidence.variant_margin is not None:
        of_product *= calibration.product.probability((evidence.variant_margin,))
    thresholds = calibration.thresholds
    kind: VerdictKind = "similar"
    if of_product >= thresholds.same:
        kind = "same_product"
    elif of_group >= thresholds.same:
        kind = "variant"
    elif of_group < thresholds.absent:
        kind = ABSENT
    return Verdict(kind, of_group)


def _logistic(values: Mapping[str, Any]) -> Logistic:
    return Logistic(
        tuple(values["means"]), tuple(values["scales"]), tuple(values["weights"]), values["bias"]
    )
