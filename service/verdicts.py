"""The verdict on an item: is the first match the thing in the photo, or is it not sold here?"""

from collections.abc import Sequence
from dataclasses import replace

from index.filters import group_hash
from index.standing import standing
from index.store import Snapshot, Store
from index.types import Product, Query
from index.verdict import ABSENT, Ranked, Verdict, evidence_of, judge
from service.search.words import Understood


def verdict_of(
    shown: Sequence[Product], views: Sequence[Query], store: Store, snapshot: Snapshot
) -> Verdict | None:
    """Gives the verdict on what is shown first.

    None where nobody calibrated the catalogue (``snapshelf doctor``), where it is too small, where
    nothing is shown, and where there is no photo.

    Args:
        shown: the first match and its other listings; empty: nothing was found.
        views: what the item's photo asks for, without words and filters.
        store: the catalogue.
        snapshot: the state that was searched.
    """
    calibration = snapshot.calibration
    keys = store.shelf(snapshot).keys_of([one.id for one in shown[:1]])
    if calibration is None or not views or not keys:
        return None
    ranking = standing(snapshot.segments, views)
    first = next((one for one in ranking if one.product == keys[0]), None)
    if first is None:  # filters left what the photo alone would not have shown
        first = Ranked(keys[0], group_hash(shown[0].group), -1.0)
    alike = {group_hash(one.group) for one in shown[1:]}
    evidence = evidence_of(ranking, first, alike)
    best = evidence_of(ranking)
    if evidence is None or best is None:
        return None
    verdict = judge(evidence, calibration)
    is_filtered_out = first != ranking[0] and judge(best, calibration).kind != ABSENT
    if verdict.kind == ABSENT and is_filtered_out:
        return replace(verdict, kind="similar")
    return verdict


def is_about_the_photo(words: Understood | None) -> bool:
    """Whether words leave what the photo shows: filters do, a wish for another thing does not."""
    return words is None or not (
        words.residual or words.changes or words.negatives or words.has_colour_change
    )
