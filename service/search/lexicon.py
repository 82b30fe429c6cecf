"""The words that the rules go by, read once from ``lexicon/*.toml``."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from service.search.tokens import Key, Phrases, phrase_key, phrases


@dataclass(frozen=True)
class ColourWord:
    """What a colour word names."""

    name: str
    """In English: ``red``, ``crimson``."""
    families: tuple[str, ...]
    is_family: bool
    """False: a shade, narrower than its families."""
    is_clear: bool
    """False: the word also names a fruit, a metal, a wood."""
    is_narrow: bool = False
    """True: a material first, which does not stand for its families."""


@cache
def kind(name: str) -> Phrases[str]:
    """Gives the phrases of one kind in ``phrases.toml``."""
    return phrases(_table("phrases")[name])


@cache
def follow_up(name: str) -> Phrases[str]:
    """Gives the phrases of one kind in ``follow_up.toml``."""
    return phrases(_table("follow_up")[name])


@cache
def listed(name: str) -> tuple[str, ...]:
    """Gives the words of one kind in ``follow_up.toml`` in their order."""
    return tuple(_table("follow_up")[name])


@cache
def features() -> Phrases[tuple[Key, ...]]:
    """Gives words for what a product can do with all words for the same, the English one first."""
    groups = [tuple(phrase_key(word) for word in words) for words in _table("features").values()]
    return Phrases({key: group for group in groups for key in group})


@cache
def kinds(*names: str) -> Phrases[str]:
    """Gives the phrases of several kinds, each with the name of its kind; the first named wins."""
    table = _table("phrases")
    return Phrases({phrase_key(text): name for name in reversed(names) for text in table[name]})


@cache
def colours() -> Phrases[ColourWord]:
    """Gives all colour words; Han characters alone are in ``single_colours``."""
    table = _table("colours")
    words_table = table["words"]
    doubles, clear = set(words_table["double_meaning"]), set(words_table["clear_shades"])
    narrow = set(words_table["narrow"])
    meanings: dict[Key, ColourWord] = {}
    for shade, families in table["shades"].items():
        meanings[phrase_key(shade)] = ColourWord(
            shade, tuple(families), False, shade in clear, shade in narrow
        )
    for family, words in table["families"].items():
        for word in words:
            meanings[phrase_key(word)] = ColourWord(family, (family,), True, word not in doubles)
    for character, family in words_table["single"].items():
        meanings[phrase_key(f"{character}的")] = ColourWord(family, (family,), True, True)
    return Phrases(meanings)


@cache
def single_colours() -> Phrases[ColourWord]:
    """Gives one Han character each, a colour only where something says so."""
    return Phrases(
        {
            phrase_key(character): ColourWord(family, (family,), True, True)
            for character, family in _table("colours")["words"]["single"].items()
        }
    )


@cache
def materials() -> Phrases[str]:
    """Gives material words in several languages with their English name."""
    return Phrases(
        {phrase_key(word): name for name, words in _table("materials").items() for word in words}
    )


@cache
def material_words(name: str) -> tuple[Key, ...]:
    """Gives all words for a material, by its English name."""
    return tuple(phrase_key(word) for word in _table("materials")[name])


@cache
def currency_words() -> dict[Key, tuple[str, ...]]:
    """Gives everyday names of money with the ISO 4217 codes that they can mean."""
    return {phrase_key(word): tuple(codes) for word, codes in _table("currencies").items()}


@cache
def _table(name: str) -> dict[str, Any]:
    path = files("service.search") / "lexicon" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
