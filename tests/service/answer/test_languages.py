"""The language follows the request, and money is written its way with all of its digits."""

from decimal import Decimal
from string import Formatter

import pytest

from index.types import Price
from service.answer.claims import NAMES
from service.answer.languages import LANGUAGES, language_for
from service.answer.reasons import REASONS


@pytest.mark.parametrize(
    ("wanted", "code", "locale"),
    [
        (None, "en", "en"),
        ("", "en", "en"),
        ("en-GB", "en", "en_GB"),
        ("zh", "zh-Hans", "zh_Hans"),
        ("zh-CN", "zh-Hans", "zh_Hans_CN"),
        ("zh-TW", "zh-Hant", "zh_Hant_TW"),
        ("zh-HK", "zh-Hant", "zh_Hant_HK"),
        ("zh-MO", "zh-Hant", "zh_Hant_MO"),
        ("zh-Hant-CN", "zh-Hant", "zh_Hant"),
        ("zh-Hans-HK", "zh-Hans", "zh_Hans_HK"),
        ("de-AT,de;q=0.9,en;q=0.8", "de", "de_AT"),
        ("pt-BR, fr;q=0.5", "fr", "fr"),
        ("en;q=0.1, es;q=0.9", "es", "es"),
        ("de;q=0, fr", "fr", "fr"),
        ("xx", "en", "en"),
        ("*", "en", "en"),
        ("de-XX", "de", "de"),
        ("q=;;,,\x00<script>", "en", "en"),
        ("EN_us", "en", "en_US"),
        ("es-419", "es", "es_419"),
    ],
)
def test_the_language_follows_the_request(wanted: str | None, code: str, locale: str) -> None:
    language = language_for(wanted)
    assert (language.code, str(language.locale)) == (code, locale)


@pytest.mark.parametrize(
    ("language", "price", "written"),
    [
        ("en", "34.5 USD", "$34.50"),
        ("en", "1234.50 USD", "$1,234.50"),
        ("en", "1200 JPY", "¥1,200"),
        ("en", "1.234 KWD", "KWD1.234"),
        ("en", "34.567 USD", "$34.567"),
        ("en", "1E+3 USD", "$1,000.00"),
        ("de", "1234.50 EUR", "1.234,50 €"),
        ("de-CH", "1234.50 CHF", "CHF 1'234.50"),
        ("fr", "1234.50 EUR", "1\u202f234,50 €"),
        ("es", "1234.50 EUR", "1.234,50 €"),
        ("zh", "1234.50 CNY", "¥1,234.50"),
        ("zh-TW", "1234.50 TWD", "$1,234.50"),
        ("en", "5 XQZ", "XQZ5.00"),
    ],
)
def test_money_is_written_as_the_language_does(language: str, price: str, written: str) -> None:
    digits, currency = price.split()
    made = language_for(language).money(Price(Decimal(digits), currency))
    # releases of CLDR, which Babel follows, differ in the apostrophe of Swiss thousands
    assert made.replace("\xa0", " ").replace("’", "'") == written


def test_every_language_has_every_phrase_with_the_same_gaps() -> None:
    english = language_for("en")
    for code in LANGUAGES:
        language = language_for(code)
        assert _gaps(language.phrases) == _gaps(english.phrases)
        assert set(language.reasons) == set(REASONS)
        assert set(language.fields) == set(english.fields)
        assert set(english.claims.values()) - {"formerly"} <= set(language.claims.values()) | {
            "off"
        }
        assert set(language.claims.values()) <= NAMES
        assert not set(language.claims) & (language.words | language.joints)
        assert not language.field_words.keys() & {*language.words, *language.claims}
        assert language.roles.keys() == english.roles.keys()
        known = language.words | {*language.field_words, *language.claims}
        assert not frozenset().union(*language.roles.values()) - known


def test_no_language_lets_a_model_use_a_loaded_word_freely() -> None:
    articles_and_the_price = {"price", "priced", "sold", "precio", "preis", "prix", "ein", "un"}
    for code in LANGUAGES:
        language = language_for(code)
        assert language.words & language.loaded <= articles_and_the_price


def _gaps(phrases: object) -> dict[str, set[str]]:
    assert isinstance(phrases, dict)
    return {
        name: {gap for _, gap, _, _ in Formatter().parse(text) if gap}
        for name, text in phrases.items()
    }
