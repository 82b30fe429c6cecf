"""Words of a conversation added up: a later value of a field takes the place of the earlier one."""

from collections.abc import Mapping
from decimal import Decimal

from index.types import Filters, PriceRange
from service.search.tokens import phrase_key
from service.search.vocabulary import ShopVocabulary
from service.search.words import Understood

MAX_SAID_CHARACTERS = 500
"""Of words about the thing that are carried on; the earlier ones go first."""

Values = dict[str, tuple[str, ...]]


def updated(before: Filters, later: Filters) -> Filters:
    """Gives both filters; where they speak of the same field or end of a price, the later counts.

    Exclusions add up; a value that is asked for is no longer excluded, and the other way round.
    """
    any_of: Values = {**before.any_of, **later.any_of}
    none_of: Values = {
        name: tuple(dict.fromkeys((*before.none_of.get(name, ()), *later.none_of.get(name, ()))))
        for name in {**before.none_of, **later.none_of}
    }
    return Filters(
        price=_price(before.price, later.price),
        any_of=_less(any_of, later.none_of),
        none_of=_less(none_of, later.any_of),
    )


def added(before: Understood, later: Understood, vocabulary: ShopVocabulary) -> Understood:
    """Gives all that was said of the thing so far.

    Words that name a thing of the shop are a new description, and take the place of the old one;
    a colour takes the place of a colour; other wishes add up.
    """
    is_new = _names_a_thing(later, vocabulary)
    is_recoloured = later.has_colour_change
    old = before.residual if is_new or is_recoloured else before.described
    kept_changes = tuple(
        one for one in before.changes if not (is_recoloured and one in before.wished_colours)
    )
    colours = later if is_recoloured else before
    return Understood(
        filters=updated(before.filters, later.filters),
        changes=tuple(dict.fromkeys((*kept_changes, *later.changes))),
        negatives=tuple(dict.fromkeys((*before.negatives, *later.negatives))),
        residual=later.residual if is_new else _joined(before.residual, later.residual),
        described=later.described if is_new else _joined(old, later.described),
        wished_colours=colours.wished_colours,
        refused_colours=tuple(dict.fromkeys((*before.refused_colours, *later.refused_colours)))
        if not later.wished_colours
        else later.refused_colours,
    )


def _price(before: PriceRange | None, later: PriceRange | None) -> PriceRange | None:
    if before is None or later is None:
        return later or before
    if None not in {before.currency, later.currency} and before.currency != later.currency:
        return later
    low = before.minimum if later.minimum is None else later.minimum
    high = before.maximum if later.maximum is None else later.maximum
    if low is not None and high is not None and low > high:  # the end said later counts
        low, high = later.minimum, later.maximum
    return PriceRange(low, _not_negative(high), later.currency or before.currency)


def _not_negative(end: Decimal | None) -> Decimal | None:
    return None if end is None else max(end, Decimal(0))


def _less(fields: Values, others: Mapping[str, tuple[str, ...]]) -> Values:
    taken = {name: {value.casefold() for value in values} for name, values in others.items()}
    kept = {
        name: tuple(value for value in values if value.casefold() not in taken.get(name, set()))
        for name, values in fields.items()
    }
    return {name: values for name, values in kept.items() if values}


def _names_a_thing(words: Understood, vocabulary: ShopVocabulary) -> bool:
    if "category" in words.filters.any_of:
        return True
    return any(word in vocabulary.things for word in phrase_key(words.residual))


def _joined(before: str, later: str) -> str:
    parts = dict.fromkeys(part for part in (before, later) if part)
    return ", ".join(parts)[-MAX_SAID_CHARACTERS:]
