"""Whether a value is said of the column that it stands in: what is silver need not be of silver."""

from collections.abc import Sequence
from itertools import pairwise

from service.answer.claims import LIKENESS
from service.answer.facts import ProductFacts
from service.answer.languages import Language
from service.answer.lexicon import Token

_SAID_OF = ("material", "brand", "category", "audience")
"""What may stand behind "made of", "by" and "from": never a colour, a pattern or a size."""
_METALS = frozenset((
    "gold", "silver", "silber", "bronze", "copper", "kupfer", "brass", "messing", "platinum",
    "platin", "oro", "plata", "bronce", "cobre", "latón", "or", "argent", "cuivre", "laiton",
    "金", "银", "銀", "铜", "銅",
))  # fmt: skip
"""Colours that name what a thing is made of; ``golden`` and ``argenté`` do not."""
_NAMED = ("color", "material", "pattern", "brand")


def column_problem(clause: Sequence[Token], product: ProductFacts, language: Language) -> str:
    """Gives which value of a clause its words put into another column; empty where none is."""
    return (
        _material_problem(clause, product, language)
        or _mixture_problem(clause, product)
        or _named_problem(clause, product)
    )


def _material_problem(clause: Sequence[Token], product: ProductFacts, language: Language) -> str:
    """``aus Gold`` and ``gold made`` say a material; ``aus blauer Wolle`` does too."""
    roles = language.roles
    for at, token in enumerate(clause):
        is_of = token.phrase in roles["of"] and not (at and _is_stock(clause[at - 1]))
        behind = _run(clause, _skip(clause, at + 1, roles["article"] if is_of else None))
        if (is_of or token.phrase in roles["made"]) and _is_wrong(behind, product):
            return f"[{product.ref}] is not made of {behind[-1].text}"
        if token.phrase in roles["made"] and at and _is_wrong(clause[at - 1 : at], product):
            return f"[{product.ref}] is not made of {clause[at - 1].text}"
    return ""


def _is_stock(token: Token) -> bool:
    """Whether it says where or how something is had: ``disponible en rouge`` is no material."""
    return token.kind == "claim" and token.text == "in_stock"


def _is_wrong(run: Sequence[Token], product: ProductFacts) -> bool:
    """Whether there are values, and none is what a thing is made of, or by: "blauer Wolle"."""
    values = [one for one in run if one.kind == "value"]
    return bool(values) and all(one.fields_of(product.ref).isdisjoint(_SAID_OF) for one in values)


def _mixture_problem(clause: Sequence[Token], product: ProductFacts) -> str:
    """``white gold`` is one thing where ``white and gold`` are two; a ``gold ring`` is of gold."""
    for one, other in pairwise(clause):
        fields = [token.fields_of(product.ref) for token in (one, other)]
        is_mixed = all(names == {"color"} for names in fields)
        metals = [name == {"color"} and token.text in _METALS
                  for token, name in zip((one, other), fields, strict=True)]  # fmt: skip
        is_of_metal = any(metals) and any("category" in names for names in fields)
        if not other.is_apart and (is_mixed or is_of_metal):
            return f"[{product.ref}] is not {one.text} {other.text}"
    return ""


def _named_problem(clause: Sequence[Token], product: ProductFacts) -> str:
    """``the material is silver``: where a column is named, a value of it must be said."""
    values = [one for one in clause if one.kind == "value"]
    is_compared = any(
        one.kind == "claim" and one.text.startswith((*LIKENESS, "same_", "other_"))
        for one in clause
    )
    if is_compared or not values:
        return ""
    for at, token in enumerate(clause):
        if token.kind != "field" or token.text not in _NAMED:
            continue
        if not any(token.text in one.fields_of(product.ref) for one in values):
            return f"no {token.text} of [{product.ref}]"
        run = _run(clause, _skip(clause, at + 1))
        is_thing = any("category" in one.fields for one in run)  # "the colour of the wool jacket"
        is_said = any(token.text in one.fields_of(product.ref) for one in run)
        if run and not is_thing and not is_said:
            return f"the {token.text} of [{product.ref}] is not {run[-1].text}"
    return ""


def _skip(clause: Sequence[Token], at: int, words: frozenset[str] | None = None) -> int:
    """Where the words that start at a position end; None: whatever words."""
    while at < len(clause) and clause[at].kind == "word" and not clause[at].is_apart:
        if words is not None and clause[at].phrase not in words:
            break
        at += 1
    return at


def _run(clause: Sequence[Token], at: int) -> list[Token]:
    """The values that stand side by side from a position on."""
    run: list[Token] = []
    for token in clause[at:]:
        if token.kind != "value" or (run and token.is_apart):
            break
        run.append(token)
    return run
