"""The products' own words as a sentence may use them, and the form in which words are compared."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

from service.answer.cleaning import visible
from service.answer.facts import ProductFacts
from service.answer.inflection import inflected, singular
from service.answer.languages import LANGUAGES, Language, language_for
from service.answer.phrase_index import folded
from service.answer.values import ADJECTIVES, compounds, is_english, said_as, words_in

_HYPHENS = re.compile("[‐‑‒−－]")


def plain(sentence: str) -> str:
    """Gives a sentence as it is checked and let out.

    Hidden characters and emphasis go, every decimal digit becomes an ASCII one, full-width signs
    their narrow form, so that what is checked is what is read.
    """
    text = visible(sentence.replace("**", "").replace("__", ""))
    return _HYPHENS.sub("-", "".join(_narrow(one) for one in text)).strip()


Columns: TypeAlias = frozenset[tuple[int, str]]
"""Of a word: the products that have it, each with the column that it stands in."""


def sayable_values(products: Iterable[ProductFacts], language: Language) -> dict[str, Columns]:
    """Gives the values, as the catalogue and as the language of the answer says them."""
    columns: dict[str, set[tuple[int, str]]] = {}
    inflectable: dict[str, bool] = {}
    for one in products:
        for names, word, is_of_language in _words(one, language):
            columns.setdefault(word, set()).update((one.ref, name) for name in names)
            if is_of_language and not names.isdisjoint((*ADJECTIVES, "category")):
                inflectable[word] = not names.isdisjoint(ADJECTIVES)
    # ours claim nothing, though "sac à dos" has a number's word
    translated = words_in(language.code)
    bases = {word: word for word in columns}
    bases = inflected(inflectable, language.inflection, language.code) | bases
    known = {word: frozenset(found) for word, found in columns.items()}
    return {
        form: known[word] for form, word in bases.items() if word in translated or is_sayable(form)
    }


def _words(product: ProductFacts, language: Language) -> Iterator[tuple[set[str], str, bool]]:
    """Columns, word, and whether the word is one of the answer's language, as far as is known."""
    kinds: list[str] = []
    starts: list[str] = []
    for name, value in product.values.items():
        for form in _forms(name, folded(plain(value))):
            words = said_as(name, form, language.code) or _singulars(name, form, language)
            yield {name}, form, not is_english(name, form)
            yield from (({name}, word, True) for word in words)
            kinds += [form, *words] if name == "category" else ()
            starts += compounds(form, language.code) if name == "material" else ()
    both = {"category", "material"}
    yield from ((both, start + kind, True) for start in starts for kind in kinds)


def _singulars(name: str, value: str, language: Language) -> tuple[str, ...]:
    """A kind of a catalogue in the answer's own language is said in the singular too."""
    one = singular(value, language.inflection, language.code) if name == "category" else ""
    return (one,) if one else ()


def _forms(name: str, value: str) -> set[str]:
    """A value, its parts where a colour or material lists several, and a kind's singular."""
    forms = {value}
    if name in ("color", "material"):
        forms.update(part.strip() for part in re.split(r"[/,&]", value))
    if name == "category" and value.endswith("s") and not value.endswith("ss"):
        forms.add(value[:-1])
    return {form for form in forms if form}


@lru_cache(maxsize=16_384)
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
