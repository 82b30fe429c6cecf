"""Which matches may stand on a list: better "nothing found" than a wrong product."""

from collections.abc import Sequence

from index.verdict import ABSENT, Verdict
from service.types import Match

MIN_TEXT_COSINE = 0.3
"""Of words and a product's text. In the demo shop, whose embedder is the embedded one, things that
it sells have 0.32 and more, things that it does not sell at most 0.27 (but "green jacket": 0.37).
Other embedders have other cosines."""


def _is_plausible(match: Match) -> bool:
    """Whether a match may be what was asked for.

    Words need a text near to theirs; matches of a photo pass, because cosines of pictures do not
    tell what is sold from what is not.
    """
    cosine = match.parts.get("text")
    return "image" in match.parts or cosine is None or cosine >= MIN_TEXT_COSINE


def plausible(matches: Sequence[Match], verdict: Verdict | None = None) -> tuple[Match, ...]:
    """Gives the matches that may stand on a list, in their order.

    None of them may where the verdict says that the thing is in no catalogue. For a picture they
    must be of the first one's category: a lamp is no alternate for a mug, however alike they look.
    """
    if verdict is not None and verdict.kind == ABSENT:
        return ()
    kept = [one for one in matches if _is_plausible(one)]
    if not kept or "image" not in kept[0].parts:
        return tuple(kept)
    category = kept[0].product.category
    return tuple(one for one in kept if one.product.category == category)
