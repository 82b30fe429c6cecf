"""Which parts of a sentence speak for themselves: ``[1] is blue, [2] is red`` are two clauses."""

from collections.abc import Sequence
from dataclasses import replace

from service.answer.claims import COMPARISONS, LIKENESS, MODIFIERS
from service.answer.languages import Language
from service.answer.lexicon import Token

_LOADS = ("amount", "percent", "value", "merchant")
_LISTING = "、"
"""Parts things that one verb is said of, never clauses."""


def clauses(tokens: Sequence[Token], language: Language) -> list[list[Token]]:
    """Cuts a sentence at pauses and joints where each part is a clause of its own.

    A part is one where it cites a product, says something, and either holds a verb or leaves out
    that of the part before it: ``[1] is blue, [2] red``. Where one part is none, or products are
    compared, the sentence is one clause, and all of it must be true of every product in it:
    ``[1] and [2] are blue``, ``the parka [3] and [1] are blue``.
    """
    whole = _marked(tokens)
    if any(token.kind == "claim" and token.text in COMPARISONS for token in tokens):
        return [whole]
    parts: list[list[Token]] = [[]]
    for at, token in enumerate(tokens):
        if token.kind == "joint" or (token.kind == "pause" and token.text != _LISTING):
            parts.append([])
        elif token.kind != "pause":
            parts[-1].append(_apart(tokens, at))
    parts = [part for part in parts if part]
    is_apart = all(cited_at(part) and is_loaded(part) for part in parts)
    return parts if is_apart and _are_whole(parts, language) else [whole]


def _marked(tokens: Sequence[Token]) -> list[Token]:
    """Without pauses and joints; what stands behind one is marked."""
    kept = (i for i, one in enumerate(tokens) if one.kind not in ("pause", "joint"))
    return [_apart(tokens, i) for i in kept]


def _apart(tokens: Sequence[Token], at: int) -> Token:
    is_apart = at > 0 and tokens[at - 1].kind in ("pause", "joint")
    return replace(tokens[at], is_apart=True) if is_apart else tokens[at]


def is_loaded(clause: Sequence[Token]) -> bool:
    """Whether it says something that can be false."""
    return any(
        token.kind in _LOADS or (token.kind == "claim" and token.text not in MODIFIERS)
        for token in clause
    )


def cited_at(clause: Sequence[Token]) -> list[int]:
    """Gives where citations stand."""
    return [i for i, token in enumerate(clause) if token.kind == "citation"]


def _are_whole(parts: Sequence[Sequence[Token]], language: Language) -> bool:
    """Whether each part has a verb, or all behind one that says it later have left it out."""
    has_verb = [_has_verb(part, language) for part in parts]
    if language.is_chinese:  # [1]有货: what follows is a predicate without a verb
        pairs = zip(parts, has_verb, strict=True)
        return all(is_verbal or _says_behind(part) for part, is_verbal in pairs)
    first = has_verb.index(False) if False in has_verb else len(parts)
    left_out = parts[max(first - 1, 0) :] if first < len(parts) else []
    return not any(has_verb[first:]) and first > 0 and all(map(_says_behind, left_out))


def _has_verb(part: Sequence[Token], language: Language) -> bool:
    """Whether it holds a verb of its own, not one of "which is"."""
    said = [token.phrase for token in part if token.kind in ("word", "field")]
    words = [word for phrase in said for word in phrase.split()]
    if language.is_chinese:
        return any(verb in word for word in words for verb in language.verbs)
    is_said = any(token.kind == "claim" and token.text in LIKENESS for token in part)
    return language.relatives.isdisjoint(words) and (
        is_said or not language.verbs.isdisjoint(words)
    )


def _says_behind(part: Sequence[Token]) -> bool:
    """Whether all that it says stands behind its citation: "[2] red", not "the parka [2]"."""
    first = cited_at(part)[0]
    return is_loaded(part[first:]) and not is_loaded(part[:first])
