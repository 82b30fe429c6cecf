"""Which matches may stand on a list: better "nothing found" than a wrong product."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from index.verdict import ABSENT, Verdict
from service.shopping.things import Thing, is_called, is_in_another_colour
from service.types import Match

MIN_TEXT_COSINE = 0.3
"""Of words that name no thing and a product's text. In the demo shop, whose embedder is the
embedded one. Other embedders have other cosines."""
MIN_THING_COSINE = 0.4
"""Of a thing's name without its colour and a product's text; fitted on the demo shop by
``benchmarks.shopping_things``, which tells what it does on others. Other embedders have other
cosines."""


def plausible(matches: Sequence[Match], verdict: Verdict | None = None) -> tuple[Match, ...]:
    """Gives the matches of a photo, or of words that name no thing, that may stand on a list.

    In their order; none of them may where the verdict says that the thing is in no catalogue. For
    a picture they must be of the first one's category: a lamp is no alternate for a mug, however
    alike they look.
    """
    if verdict is not None and verdict.kind == ABSENT:
        return ()
    kept = [one for one in matches if _is_plausible(one)]
    if not kept or "image" not in kept[0].parts:
        return tuple(kept)
    category = kept[0].product.category
    return tuple(one for one in kept if one.product.category == category)


def that_are(
    thing: Thing,
    matches: Sequence[Match],
    cosines: Mapping[str, float],
    before: Mapping[str, float] = MappingProxyType({}),
) -> tuple[Match, ...]:
    """Gives the matches of words that are the thing, in their order: a colour alone is not enough.

    Those that are called by its name; where none is, those whose text is near to it.
    Nor is the thing in another colour, where it is known, nor what only the words before its name
    speak of: a yoga mat is as near to "yoga" as to "yoga ball".

    Args:
        thing: what is wanted.
        matches: of all words together.
        cosines: of the thing's name and a product's text, by product id; one that is not there
            must be called by the name.
        before: the same of the words before the name.
    """
    coloured = [one for one in matches if not is_in_another_colour(thing, one.product)]
    called = tuple(one for one in coloured if is_called(thing, one.product))
    near = tuple(one for one in coloured if _is_near(one.product.id, cosines, before))
    return called or near


def _is_near(product: str, cosines: Mapping[str, float], before: Mapping[str, float]) -> bool:
    """Whether all the words are near, and the name brings them nearer."""
    cosine = cosines.get(product, -1.0)
    return cosine >= MIN_THING_COSINE and cosine >= before.get(product, -1.0)


def _is_plausible(match: Match) -> bool:
    """Whether a match may be what was asked for.

    Words need a text near to theirs; matches of a photo pass, because cosines of pictures do not
    tell what is sold from what is not.
    """
    cosine = match.parts.get("text")
    return "image" in match.parts or cosine is None or cosine >= MIN_TEXT_COSINE
