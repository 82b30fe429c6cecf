"""Words for a match that was spoken of: "it", "that one", "the cheaper one", 它, 便宜的那个."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.search import lexicon
from service.search.references import Reference
from service.search.tokens import Token


@dataclass(frozen=True)
class ColourWish:
    """A wish like "make it blue", 换成蓝色的: nothing but such words stand before the colour."""

    begin: int
    """Where the colour begins."""
    has_pronoun: bool


def colour_wish(tokens: Sequence[Token]) -> ColourWish | None:
    """Gives the wish that a text begins with; None where it is another one, or none."""
    kinds: set[str] = set()
    at = last = 0
    while at < len(tokens) and lexicon.colours().at(tokens, at) is None:
        length, kind = _wishing(tokens, at)
        if not length:
            return None
        kinds.add(kind)
        last, at = at, at + length
    if lexicon.follow_up("pronoun_behind_verb").length(tokens, last) and _names(tokens, at):
        return None  # "that black dress" is no "that" in black
    is_of_one = {"pronoun", "wish_verb"} <= kinds
    if at == len(tokens) or not (is_of_one or "recolour" in kinds):
        return None
    return ColourWish(at, "pronoun" in kinds)


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


def _wishing(tokens: Sequence[Token], at: int) -> tuple[int, str]:
    """The longest phrase that may stand before a colour, and its kind; 0 where none is."""
    if tokens[at].is_punctuation:
        return 1, ""
    kinds = ("recolour", "wish_verb", "pronoun", "wish_word")
    found = [(lexicon.follow_up(one).length(tokens, at), one) for one in kinds]
    found.append((lexicon.follow_up("pronoun_behind_verb").length(tokens, at), "pronoun"))
    return max(found, key=lambda one: one[0])


def _names(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word that may name a thing follows the colour that begins at ``at``."""
    behind = at + lexicon.colours().length(tokens, at)
    is_over = behind >= len(tokens) or tokens[behind].is_punctuation
    return not is_over and not lexicon.follow_up("wish_word").length(tokens, behind)


def _at(tokens: Sequence[Token], at: int) -> Reference | None:
    length = lexicon.follow_up("pronoun").length(tokens, at)
    if not length and at and (tokens[at - 1].key,) in lexicon.follow_up("pronoun_verb"):
        length = lexicon.follow_up("pronoun_behind_verb").length(tokens, at)
    return Reference(at, at + length, "mentioned") if length else None
