"""The publish gate: a new version goes live only if the catalogue still knows its own pictures.

Before an indexing run the catalogue was asked a fixed set of questions, pictures of its products as
a phone would take them; the version's manifest keeps them with what came out. After the run the
same photos are asked again. Products that are gone are not asked for, and products that came since
do not count as wrong answers: a larger catalogue is no fault.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image

from index.store import Store
from service.errors import PublishRefusedError
from service.evaluation import interval
from service.pipeline import SearchPipeline
from service.self_check import QUESTION_JPEG_QUALITY
from service.types import Match, SearchRequest
from vision.decode import decode
from vision.jpeg import jpeg_of
from vision.phone_views import phone_view
from vision.whole_photo_detector import WholePhotoDetector

SAMPLE = 200
"""Questions; a fall of five without one gain is then more than chance."""
LEVEL = 0.05
"""A fall counts when chance alone would give so large a one this rarely."""
_STRENGTH = 1.0
"""Of the phone views: only what was answered right before can show a fall, so not too hard."""
_DEPTH = 20
_EXAMPLES = 5
_SEED = 20_261


@dataclass(frozen=True)
class Asked:
    """A question that a catalogue was asked, and whether the right group came first."""

    product: str
    sha256: str
    """Of the picture that the photo was made of."""
    is_right: bool


@dataclass(frozen=True)
class Evaluation:
    """What a catalogue knew of its own pictures."""

    asked: tuple[Asked, ...]
    last_key: int
    """Products with higher keys came later."""

    @property
    def recall_at_1(self) -> float | None:
        """The share of right answers; None where nothing was asked."""
        return float(np.mean([one.is_right for one in self.asked])) if self.asked else None

    def to_json(self) -> dict[str, Any]:
        """Gives what ``from_json`` reads, and the figures for people."""
        right = np.array([one.is_right for one in self.asked], dtype=float)
        return {
            "recall_at_1": self.recall_at_1,
            "recall_at_1_ci95": interval(right) if len(right) else None,
            "questions": len(self.asked),
            "last_key": self.last_key,
            "asked": [[one.product, one.sha256, one.is_right] for one in self.asked],
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Evaluation":
        """Reads what ``to_json`` gave; the manifest's seal says that it is whole."""
        return cls(tuple(Asked(*one) for one in values["asked"]), values["last_key"])


@dataclass(frozen=True)
class Comparison:
    """The same questions before and after a run."""

    before: tuple[Asked, ...]
    after: tuple[Asked, ...]

    @property
    def lost(self) -> list[str]:
        """Products whose question was answered right before, and is not any more."""
        pairs = zip(self.before, self.after, strict=True)
        return [old.product for old, new in pairs if old.is_right and not new.is_right]

    @property
    def gained(self) -> list[str]:
        """Products whose question is answered right only now."""
        pairs = zip(self.before, self.after, strict=True)
        return [old.product for old, new in pairs if new.is_right and not old.is_right]

    @property
    def p_value(self) -> float:
        """How rarely chance gives so large a fall: the exact one-sided test of McNemar."""
        changed = len(self.lost) + len(self.gained)
        if not changed:
            return 1.0
        from scipy.stats import binomtest  # a second to import, and every command would

        return float(binomtest(len(self.lost), changed, alternative="greater").pvalue)

    @property
    def is_fall(self) -> bool:
        """Whether the answers are worse by more than chance."""
        return self.p_value < LEVEL

    def __str__(self) -> str:
        right = [sum(one.is_right for one in asked) for asked in (self.before, self.after)]
        examples = ", ".join(self.lost[:_EXAMPLES])
        return (
            f"of {len(self.before)} photos of known products the right one came first for "
            f"{right[0]} before and for {right[1]} now; lost {len(self.lost)}, gained "
            f"{len(self.gained)} (p = {self.p_value:.2g}){f'; lost: {examples}' * bool(examples)}"
        )


