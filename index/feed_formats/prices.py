"""Prices as shops write them: an amount in one of the world's forms, and a currency."""

import re
from decimal import Decimal

from babel.core import get_global
from babel.numbers import get_currency_precision

from index.errors import RowError
from index.types import Price

CURRENCIES = frozenset(get_global("all_currencies"))
"""ISO 4217."""

_SYMBOLS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₫": "VND", "฿": "THB",
    "₪": "ILS", "₴": "UAH", "₱": "PHP", "₦": "NGN", "zł": "PLN", "kč": "CZK", "us$": "USD",
    "c$": "CAD", "ca$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD",
    "r$": "BRL", "nt$": "TWD", "mx$": "MXN", "cn¥": "CNY", "jp¥": "JPY", "元": "CNY", "円": "JPY",
}  # fmt: skip
"""Signs that only one currency has; ``$``, ``¥`` and ``kr`` belong to several."""
_SHARED_SYMBOLS = {"$", "¥", "\uffe5", "kr", "kr.", "fr.", "rs", "rs."}
_SHAPE = re.compile(
    r"(?P<before>(?:[A-Za-z]{1,2}\s(?=\$))?[^\d\s.,'’+-]+\.?)?\s*"
    r"(?P<amount>[0-9](?:[0-9.,'’\s]*[0-9])?)(?:(?P<mark>[.,])\s?[-–—]{1,2})?"
    r"\s*(?P<after>(?:[A-Za-z]{1,2}\s(?=\$))?[^\d\s.,'’+-]+\.?)?"
)
"""Also ``US $5``, and with the dash of ``5.-`` or ``5,-- €``, which stands for no decimals."""
_GROUPED = re.compile(r"\d{1,3}([.,' ])\d{3}(?:\1\d{3})*|\d{1,2}(?:,\d{2})+,\d{3}")
"""Thousands, or as in India: 1,23,456."""
_MOST_DIGITS, _MOST_DECIMALS = 12, 4


def parse_price(text: str, field: str = "price", currency: str = "") -> Price:
    """Gives a price from ``34.00 USD``, ``USD 34``, ``1.234,56 EUR``, ``€ 34,00``.

    Args:
        text: an amount of at most 12 digits and 4 decimals, and a currency, by code or sign.
        field: the column, for the error.
        currency: what an amount alone is in, and a sign such as ``$`` that several have; empty:
            such a price is refused.

    Raises:
        RowError: no amount, no ISO 4217 currency, or a form that could be read in two ways.
    """
    shape = _SHAPE.fullmatch(text.strip())
    marks = [mark for mark in (shape["before"], shape["after"]) if mark] if shape else []
    if shape is None or len(marks) > 1:
        raise _no_price(field, text)
    code = _currency(field, text, marks[0] if marks else "", currency)
    written = shape["amount"] + (f"{shape['mark']}00" if shape["mark"] else "")
    return Price(_amount(field, text, written, code), code)


def price_columns(price: object, regular: object) -> dict[str, object]:
    """Gives the columns of what a buyer pays and of a regular price, which counts only if higher.

    Args:
        price: what is asked now, with its currency; without one nothing is.
        regular: compare-at or list price; one that cannot be read is left to the row's check.
    """
    if not (price and regular):
        return {"price": price}
    try:
        now, before = parse_price(str(price)), parse_price(str(regular))
    except RowError:
        return {"price": regular, "sale_price": price}
    if now.currency == before.currency and before.amount <= now.amount:
        return {"price": price}
    return {"price": regular, "sale_price": price}


def _no_price(field: str, text: str) -> RowError:
    return RowError(field, f"{text!r} is no price; allowed is amount and currency, 34.00 USD")


def _currency(field: str, text: str, mark: str, default: str) -> str:
    folded = re.sub(r"\s", "", mark.casefold())
    if not folded or folded in _SHARED_SYMBOLS:
        if not default:
            what = f"{mark!r} is the sign of several currencies" if folded else "names no currency"
            raise RowError(field, f"{text!r}: {what}; write its ISO 4217 code or give --currency")
        return default
    code = _SYMBOLS.get(folded, mark.upper())
    if code not in CURRENCIES:
        raise RowError(field, f"{mark!r} is no ISO 4217 currency")
    return code


def _amount(field: str, text: str, written: str, currency: str) -> Decimal:
    plain = re.sub(r"\s", " ", written).replace("’", "'")
    whole, decimals = _parts(field, text, plain, currency)
    digits = re.sub(r"\D", "", whole)
    is_grouped = whole == digits or _GROUPED.fullmatch(whole)
    if not is_grouped or len(digits) > _MOST_DIGITS or len(decimals) > _MOST_DECIMALS:
        raise _no_price(field, text)
    return Decimal(f"{digits}.{decimals}" if decimals else digits)


def _parts(field: str, text: str, amount: str, currency: str) -> tuple[str, str]:
    """Splits an amount at its decimal mark: the last of two kinds, or the only one."""
    marks = re.findall("[.,]", amount)
    if not marks or (len(marks) > 1 and len(set(marks)) == 1):
        return amount, ""
    whole, mark, decimals = amount.rpartition(marks[-1])
    if not decimals.isdigit() or not decimals.isascii() or mark in whole:
        raise _no_price(field, text)
    if len(decimals) == 3 and re.fullmatch("[1-9][0-9]{0,2}", whole):
        return _three_digits(field, text, (whole, mark, decimals), currency)
    return whole, decimals


def _three_digits(
    field: str, text: str, parts: tuple[str, str, str], currency: str
) -> tuple[str, str]:
    """``1,234 USD`` is thousands and ``1.234 KWD`` is not; ``1.234 EUR`` may be either."""
    whole, mark, decimals = parts
    has_three = get_currency_precision(currency) == 3
    if mark == "," and not has_three:
        return "".join(parts), ""
    if mark == "." and has_three:
        return whole, decimals
    raise RowError(
        field,
        f"{text!r} may be {whole}{decimals} or {whole}.{decimals} {currency}; write 2 decimals",
    )
