"""Words for a match that was spoken of: "it", "that one", "the cheaper one", 它, 便宜的那个."""

from collections.abc import Sequence

from service.search import lexicon
from service.search.references import Reference
from service.search.tokens import Token


def of_two(tokens: Sequence[Token]) -> Reference | None:
    """Gives the first "the cheaper one" or "the more expensive one" of a text."""
    for at in range(len(tokens)):
        for kind in ("cheaper", "dearer"):
            length = lexicon.follow_up(f"{kind}_one").length(tokens, at)
            if length:
                return Reference(at, at + length, kind)
    return None


def pronoun(tokens: Sequence[Token]) -> Reference | None:
    """Gives the first word of a question that means one match; None where it asks of several."""
    places = range(len(tokens))
    if any(lexicon.follow_up("of_several").length(tokens, at) for at in places):
        return None
    return next((found for at in places if (found := _at(tokens, at))), None)


def _at(tokens: Sequence[Token], at: int) -> Reference | None:
    length = lexicon.follow_up("pronoun").length(tokens, at)
    if not length and at and (tokens[at - 1].key,) in lexicon.follow_up("pronoun_verb"):
        length = lexicon.follow_up("pronoun_behind_verb").length(tokens, at)
    return Reference(at, at + length, "mentioned") if length else None