class PublishGate:
    """Stands between an indexing run and its new version."""

    def __init__(
        self,
        pipeline: SearchPipeline,
        sample: int = SAMPLE,
        *,
        is_forced: bool = False,
    ) -> None:
        """Call it before the run writes: it marks what is written from now on as the run's.

        Args:
            pipeline: of the store, with the embedder of the run; its other models are not used.
            sample: most questions; 0 asks none and lets everything pass.
            is_forced: let a worse catalogue pass too.
        """
        self._store = pipeline.store
        self._pipeline = replace(
            pipeline, detector=WholePhotoDetector(), captioner=None, reranking=None
        )
        self._sample = sample
        self._is_forced = is_forced
        self._start = self._store.begin_run()
        self._before = self._recorded()

    def publish(self) -> str:
        """Saves the new version and gives its name; or takes the run back.

        The caller holds the writer's lock. Where nothing was written, nothing is asked.

        Raises:
            PublishRefusedError: the answers are worse; what the run wrote is taken back.
            StoreUnwritableError: as ``Store.publish``.
        """
        snapshot = self._store.refresh()
        if snapshot.version and snapshot.version_sequence == snapshot.sequence:
            return self._store.publish()
        comparison = self.compare()
        if comparison is not None and comparison.is_fall and not self._is_forced:
            changed = self._store.undo_run(self._start)
            raise PublishRefusedError(
                f"the new version is refused: {comparison}. Taken back to version {self._start}: "
                f"{len(changed.restored)} products restored, {len(changed.removed)} removed. "
                "Where the pictures were changed on purpose, run again with --force"
            )
        evaluation = ask_own(self._pipeline, self._sample) if self._sample else None
        return self._store.publish(evaluation.to_json() if evaluation else None)

    def compare(self) -> Comparison | None:
        """Asks the questions of before once more; None where there were none."""
        if self._before is None:
            return None
        there = self._store.catalogue.existing({one.product for one in self._before.asked})
        before = [one for one in self._before.asked if one.product in there]
        after = ask_again(self._pipeline, before, self._before)
        answered = {(one.product, one.sha256): one for one in after}
        known = tuple(one for one in before if (one.product, one.sha256) in answered)
        return Comparison(known, tuple(answered[one.product, one.sha256] for one in known))

    def _recorded(self) -> Evaluation | None:
        if not self._start or not self._sample:
            return None
        recorded = self._store.evaluation(self._start)
        if recorded is not None:
            return Evaluation.from_json(recorded)
        snapshot = self._store.refresh()
        if snapshot.version == self._start and snapshot.version_sequence == snapshot.sequence:
            return ask_own(self._pipeline, self._sample)
        return None  # an earlier run was cut off: the state before it cannot be asked any more


def ask_own(pipeline: SearchPipeline, sample: int) -> Evaluation:
    """Asks a catalogue for its own pictures, at most one a product, drawn with a fixed seed."""
    catalogue = pipeline.store.catalogue
    ids = catalogue.ids()
    draw = random.Random(_SEED)  # noqa: S311 (no secret)
    drawn = draw.sample(ids, min(sample, len(ids)))
    questions = [
        Asked(product_id, draw.choice(catalogue.sources(product_id))[1], is_right=False)
        for product_id in drawn
    ]
    last_key = max(catalogue.keys_of(ids), default=0)
    whole = Evaluation(tuple(questions), last_key)
    return replace(whole, asked=tuple(ask_again(pipeline, questions, whole)))


def ask_again(pipeline: SearchPipeline, questions: Sequence[Asked], of: Evaluation) -> list[Asked]:
    """Asks the questions of an evaluation; those whose picture is gone are left out.

    Args:
        pipeline: answers.
        questions: those of its questions that are to be asked; their products exist.
        of: gives the backgrounds of the photos, and which products do not count.
    """
    store = pipeline.store
    backgrounds = [one.sha256 for one in of.asked]
    answered = []
    for question in questions:
        photo = _photo(store, question, backgrounds)
        if photo is not None:
            request = SearchRequest(photo, k=_DEPTH, is_main_only=True, is_grouped=False)
            matches = pipeline.search(request).items[0].matches
            is_right = _is_right(store, question.product, matches, of.last_key)
            answered.append(replace(question, is_right=is_right))
    return answered


def _is_right(store: Store, product_id: str, matches: Sequence[Match], last_key: int) -> bool:
    """Whether the first match that is not new shows the product's group."""
    group = store.catalogue.product(product_id).group
    for match in matches:
        listed = (match.product, *match.also_listed_as)
        keys = {one.id: store.catalogue.key_of(one.id) for one in listed}
        known = [one for one in listed if keys[one.id] <= last_key]
        if known:
            return any(one.group == group for one in known)
    return False


def _photo(store: Store, question: Asked, backgrounds: Sequence[str]) -> bytes | None:
    """The same photo whenever it is asked for; None where its picture is not kept."""
    jpeg = store.history.display_jpeg(question.sha256)
    if jpeg is None:
        return None

    def background(draw: random.Random) -> Image.Image:
        behind = store.history.display_jpeg(draw.choice(backgrounds))
        return decode(behind or jpeg).image

    draw = random.Random(f"{_SEED} {question.product} {question.sha256}")  # noqa: S311
    view = phone_view(decode(jpeg).image, draw, background, _STRENGTH)
    return jpeg_of(view, QUESTION_JPEG_QUALITY)
