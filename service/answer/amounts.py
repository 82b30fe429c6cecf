"""Figures in a model's sentence: which notations are read, and what they are worth."""

import re
from collections.abc import Iterable
from decimal import Decimal

from babel.numbers import (
    get_currency_name,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
)

from index.types import Price
from service.answer.languages import Language

NUMBER = r"(?:\d{1,3}(?:[.,'’ ]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
PERCENT = re.compile(rf"(?<![A-Za-z0-9À-ɏ.,+-])({NUMBER}) ?[%％](?!\w)")

# Beside the code, and Babel's symbol and names in the language of the answer.
_OTHER_MARKS = {
    "USD": "$ US$ $US dollar dollars bucks dólar dólares 美元 美金",
    "EUR": "€ euro euros 欧元 歐元",
    "GBP": "£ pound pounds livre livres libra libras pfund 英镑 英鎊",
    "CNY": "¥ CN¥ rmb yuan 元 人民币 人民幣",
    "JPY": "¥ JP¥ yen 日元 日圓 円",
}
_SIGN_OF = {**dict.fromkeys(["dollar", "dollars", "bucks", "dólar", "dólares"], "$"), "元": "¥"}
"""Words that are as little of one currency alone as the sign is."""
_SHARERS = (
    "USD", "CAD", "AUD", "NZD", "MXN", "ARS", "CLP", "COP", "HKD", "SGD", "TWD", "CNY", "JPY",
)  # fmt: skip
"""Currencies that write ``$`` or ``¥`` somewhere."""


class AmountReader:
    """Reads amounts in the currencies of the facts; any other figure stays unread.

    A number counts as money only beside a mark of its currency, before or after it. A currency
    that no fact uses has no mark, so an amount in it cannot be read, and what is not read is
    not let out. Nor has one a mark that two of the facts' share, or that means another one where
    the language is spoken: ``$`` in Canada is no US dollar.
    """

    def __init__(self, currencies: Iterable[str], language: Language) -> None:
        self._language = language
        owners: dict[str, set[str]] = {}
        for currency in set(currencies):
            for mark in _marks(currency, language):
                owners.setdefault(mark.casefold(), set()).add(currency)
        self._currencies = {mark: min(of) for mark, of in owners.items() if len(of) == 1}
        marks = "|".join(map(re.escape, sorted(self._currencies, key=len, reverse=True)))
        self._pattern = (
            re.compile(
                rf"(?<![A-Za-z0-9À-ɏ.,$€£¥+-])(?:(?P<before>{marks}) ?(?P<first>{NUMBER})"
                rf"|(?P<last>{NUMBER}) ?(?P<after>{marks}))"
                rf"(?![$€£¥%％]|[.,]?\d|[A-Za-zÀ-ɏ])",
                re.IGNORECASE,
            )
            if marks
            else None
        )

    def match(self, text: str, at: int) -> tuple[Price, int] | None:
        """Gives the amount that starts at a position and where it ends; None where none does."""
        found = self._pattern.match(text, at) if self._pattern else None
        if not found:
            return None
        digits = found["first"] or found["last"]
        currency = self._currencies.get((found["before"] or found["after"]).casefold())
        return (
            (Price(read_number(digits, self._language), currency), found.end())
            if currency
            else None
        )


def read_number(digits: str, language: Language) -> Decimal:
    """Gives what a number is worth in a language: ``1.234`` is a thousand in German.

    Where both separators occur the last one is the decimal one; a single one that is followed by
    three digits is what the language makes of it.
    """
    plain = re.sub(r"['’ ]", "", digits)
    marks = re.findall(r"[.,]", plain)
    if not marks:
        return Decimal(plain)
    last = marks[-1]
    is_decimal = marks.count(last) == 1 and (
        len(set(marks)) == 2 or _is_decimal(last, plain, language)
    )
    whole, _, fraction = plain.rpartition(last) if is_decimal else (plain, "", "")
    return Decimal(re.sub(r"[.,]", "", whole) + (f".{fraction}" if is_decimal else ""))


def _is_decimal(mark: str, plain: str, language: Language) -> bool:
    if len(plain.rpartition(mark)[2]) != 3:
        return True
    if mark == get_group_symbol(language.locale):
        return False
    return mark == get_decimal_symbol(language.locale)


def _marks(currency: str, language: Language) -> set[str]:
    locale = language.locale
    names = [get_currency_name(currency, count=count, locale=locale) for count in (1, 2)]
    marks = {currency, get_currency_symbol(currency, locale), *names}
    others = _OTHER_MARKS.get(currency, "").split()
    return marks | {mark for mark in others if not _is_of_another(mark, currency, language)}


def _is_of_another(mark: str, currency: str, language: Language) -> bool:
    """Whether a sign, or a word for it, is that of another currency in the answer's language."""
    sign = _SIGN_OF.get(mark, mark)
    owners = {one for one in _SHARERS if get_currency_symbol(one, language.locale) == sign}
    return bool(owners) and currency not in owners
