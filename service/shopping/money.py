"""Amounts in a currency's smallest unit, exactly."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

from babel.numbers import get_currency_precision

_WIDE = Context(prec=60)
"""No feed's price times any quantity comes near it."""


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Gives an amount with as many digits as the currency has, half up."""
    return amount.quantize(_unit(currency), ROUND_HALF_UP, _WIDE)


def rounded_down(amount: Decimal, currency: str) -> Decimal:
    """Gives the highest payable amount that is at most this one."""
    return amount.quantize(_unit(currency), ROUND_DOWN, _WIDE)


def minor_units(amount: Decimal, currency: str) -> int:
    """Gives a rounded amount in cents (yen, fils)."""
    return int(amount.scaleb(get_currency_precision(currency), _WIDE))


def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-get_currency_precision(currency))
