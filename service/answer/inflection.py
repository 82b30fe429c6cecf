"""Inflected forms of a catalogue's words: ``blauen`` is said of what is ``blau``.

The endings of a language are a short closed list, and forms are made from the word, never cut back
to it. That is narrower than a stemmer or a lemma dictionary, which lost here: Snowball puts
``plato`` (a plate) and ``plateado`` (silver) together and parts ``blanc`` and ``blanche``.
"""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from service.answer.languages import Inflection
from service.answer.values import ADJECTIVES, words_in


@lru_cache(maxsize=4096)
def forms(word: str, inflection: Inflection, *, is_adjective: bool) -> frozenset[str]:
    """Gives the other forms of one lower-case word; none of a phrase."""
    if not word.isalpha():
        return frozenset()
    stems = {word, _unaccented(word)} if inflection.loses_accents else {word}
    if is_adjective:
        found = {one + ending for one in stems for ending in inflection.adjective}
        found |= {
            one.removesuffix(last) + ending
            for last, endings in inflection.changed.items()
            for one in stems
            if one.endswith(last)
            for ending in endings
        }
    else:
        stems |= {_umlaut(word)} if inflection.takes_umlaut else set()
        found = {one + ending for one in stems for ending in ("", *inflection.noun)}
    return frozenset(found - {word})


def inflected(
    words: Mapping[str, bool], inflection: Inflection | None, code: str
) -> dict[str, str]:
    """Gives each form of some words with the word that it is a form of.

    What is a word of its own in the tables, or a form of another word there too, is no form:
    ``Schalen`` are bowls, not what is a ``Schal``.

    Args:
        words: lower-case words; whether they are adjectives.
        inflection: of the language; None: none of its words has forms.
        code: the language.
    """
    if inflection is None:
        return {}
    bases = _bases(words, inflection)
    known = _known_bases(inflection, code)
    others = words_in(code) | words.keys()
    return {
        form: next(iter(found))
        for form, found in bases.items()
        if form not in others and len(found | known.get(form, frozenset())) == 1
    }


def _bases(words: Mapping[str, bool], inflection: Inflection) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for word, is_adjective in words.items():
        for form in forms(word, inflection, is_adjective=is_adjective):
            found[form] = found.get(form, frozenset()) | {word}
    return found


@lru_cache
def _known_bases(inflection: Inflection, code: str) -> dict[str, frozenset[str]]:
    """Of all words of the tables."""
    nouns = dict.fromkeys(words_in(code, "category"), False)
    return _bases(nouns | dict.fromkeys(words_in(code, *ADJECTIVES), True), inflection)


def singular(word: str, inflection: Inflection | None, code: str) -> str:
    """Gives the kind of the tables that a word is a form of, ``jacke`` for ``jacken``; or empty."""
    return _kinds(inflection, code).get(word, "") if inflection else ""


@lru_cache
def _kinds(inflection: Inflection, code: str) -> dict[str, str]:
    return inflected(dict.fromkeys(words_in(code, "category"), False), inflection, code)


def _unaccented(word: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", word) if one.isalpha())


def _umlaut(word: str) -> str:
    """The word with an umlaut on its last a, o or u: ``rucksack``, ``rucksäcke``."""
    at = max(word.rfind(one) for one in "aou")
    at -= word[at - 1 : at + 1] == "au"
    return word if at < 0 else word[:at] + "äöü"["aou".index(word[at])] + word[at + 1 :]
