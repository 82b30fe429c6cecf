"""Filters of the request and filters read from its words, as one."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from index.types import Filters, PriceRange
from service.errors import RequestError

Values = Mapping[str, tuple[str, ...]]


def merged(explicit: Filters, understood: Filters) -> Filters:
    """Gives both; where they disagree about a value, the request's own filters win.

    A field that the request allows values of is left to it; exclusions add up. Prices meet: the
    narrower end counts.

    Raises:
        RequestError: the price ranges have nothing in common, or other currencies.
    """
    any_of = {
        name: kept
        for name, values in understood.any_of.items()
        if name not in explicit.any_of
        and (kept := _without(values, explicit.none_of.get(name, ())))
    }
    none_of = {
        name: kept
        for name, values in understood.none_of.items()
        if (kept := _without(values, explicit.any_of.get(name, ())))
    }
    return Filters(
        price=_met(explicit.price, understood.price),
        any_of={**any_of, **explicit.any_of},
        none_of={
            name: tuple(dict.fromkeys((*explicit.none_of.get(name, ()), *none_of.get(name, ()))))
            for name in {**explicit.none_of, **none_of}
        },
    )


def _without(values: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    folded = {one.casefold() for one in others}
    return tuple(value for value in values if value.casefold() not in folded)


def _met(explicit: PriceRange | None, understood: PriceRange | None) -> PriceRange | None:
    if explicit is None or understood is None:
        both = explicit or understood
        if both and not _holds_anything(both):
            raise RequestError(f"no price is {_text(both)}")
        return both
    met = PriceRange(
        _outer(explicit.minimum, understood.minimum, max),
        _outer(explicit.maximum, understood.maximum, min),
        explicit.currency or understood.currency,
    )
    is_one_money = None in {explicit.currency, understood.currency} or (
        explicit.currency == understood.currency
    )
    if not is_one_money or not _holds_anything(met):
        raise RequestError(
            f"the filters ask for a price {_text(explicit)}, the words for one {_text(understood)}"
        )
    return met


def _outer(
    one: Decimal | None, other: Decimal | None, choose: Callable[[list[Decimal]], Decimal]
) -> Decimal | None:
    ends = [end for end in (one, other) if end is not None]
    return choose(ends) if ends else None


def _holds_anything(price: PriceRange) -> bool:
    return price.minimum is None or price.maximum is None or price.minimum <= price.maximum


def _text(price: PriceRange) -> str:
    low = f"of at least {price.minimum}" if price.minimum is not None else ""
    high = f"of at most {price.maximum}" if price.maximum is not None else ""
    return " and ".join(part for part in (low, high) if part) + f" {price.currency or ''}".rstrip()
