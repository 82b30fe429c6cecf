"""The languages of an answer: phrases and vocabulary from one file each, numbers from Babel."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.lists import format_list
from babel.numbers import format_currency

from index.types import Price

LANGUAGES = ("en", "zh-Hans", "zh-Hant", "es", "de", "fr")
"""BCP 47; the first is the one where a request names none of them."""

_QUALITY = re.compile(r"\s*([A-Za-z0-9_*-]+)\s*(?:;\s*q\s*=\s*([0-9.]+))?\s*")
_TRADITIONAL = {"TW", "HK", "MO"}
_MAX_HEADER_CHARACTERS = 500


@dataclass(frozen=True)
class Inflection:
    """How a language inflects the words of a catalogue."""

    noun: tuple[str, ...]
    """What may follow a noun."""
    adjective: tuple[str, ...]
    """What may follow an adjective."""
    changed: Mapping[str, tuple[str, ...]]
    """Last letters of an adjective and what takes their place: ``rojo``, ``rojas``."""
    takes_umlaut: bool
    """A noun may take an umlaut: ``Rucksäcke``."""
    loses_accents: bool
    """A word may lose its accents: ``marrones``."""

    def __hash__(self) -> int:
        return hash((self.noun, self.adjective))


@dataclass(frozen=True)
class Language:
    """How answers are written in one language and region."""

    code: str
    """One of ``LANGUAGES``."""
    locale: Locale
    """With the region that was asked for: it decides how numbers look."""
    phrases: Mapping[str, str]
    """Sentences with ``{placeholders}``."""
    reasons: Mapping[str, str]
    """Clauses by reason code."""
    fields: Mapping[str, str]
    words: frozenset[str]
    """Lower-case words and phrases that claim nothing; a model may use them freely."""
    joints: frozenset[str]
    """Words that join two clauses."""
    loaded: frozenset[str]
    """Words that make a claim of a value that holds them; in Chinese, characters."""
    claims: Mapping[str, str]
    """Lower-case phrase to the name of what it claims (``service.answer.claims``)."""
    field_words: Mapping[str, str]
    """Lower-case word to the field that it names: what a product agrees or differs in."""
    roles: Mapping[str, frozenset[str]]
    """What words and phrases make of a figure, value or shop beside them (``[roles]``)."""
    verbs: frozenset[str]
    """Those of ``words`` that make a clause; in Chinese, what such a word holds."""
    relatives: frozenset[str]
    """Those of ``words`` whose verb makes none: ``which``."""
    inflection: Inflection | None
    """None: words keep their form."""

    @property
    def is_chinese(self) -> bool:
        """Whether sentences and words stand without spaces."""
        return self.locale.language == "zh"

    @property
    def gap(self) -> str:
        """What stands between two sentences."""
        return "" if self.is_chinese else " "

    def money(self, price: Price) -> str:
        """Gives a price with its currency, all of its digits, never rounded."""
        return str(
            format_currency(
                price.amount, price.currency, locale=self.locale, decimal_quantization=False
            )
        )

    def listed(self, parts: Sequence[str]) -> str:
        """Gives ``a, b and c``."""
        return str(format_list(list(parts), locale=self.locale))


def language_for(wanted: str | None) -> Language:
    """Gives the language for a BCP 47 tag or an ``Accept-Language`` header.

    Chinese of Taiwan, Hong Kong and Macau is traditional; anything that cannot be read, or that
    none of ``LANGUAGES`` meets, is English.
    """
    for tag in _tags(wanted or ""):
        found = _match(tag)
        if found:
            return _language(*found)
    return _language(LANGUAGES[0], Locale(LANGUAGES[0]))


def _tags(header: str) -> list[str]:
    """The tags of a header, best first; those with q=0 are refused."""
    ranked = []
    for part in header[:_MAX_HEADER_CHARACTERS].split(","):
        found = _QUALITY.fullmatch(part)
        if found:
            ranked.append((_quality(found[2]), found[1]))
    wanted = [one for one in ranked if one[0] > 0]
    return [tag for _, tag in sorted(wanted, key=lambda one: -one[0])]


def _quality(text: str | None) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def _match(tag: str) -> tuple[str, Locale] | None:
    """The language's code and a locale that keeps the region, where Babel knows it."""
    language, *rest = tag.replace("_", "-").split("-")
    region = next((one.upper() for one in rest if re.fullmatch(r"[A-Za-z]{2}|\d{3}", one)), None)
    script = next((one.title() for one in rest if re.fullmatch(r"[A-Za-z]{4}", one)), None)
    code = language.lower()
    if code == "zh":
        script = script or ("Hant" if region in _TRADITIONAL else "Hans")
        code = f"zh-{script}"
    if code not in LANGUAGES:
        return None
    return code, _regional(code, region) or Locale.parse(code, sep="-")


def _regional(code: str, region: str | None) -> Locale | None:
    """The locale of a region; None where Babel has none of that script."""
    plain = Locale.parse(code, sep="-")
    try:
        found = Locale.parse(f"{code}-{region}", sep="-") if region else None
    except (UnknownLocaleError, ValueError):
        return None
    return found if found and found.script == plain.script else None


@lru_cache(maxsize=64)
def _language(code: str, locale: Locale) -> Language:
    data = _data(code)
    vocabulary = data["vocabulary"]
    words = {*vocabulary["words"].split(), *vocabulary["phrases"]}
    return Language(
        code=code,
        locale=locale,
        phrases=data["phrases"],
        reasons=data["reasons"],
        fields=data["fields"],
        words=frozenset(words),
        joints=frozenset(vocabulary["joints"]),
        loaded=frozenset(vocabulary["loaded"].split()),
        claims={phrase: name for name, said in data["claims"].items() for phrase in said},
        field_words={
            word: name for name, words in data.get("field_words", {}).items() for word in words
        },
        roles={name: frozenset(said) for name, said in data["roles"].items()},
        verbs=frozenset(vocabulary["verbs"].split()),
        relatives=frozenset(vocabulary.get("relatives", ())),
        inflection=_inflection(data.get("inflection")),
    )


def _inflection(data: Mapping[str, Any] | None) -> Inflection | None:
    if data is None:
        return None
    return Inflection(
        noun=tuple(data["noun"]),
        adjective=tuple(data["adjective"]),
        changed={last: tuple(endings) for last, endings in data.get("changed", {}).items()},
        takes_umlaut=data.get("takes_umlaut", False),
        loses_accents=data.get("loses_accents", False),
    )


@lru_cache
def _data(code: str) -> dict[str, Any]:
    text = files("service.answer").joinpath(f"phrases/{code}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
