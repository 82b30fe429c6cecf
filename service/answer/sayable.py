"""The products' own words as a sentence may use them, and the form in which words are compared."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from service.answer.cleaning import visible
from service.answer.facts import ProductFacts
from service.answer.languages import LANGUAGES, language_for

_HYPHENS = re.compile("[‐‑‒−－]")


def plain(sentence: str) -> str:
    """Gives a sentence as it is checked and let out.

    Hidden characters and emphasis go, every decimal digit becomes an ASCII one, full-width signs
    their narrow form, so that what is checked is what is read.
    """
    text = visible(sentence.replace("**", "").replace("__", ""))
    return _HYPHENS.sub("-", "".join(_narrow(one) for one in text)).strip()


def folded(phrase: str) -> str:
    """Gives a phrase as the lists hold it."""
    return phrase.lower().replace("’", "'")


def sayable_values(products: Iterable[ProductFacts]) -> dict[str, frozenset[int]]:
    """Gives each value and the references of the products that have it."""
    found: dict[str, set[int]] = {}
    for one in products:
        for name, value in one.values.items():
            for form in _forms(name, folded(plain(value))):
                found.setdefault(form, set()).add(one.ref)
    return {value: frozenset(refs) for value, refs in found.items() if is_sayable(value)}


def _forms(name: str, value: str) -> set[str]:
    """A value, its parts where a colour or material lists several, and a kind's singular."""
    forms = {value}
    if name in ("color", "material"):
        forms.update(part.strip() for part in re.split(r"[/,&]", value))
    if name == "category" and value.endswith("s") and not value.endswith("ss"):
        forms.add(value[:-1])
    return {form for form in forms if form}


def is_sayable(value: str) -> bool:
    """Whether a value claims nothing beyond itself: no figure, number word, price or service."""
    if any(one.isnumeric() for one in value) or not any(one.isalpha() for one in value):
        return False
    claims, loaded = _loaded()
    pieces = {*re.findall(r"[^\W_]+", value), *value}  # words, and characters for Chinese
    return value not in claims and not pieces & loaded


@lru_cache
def _loaded() -> tuple[frozenset[str], frozenset[str]]:
    """The claims and the loaded words of all languages: a value may be written in any of them."""
    known = [language_for(code) for code in LANGUAGES]
    claims = frozenset(phrase for one in known for phrase in one.claims)
    return claims, frozenset(word for one in known for word in one.loaded)


def sayable_merchants(products: Iterable[ProductFacts]) -> dict[str, frozenset[int]]:
    """Gives each shop and the references of the products that it sells."""
    found: dict[str, set[int]] = {}
    for one in products:
        for offer in one.offers:
            if offer.merchant:
                found.setdefault(folded(plain(offer.merchant)), set()).add(one.ref)
    return {name: frozenset(refs) for name, refs in found.items() if is_sayable(name)}


def _narrow(character: str) -> str:
    """Digits of any script as ASCII, full-width letters and currency signs as narrow ones."""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    is_wide = unicodedata.east_asian_width(character) == "F"
    if is_wide and unicodedata.category(character)[0] in "LS":
        return unicodedata.normalize("NFKC", character)
    return {"［": "[", "］": "]", "．": ".", "％": "%"}.get(character, character)
