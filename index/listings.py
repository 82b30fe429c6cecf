"""Whether two products are one thing that is listed twice.

One thing: the same GTIN; or pictures that are copies of each other, and titles that agree. Variants
(another colour, size, condition) are never one thing. A picture alone proves nothing: shops show
one placeholder for many products.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from index.types import Product

NEAR_IMAGE = 0.95
"""Cosine of two embeddings from which pictures may be copies of each other."""
NEAR_COLOURS = 0.9
"""Cosine of their colours; both must hold (``python -m benchmarks.listings``, decision 14)."""
LEAST_SHARED = 0.8
"""Of the longer title's words: the shorter title says nothing else, and at least so much of it."""

_GTIN_LENGTHS = frozenset({8, 12, 13, 14})
_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
_APOSTROPHE = re.compile(r"['’‘](?=\w)")
_TABLE = tomllib.loads(files("index").joinpath("listing_words.toml").read_text(encoding="utf-8"))
_KINDS = {name: frozenset(words) for name, words in _TABLE.items()}


@dataclass(frozen=True)
class _Words:
    """What is compared of a product."""

    said: frozenset[str]
    """All words of the title."""
    title: frozenset[str]
    """Those that name the thing: without models, traits and fillers."""
    models: frozenset[str]
    """Numbers, single letters and words like "pro" of the title."""
    traits: tuple[frozenset[str], ...]
    """Colours, sizes, audiences, material, pattern: of columns and title."""
    brand: frozenset[str]


def are_one_listing(one: Product, other: Product, *, is_near: bool) -> bool:
    """Says whether two products are one thing.

    Args:
        one: a product.
        other: another product; the order of the two does not matter.
        is_near: the first picture of one of them is a copy of a picture of the other. Pictures of
            equal bytes have equal vectors, and are near.
    """
    if _condition(one.attributes) != _condition(other.attributes):
        return False
    is_one_group = one.group == other.group
    gtins = {valid_gtin(one.gtin), valid_gtin(other.gtin)}
    if "" not in gtins:
        return len(gtins) == 1 and not (is_one_group and _are_variants(one, other))
    if is_one_group or not is_near:
        return False  # one merchant tells the members of a group apart: they are variants
    return _titles_agree(_words(one), _words(other)) and not _are_variants(one, other)


def same_look(one: Product, other: Product) -> bool:
    """Says whether no colour, size or audience tells two products apart."""
    return not _are_variants(one, other)


def valid_gtin(text: str) -> str:
    """Gives a GTIN as 14 digits; empty where it has the wrong length or check digit, or none.

    Source: GS1 General Specifications 7.9, check digit calculations.
    """
    digits = text.strip()
    if len(digits) not in _GTIN_LENGTHS or not (digits.isascii() and digits.isdecimal()):
        return ""
    padded = digits.zfill(14)
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(padded))
    return padded if total % 10 == 0 and int(padded) else ""


def _titles_agree(one: _Words, other: _Words) -> bool:
    """No model differs, and one title only adds words to the other.

    Overlap alone would join a coat called Stellar and one called Juno.
    """
    if one.models != other.models or not _fit(one.brand, other.brand):
        return False
    brands = one.brand | other.brand
    shorter, longer = sorted((one.title - brands, other.title - brands), key=len)
    if not shorter:
        return one.said == other.said
    return shorter <= longer and len(shorter) >= LEAST_SHARED * len(longer)


def _are_variants(one: Product, other: Product) -> bool:
    pairs = zip(_words(one).traits, _words(other).traits, strict=True)
    return not all(_fit(first, second) for first, second in pairs)


def _fit(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one says nothing that the other contradicts: "navy" and "navy blue", or no word."""
    return one <= other or other <= one


def _condition(attributes: Mapping[str, str]) -> str:
    return attributes.get("condition", "").strip().casefold() or "new"


def _words(product: Product) -> _Words:
    columns = [product.attributes.get(name, "") for name in ("size", "material", "pattern")]
    return _compared(product.title, product.brand, product.color, *columns)


@lru_cache(maxsize=10_000)
def _compared(*texts: str) -> _Words:
    """Takes title, brand, color, size, material and pattern."""
    said, brand, color, size, material, pattern = (frozenset(_split(text)) for text in texts)
    words = said - (brand & _KINDS["colours"])  # "Orange" sells telephones
    traits = (
        color | (words & _KINDS["colours"]),
        size | (words & _KINDS["sizes"]),
        words & _KINDS["audiences"],
        material,
        pattern,
    )
    models = frozenset(word for word in words - size - _KINDS["sizes"] if _is_model(word))
    other_words = models.union(*traits[:3], _KINDS["fillers"])
    return _Words(said, words - other_words, models, traits, brand)


def _is_model(word: str) -> bool:
    return len(word) == 1 or word[0].isdecimal() or word in _KINDS["models"]


def _split(text: str) -> set[str]:
    """Folded words without plural endings; numbers apart from letters: ``300ml`` is two."""
    plain = _APOSTROPHE.sub("", unicodedata.normalize("NFKC", text).casefold())
    return {_singular(word) for word in _WORD.findall(plain)}


def _singular(word: str) -> str:
    is_plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us"))
    return word[:-1] if is_plural else word
