"""What a catalogue's value is called in the language of an answer: ``Blue`` is said as ``blau``.

Only what follows from the value is said: a table (``values/*.toml``) gives the words for its
English name. Colours and materials in other languages get that name from the search's lexicon,
whose own words are not said: it finds ``cotton`` for 纯棉, but cotton need not be pure.
"""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from service.answer.agreements import words_of
from service.search import lexicon
from service.search.tokens import phrase_key

SAID = ("color", "material", "pattern", "category")
ADJECTIVES = ("color", "pattern")
"""Inflected as adjectives; kinds are as nouns, materials not at all."""
_AUDIENCES = frozenset(("women", "men", "kid", "unisex"))

_Table = Mapping[frozenset[str], tuple[str, ...]]


def said_as(field: str, value: str, code: str) -> tuple[str, ...]:
    """Gives the words of a language for a value; empty where the tables do not know it.

    Args:
        field: of ``ProductFacts.values``.
        value: as the catalogue has it, in lower case.
        code: one of ``LANGUAGES``.
    """
    if field not in SAID:
        return ()
    key = words_of(value)
    if field == "category" and key - _AUDIENCES:
        key -= _AUDIENCES
    table = _table(code, field)
    return table.get(key) or table.get(words_of(_english(field, value)), ())


def values_of(code: str, field: str) -> Mapping[frozenset[str], tuple[str, ...]]:
    """Gives a language's table of a field: the words of each English name to its own."""
    return _table(code, field)


def compounds(material: str, code: str) -> tuple[str, ...]:
    """Gives what begins the name of a thing of a material: ``leder`` of ``Lederjacke``."""
    table = _table(code, "compound")
    return table.get(words_of(material)) or table.get(words_of(_english("material", material)), ())


def is_english(field: str, value: str) -> bool:
    """Whether a value is an English word of the tables, which no other language inflects."""
    return any(words_of(value) in _table(code, field) for code in ("de", "zh-Hans"))


@lru_cache
def words_in(code: str, *fields: str) -> frozenset[str]:
    """Gives all words of some of a language's tables; of all where none is named."""
    return frozenset(
        word for field in fields or SAID for words in _table(code, field).values() for word in words
    )


def _english(field: str, value: str) -> str:
    """The English name of a colour or material in any language of the search's lexicon."""
    if field == "color":
        colour = lexicon.colours().named(phrase_key(value))
        return colour.name if colour else ""
    return (lexicon.materials().named(phrase_key(value)) or "") if field == "material" else ""


@lru_cache
def _table(code: str, field: str) -> _Table:
    return {words_of(name): tuple(words) for name, words in _data(code).get(field, {}).items()}


@lru_cache
def _data(code: str) -> dict[str, dict[str, list[str]]]:
    path = files("service.answer") / "values" / f"{code}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
