"""Text to the words that the lexical index holds, the same way for products and for questions."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from index.types import Product

CODE_ATTRIBUTES = frozenset({"mpn", "sku", "model", "model_number", "ean", "upc", "isbn"})
"""Attributes whose values are identifiers."""
MAX_WORD = 64
"""Characters; a longer run of letters and digits is cut."""

_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
"""Kana, Han and Hangul: written without spaces, or with endings that no rule here takes off."""
_LETTERS = rf"(?:(?![{_UNSPACED}])[^\W_])+"
_CHUNK = re.compile(rf"(?P<run>[{_UNSPACED}]+)|{_LETTERS}(?:[-./_&+]{_LETTERS})*")
_PART = re.compile(_LETTERS)
_APOSTROPHE = re.compile(r"['’‘](?=\w)")
_SEVERAL_LETTERS = re.compile(r"[a-z]{4,}")
_MIXED = re.compile(r"(?=.*[0-9])(?=.*[^\W\d_])|[0-9]{4,}$")
_LONG_NUMBER = re.compile(r"^0+(?=[0-9]{8,13}$)")


@dataclass(frozen=True)
class Words:
    """What one product is found by, each field with spaces between its words."""

    title: str
    brand: str
    codes: str
    """Ids, GTIN, model numbers."""
    kind: str
    """Category path and colour."""
    details: str
    """Description, attributes and the words of a caption."""


@dataclass(frozen=True)
class Wanted:
    """One word of a question, or several that stand for it."""

    whole: str
    """Written together: ``mh09`` of ``MH-09``; asked for where the catalogue has it."""
    parts: tuple[str, ...]
    """Otherwise these: ``mh``, ``09``; of Han characters each two neighbours."""
    is_run: bool = False
    """True: parts of a script without spaces, some of which are no words."""


def words_of(product: Product, caption: str = "") -> Words:
    """Gives what a product is found by; a caption of its picture comes last."""
    codes = [product.id, product.group, product.gtin, *(one.source_id for one in product.offers)]
    described = [product.description]
    for name, value in product.attributes.items():
        is_code = name.casefold() in CODE_ATTRIBUTES
        (codes if is_code else described).append(value)
    return Words(
        title=_indexed([product.title]),
        brand=_indexed([product.brand]),
        codes=" ".join(dict.fromkeys(word for code in codes for word in _code_words(code))),
        kind=_indexed([product.category, product.color]),
        details=_indexed([*(one for one in described if "://" not in one), caption]),
    )


def wanted_of(text: str) -> list[Wanted]:
    """Gives what a question asks for, each word once; any text is allowed.

    Function words are left out where others remain.
    """
    found = []
    for chunk in _CHUNK.finditer(_normal(text)):
        run = chunk["run"]
        if run:
            found.append(Wanted("", tuple(_pairs(run)) or (run,), is_run=True))
        else:
            parts = tuple(_PART.findall(chunk[0]))
            whole = _word("".join(parts)) if len(parts) > 1 else ""
            found.append(Wanted(whole, tuple(_word(part) for part in parts)))
    distinct = list(dict.fromkeys(found))
    telling = [one for one in distinct if not set(one.parts) <= _FUNCTION_WORDS]
    return telling or distinct


def _indexed(texts: Iterable[str]) -> str:
    """The words of texts in order; a word as often as it stands there."""
    words: list[str] = []
    for text in texts:
        for chunk in _CHUNK.finditer(_normal(text)):
            run = chunk["run"]
            if run:
                words += [*run, *_pairs(run)]
                continue
            parts = _PART.findall(chunk[0])
            words += [_word(part) for part in parts]
            if len(parts) > 1:
                words.append(_word("".join(parts)))
    return " ".join(words)


def _code_words(code: str) -> list[str]:
    """The code as a whole, and those parts that could stand for it: ``mb02``, no ``24``."""
    parts = _PART.findall(_normal(code))
    whole = "".join(parts)
    telling = [part for part in parts if _MIXED.match(part)]
    return [_word(one) for one in (whole, *telling) if one]


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


def _normal(text: str) -> str:
    """Without letter case, accents and apostrophes."""
    if text.isascii():
        return _APOSTROPHE.sub("", text.lower())
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    return _APOSTROPHE.sub("", unicodedata.normalize("NFKC", plain))


@lru_cache(maxsize=50_000)
def _word(text: str) -> str:
    """A word without its plural, a GTIN without leading zeros."""
    short = text[:MAX_WORD]
    return _singular(short) if _SEVERAL_LETTERS.fullmatch(short) else _LONG_NUMBER.sub("", short)


_ENDINGS: Mapping[str, int] = {"ches": 2, "shes": 2, "sses": 2, "xes": 2, "toes": 2}
"""Plurals in ``es`` with what comes off; ``s`` alone comes off the others."""


def _singular(word: str) -> str:
    """An English word without its plural ``s``.

    Source: the S-stemmer of D. Harman, How effective is suffixing?, 1991, with endings in ``es``.
    """
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    for ending, cut in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return word[:-cut]
    return word if word.endswith(("ss", "us")) or word[-1] != "s" else word[:-1]


_FUNCTION_WORDS = frozenset(
    _word(one)
    for one in (
        "a", "an", "and", "are", "as", "at", "be", "but", "by", "can", "do", "for", "from", "have",
        "i", "in", "is", "it", "its", "me", "my", "of", "on", "or", "so", "that", "the", "these",
        "this", "those", "to", "want", "with", "you", "der", "die", "das", "ein", "eine", "mit",
        "und", "el", "la", "un", "una", "con", "para", "y", "le", "les", "une", "et", "avec",
        "pour", "de",
    )
)  # fmt: skip
"""Words that say nothing of a thing, in English, German, Spanish and French; not "fur"."""
