"""Negations: "no leather", "not red or blue", "without logo", 不要皮的.

What the shop has as a value of brand, merchant, category, colour, material or another attribute is
excluded by a filter; the rest is pushed away in the vector space. So is a word that the shop uses
in two senses ("no apple" in a shop of Apple phones and apple juice).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from service.search import lexicon
from service.search.colours import colour_at
from service.search.reading import Reading, Role
from service.search.tokens import joined

_MAX_WORDS = 4
_MAX_CUES = 3


@dataclass(frozen=True)
class _Excluded:
    """A value behind a negation; ``fields`` empty: no filter can exclude it."""

    length: int
    fields: Mapping[str, tuple[str, ...]]
    english: str
    is_colour: bool = False


def negation(reading: Reading, start: int) -> int:
    """Takes a negation with what it negates; 0 where there is none."""
    tokens = reading.tokens
    length = lexicon.kind("negation").length(tokens, start)
    end = start + length
    if not length or _is_compound(reading, end):
        return 0
    end += _cues(reading, end)
    taken = _known(reading, end) or _unknown(reading, end)
    if not taken:
        return 0
    end += taken
    reading.give(start, end - start, Role.CONSUMED)
    return end - start


def _is_compound(reading: Reading, end: int) -> bool:
    """``no-iron``, ``No. 5``, ``no 5``."""
    if end >= len(reading.tokens):
        return True
    following = reading.tokens[end]
    return following.is_number or following.text in "-.:"


def _cues(reading: Reading, start: int) -> int:
    end = start
    for _ in range(_MAX_CUES):
        end += lexicon.kinds("article", "colour_cue").length(reading.tokens, end)
    return end - start


def _known(reading: Reading, start: int) -> int:
    """Values that the shop has or that the lexicon knows, joined by "or"; their tokens."""
    end = start
    found = _value_at(reading, end)
    while found is not None:
        for name, values in found.fields.items():
            reading.exclude(name, values)
        if found.is_colour:
            reading.refused_colours.append(found.english)
        if not found.fields:
            reading.negatives.append(found.english)
        end += found.length
        end += lexicon.kind("colour_tail").length(reading.tokens, end)
        joiner = lexicon.kind("value_joiner").length(reading.tokens, end)
        found = _value_at(reading, end + joiner) if joiner else None
        if found and not _is_listed(reading, end, end + joiner + found.length):
            found = None
        end += joiner if found else 0
    return end - start


def _is_listed(reading: Reading, joiner: int, end: int) -> bool:
    """Whether a value behind a joiner is excluded too: "no red, blue or pink", not "red, blue"."""
    if reading.tokens[joiner].text not in ",，":
        return True
    return lexicon.kind("value_joiner").length(reading.tokens, end) > 0


def _value_at(reading: Reading, start: int) -> _Excluded | None:
    if start >= len(reading.tokens):
        return None
    return _colour(reading, start) or _name(reading, start) or _attribute(reading, start)


def _colour(reading: Reading, start: int) -> _Excluded | None:
    vocabulary = reading.vocabulary
    colour = colour_at(reading.tokens, start, vocabulary, is_cued=True)
    if colour is None or colour.length < vocabulary.names.length(reading.tokens, start):
        return None
    text = joined(reading.tokens[start : start + colour.length])
    english = colour.word.name if colour.word and not text.isascii() else text
    is_thing = reading.tokens[start].key in vocabulary.things
    is_doubtful = is_thing and colour.word is not None and not colour.word.is_clear
    is_exact = colour.is_named and not is_doubtful
    fields = {"color": colour.values} if colour.values and is_exact else {}
    is_drawable = colour.word is not None and not is_doubtful and not colour.word.is_narrow
    return _Excluded(colour.length, fields, english, is_drawable)


def _name(reading: Reading, start: int) -> _Excluded | None:
    found = reading.vocabulary.names.at(reading.tokens, start)
    if found is None:
        return None
    length, value = found
    text = joined(reading.tokens[start : start + length])
    is_sure = value.is_clear or value.field == "merchant"
    return _Excluded(length, {value.field: value.values} if is_sure else {}, text)


def _attribute(reading: Reading, start: int) -> _Excluded | None:
    tokens = reading.tokens
    material = lexicon.materials().at(tokens, start)
    if material:
        length, english = material
        fields = reading.vocabulary.attribute_values(lexicon.material_words(english))
        return _Excluded(length, fields, english)
    word = tokens[start].key
    fields = reading.vocabulary.attribute_values([(word,)])
    is_value = bool(fields) and (word,) not in lexicon.kind("function_word")
    return _Excluded(1, fields, tokens[start].text) if is_value else None


def _unknown(reading: Reading, start: int) -> int:
    """Up to four words (or twice as many Han characters) that end before something else begins."""
    tokens, end = reading.tokens, start
    is_han = start < len(tokens) and not tokens[start].text.isascii()
    limit = start + (2 * _MAX_WORDS if is_han else _MAX_WORDS)
    while end < min(len(tokens), limit) and not _ends(reading, end):
        end += 1
    text = joined(tokens[start:end])
    if text:
        reading.negatives.append(text)
    return end - start if text else 0


def _ends(reading: Reading, at: int) -> bool:
    token = reading.tokens[at]
    if token.is_punctuation:
        return token.text not in "-'"
    return lexicon.kind("boundary").length(reading.tokens, at) > 0
