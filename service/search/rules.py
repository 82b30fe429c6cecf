"""The rules, in the order in which they are tried at a token; each gives how many it took."""

from collections.abc import Callable

from service.search import lexicon
from service.search.colours import ColourAt, colour_at, is_clear, is_wish
from service.search.negations import negation
from service.search.prices import price_at
from service.search.reading import Reading, Role

Rule = Callable[[Reading, int], int]
_MAX_CUES = 4
_CUED_FIELDS = (
    ("brand_cue", "brand"),
    ("merchant_cue", "merchant"),
    ("category_cue", "category"),
)


def read(reading: Reading) -> None:
    """Walks the text once; O(tokens), each rule looks a bounded way ahead."""
    start = 0
    while start < len(reading.tokens):
        start += next(taken for rule in RULES if (taken := rule(reading, start)))


def _literal(reading: Reading, start: int) -> int:
    length = lexicon.kind("literal").length(reading.tokens, start)
    if length:
        reading.keep(start, length)
    return length


def _price(reading: Reading, start: int) -> int:
    words = price_at(reading.tokens, start, reading.vocabulary)
    if words is None:
        return 0
    reading.give(start, words.length, Role.CONSUMED)
    if not reading.limit(words):
        reading.unmet.append((start, words.length))
    return words.length


def _cheaper(reading: Reading, start: int) -> int:
    length = lexicon.kind("cheaper").length(reading.tokens, start)
    if length:
        reading.cheaper = True
        reading.give(start, length, Role.CONSUMED)
    return length


def _stock(reading: Reading, start: int) -> int:
    length = lexicon.kind("in_stock").length(reading.tokens, start)
    if length:
        reading.allow("availability", ["in_stock"])
        reading.give(start, length, Role.CONSUMED)
    return length


def _cued(reading: Reading, start: int) -> int:
    """Cues ("but in", "brand", 只要) with what they introduce, or the beginning of a change."""
    end, is_change = start, False
    for _ in range(_MAX_CUES):
        found = lexicon.kinds("change_cue", "colour_cue", "article").at(reading.tokens, end)
        if not found or (end == start and found[1] == "article"):
            break
        end += found[0]
        is_change = is_change or found[1] == "change_cue"
    if end > start:
        taken = _cued_colour(reading, start, end, is_change)
        if taken:
            return taken
    return _cued_name(reading, start) or (_change(reading, start) if is_change else 0)


def _cued_colour(reading: Reading, start: int, at: int, is_change: bool) -> int:
    colour = colour_at(reading.tokens, at, reading.vocabulary, is_cued=True)
    if colour is None or not (colour.values or is_change or _stands_alone(colour)):
        return 0
    if not reading.has_cued_colour:
        reading.drop_colours()  # "red shirt, but in blue" is blue
    reading.has_cued_colour = True
    reading.give(start, at - start, Role.CONSUMED)
    return at - start + _take_colours(reading, at, colour)


def _stands_alone(colour: ColourAt) -> bool:
    """Whether "in" before it makes it a colour in any shop: not "in denim"."""
    return colour.word is not None and not colour.word.is_narrow


def _take_colours(reading: Reading, start: int, colour: ColourAt | None) -> int:
    """A colour and those joined to it: "red or blue one"."""
    tokens, end = reading.tokens, start
    while colour is not None:
        _wish(reading, end, colour)
        end += colour.length
        joiner = lexicon.kind("value_joiner").length(tokens, end)
        after = end + joiner
        colour = colour_at(tokens, after, reading.vocabulary, is_cued=True) if joiner else None
        if colour is not None:
            reading.give(end, joiner, Role.CONSUMED)
            end = after
    tail = lexicon.kind("colour_tail").length(tokens, end)
    reading.give(end, tail, Role.CONSUMED)
    return end + tail - start


def _wish(reading: Reading, start: int, colour: ColourAt) -> None:
    """A filter where the shop has the colour; a change where it has not, or only its family."""
    if colour.values:
        reading.allow("color", colour.values)
        reading.colours.append((start, colour.length))
    if colour.word:
        reading.wished_colours.append(colour.word.name)
    reading.give(start, colour.length, Role.NAMED)
    if not colour.values or not colour.is_named:
        tokens = reading.tokens[start : start + colour.length]
        is_latin = all(token.text.isascii() for token in tokens)
        named = colour.word.name if colour.word and not is_latin else None
        reading.changes.append([named] if named else list(tokens))
        reading.give(start, colour.length, Role.CHANGE)
        reading.end_change()


def _cued_name(reading: Reading, start: int) -> int:
    """Names that alone would be doubtful: "by Apple", "at Northlight", "only mugs"."""
    for cue, name in _CUED_FIELDS:
        length = lexicon.kind(cue).length(reading.tokens, start)
        found = reading.vocabulary.names.at(reading.tokens, start + length) if length else None
        if found and found[1].field == name:
            reading.allow(name, found[1].values)
            reading.give(start, length, Role.CONSUMED)
            reading.give(start + length, found[0], Role.NAMED)
            return length + found[0]
    return 0


def _change(reading: Reading, start: int) -> int:
    length = lexicon.kind("change_cue").length(reading.tokens, start)
    reading.give(start, length, Role.CONSUMED)
    reading.begin_change()
    return length


def _name(reading: Reading, start: int) -> int:
    found = reading.vocabulary.names.at(reading.tokens, start)
    if found is None:
        return 0
    length, value = found
    tail = lexicon.kind("brand_tail").length(reading.tokens, start + length)
    if value.field == "category":
        if colour_at(reading.tokens, start, reading.vocabulary, is_cued=False):
            return 0
        if value.is_clear:
            reading.categories.append((start, length, value.values))
        reading.keep(start, length)
    elif value.is_clear or (tail and value.field == "brand"):
        reading.allow(value.field, value.values)
        reading.give(start, length, Role.NAMED)
        reading.give(start + length, tail, Role.CONSUMED)
        return length + tail
    else:
        if length == 1:  # it may be a colour
            return 0
        reading.keep(start, length)
    return length


def _colour(reading: Reading, start: int) -> int:
    colour = colour_at(reading.tokens, start, reading.vocabulary, is_cued=False)
    if colour is None or not is_clear(colour, reading.tokens, start, reading.vocabulary):
        return 0
    if not colour.values and not is_wish(colour, reading.tokens, start):
        if colour.word and not reading.has_cued_colour:
            reading.wished_colours.append(colour.word.name)
        return 0
    if reading.has_cued_colour:  # "but in blue, not the red shirt": the wish stands
        reading.keep(start, colour.length)
        return colour.length
    return _take_colours(reading, start, colour)


def _audience(reading: Reading, start: int) -> int:
    length = lexicon.kind("audience").length(reading.tokens, start)
    if length:
        reading.begin_change()
        reading.keep(start, length)
        reading.end_change()
    return length


def _filler(reading: Reading, start: int) -> int:
    length = lexicon.kind("filler").length(reading.tokens, start)
    reading.give(start, length, Role.CONSUMED)
    return length


def _kept(reading: Reading, start: int) -> int:
    reading.keep(start, 1)
    if reading.tokens[start].is_punctuation and reading.tokens[start].text not in "-'\"":
        reading.end_change()
    return 1


RULES: tuple[Rule, ...] = (
    _literal, _price, _cheaper, negation, _stock, _cued, _name, _colour, _audience, _filler, _kept,
)  # fmt: skip
