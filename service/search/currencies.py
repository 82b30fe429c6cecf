"""Names of money: everyday ones from the lexicon, full ones from the CLDR."""

from collections.abc import Sequence

from babel.core import UnknownLocaleError
from babel.numbers import get_currency_name

from service.search import lexicon
from service.search.tokens import Key, phrase_key

_LOCALES = ("en", "zh_Hans", "zh_Hant", "de", "es", "fr")


def currency_words(codes: Sequence[str]) -> dict[Key, tuple[str, ...]]:
    """Gives the everyday names, and the full names of the shop's own currencies."""
    words: dict[Key, tuple[str, ...]] = {}
    for code in codes:
        for locale in _LOCALES:
            try:
                names = {get_currency_name(code, count, locale) for count in (1, 2)}
            except UnknownLocaleError:  # a babel that was built without it
                continue
            words.update({phrase_key(name): (code,) for name in names})
        words[phrase_key(code)] = (code,)
    return words | lexicon.currency_words()
