"""What a clause says of a product and the photo: that fields agree, or differ."""

from collections.abc import Sequence

from service.answer.agreements import FIELDS
from service.answer.claims import LIKENESS, OF_AN_OFFER
from service.answer.facts import ProductFacts
from service.answer.lexicon import Token

PHOTO = "photo"
"""Words for the photo: they claim nothing but say what the rest is compared with."""
_OTHER = tuple(f"other_{field}" for field in FIELDS)
_OF_A_SALE = ("amount", "percent", "merchant")
_SAME = tuple(f"same_{field}" for field in FIELDS)
_COMPARED = (*LIKENESS, *_OTHER, *_SAME)


def likeness_problem(clause: Sequence[Token], product: ProductFacts, *, is_chinese: bool) -> str:
    """Gives what of a clause does not hold between a product and the photo; empty: all does."""
    claims = {token.text for token in clause if token.kind == "claim"}
    fields = {token.text for token in clause if token.kind == "field"}
    for name, compared, true in (
        ("agrees", _SAME, product.agrees),
        ("differs", _OTHER, product.differs),
    ):
        is_said = name in claims or not claims.isdisjoint(compared)
        if is_said and not (fields <= {*true} and (fields or name not in claims)):
            return f"[{product.ref}] {name} not in {', '.join(sorted(fields)) or 'a field'}"
    if claims & {"agrees", *_SAME} and not (_is_of_one(clause) or _is_of_photo(clause)):
        return "they agree with the photo, not with each other"
    problem = _difference_problem(clause, claims) if claims & {"differs", *_OTHER} else ""
    if problem:
        return problem
    if is_chinese and "differs" in claims and not _follows_field(clause):
        return "'different' of no field"
    if PHOTO in claims:
        return _photo_problem(clause, product, claims)
    return ""


def _difference_problem(clause: Sequence[Token], claims: set[str]) -> str:
    if not _is_of_one(clause):
        return "they differ from the photo, not from each other"
    if claims & {*OF_AN_OFFER} or any(token.kind in _OF_A_SALE for token in clause):
        return "sold in another colour, or other than the photo"
    return ""


def named_fields(clause: Sequence[Token]) -> int:
    """Gives how many fields a clause compares; 0 where it compares none."""
    is_compared = any(token.kind == "claim" and token.text in _COMPARED for token in clause)
    return len({token.text for token in clause if token.kind == "field"}) if is_compared else 0


def _photo_problem(clause: Sequence[Token], product: ProductFacts, claims: set[str]) -> str:
    """Red as in the photo: says that the photo shows red: only what agrees may stand there."""
    if claims.isdisjoint(_COMPARED):
        return "the photo without a comparison"
    values = (token for token in clause if token.kind == "value")
    wrong = next((one.text for one in values if not one.fields <= {*product.agrees}), None)
    return f"{wrong} is not known of the photo" if wrong else ""


def _is_of_one(clause: Sequence[Token]) -> bool:
    return len({token.ref for token in clause if token.kind == "citation"}) == 1


def _is_of_photo(clause: Sequence[Token]) -> bool:
    """Whether it names the photo, in a phrase of its own or as what something is the same as."""
    return any(
        token.kind == "claim"
        and (token.text == PHOTO or "photo" in token.said or "照片" in token.said)
        for token in clause
    )


def _follows_field(clause: Sequence[Token]) -> bool:
    """颜色不同 says that the colour differs, 不同颜色 that there are several."""
    return all(
        at > 0 and clause[at - 1].kind == "field"
        for at, token in enumerate(clause)
        if token.kind == "claim" and token.text == "differs"
    )
