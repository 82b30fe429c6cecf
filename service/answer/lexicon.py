"""Cuts a sentence into tokens; what no list holds cannot be cut, and so cannot be said.

This is the allow-list: citations, names with their own citation, amounts, the products' own
values, the language's harmless words and its claims. Everything else is unknown.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from index.types import Price
from service.answer.amounts import PERCENT, AmountReader, read_number
from service.answer.facts import Facts
from service.answer.languages import Language, language_for
from service.answer.phrase_index import PhraseIndex
from service.answer.sayable import Columns, plain, sayable_merchants, sayable_values

Kind: TypeAlias = Literal[
    "citation", "amount", "percent", "value", "merchant", "claim", "field", "joint", "pause", "word"
]

_CITATION = re.compile(r" ?\[([1-9][0-9]?)\](?![(A-Za-z0-9])")
_PAUSE = re.compile(r"[,;:–—，；：、]|- ")
_PUNCTUATION = re.compile(r"[\s.!?()。！？（）]")
_OPEN, _CLOSE = '"“„«「 ', ' "”“»」'


@dataclass(frozen=True)
class Token:
    """A piece of a sentence that means something."""

    kind: Kind
    text: str
    ref: int = 0
    """Of a citation."""
    amount: Price | None = None
    percent: str = ""
    """The number as a plain decimal."""
    columns: Columns = frozenset()
    """Of a value: the products that have it, and where; of a shop: those that it sells."""
    said: str = ""
    """Of a claim or field: the phrase itself."""
    is_apart: bool = False
    """Behind a pause or joint, which is no part of its clause."""

    @property
    def phrase(self) -> str:
        """What the sentence says, in lower case where it is on a list."""
        return self.said or self.text

    @property
    def refs(self) -> frozenset[int]:
        """Of a value or shop: the products that have it."""
        return frozenset(ref for ref, _ in self.columns)

    @property
    def fields(self) -> frozenset[str]:
        """Of a value: the columns that it stands in, of any product."""
        return frozenset(name for _, name in self.columns)

    def fields_of(self, ref: int) -> frozenset[str]:
        """Of a value: the columns that it stands in, of one product."""
        return frozenset(name for of, name in self.columns if of == ref)


class UnknownWordError(ValueError):
    """A sentence holds something that is neither a fact nor harmless; the message names it."""


class Lexicon:
    """Everything that may be said about some facts in a language."""

    def __init__(self, facts: Facts, language: Language) -> None:
        self._facts = facts
        self._language = language
        currencies = {
            price.currency
            for one in facts.products
            for offer in one.offers
            for price in (offer.price, offer.regular_price)
            if price
        }
        self._names = [(one.ref, plain(one.name)) for one in facts.products if one.name]
        self._amounts = AmountReader(currencies, language)
        self._values = sayable_values(facts.products, language)
        self._merchants = sayable_merchants(facts.products)
        self._own = PhraseIndex({**self._values, **self._merchants})
        self._common = _common(language.code)

    def tokens(self, text: str) -> list[Token]:
        """Cuts a text that ``plain`` gave; names vanish into the citation behind them.

        Raises:
            UnknownWordError: something in it is on no list.
        """
        tokens: list[Token] = []
        at = 0
        while at < len(text):
            found = self._next(text, at)
            if found is None:
                raise UnknownWordError(text[at:].split(maxsplit=1)[0][:40])
            token, at = found
            if token:
                tokens.append(token)
        return tokens

    def _next(self, text: str, at: int) -> tuple[Token | None, int] | None:
        for read in (self._citation, self._name, self._figure, self._phrase):
            found = read(text, at)
            if found:
                return found
        pause = _PAUSE.match(text, at)
        if pause:
            return Token("pause", pause[0]), pause.end()
        skipped = _PUNCTUATION.match(text, at)
        return (None, skipped.end()) if skipped and not _is_domain(text, at) else None

    def _citation(self, text: str, at: int) -> tuple[Token, int] | None:
        found = _CITATION.match(text, at)
        if not found or int(found[1]) > len(self._facts.products):
            return None
        return Token("citation", found[0], ref=int(found[1])), found.end()

    def _name(self, text: str, at: int) -> tuple[Token, int] | None:
        """A name, verbatim, that its own citation follows at once."""
        if at and text[at - 1].isalnum() and text[at - 1].isascii():
            return None
        start = at + (text[at] in _OPEN)
        start += text[start : start + 1] == " "
        for ref, name in self._names:
            if not text.startswith(name, start):
                continue
            end = start + len(name)
            end += len(text[end:]) - len(text[end:].lstrip(_CLOSE))
            cited = self._citation(text, end)
            if cited and cited[0].ref == ref:
                return cited
        return None

    def _figure(self, text: str, at: int) -> tuple[Token, int] | None:
        amount = self._amounts.match(text, at)
        if amount:
            price, end = amount
            return Token("amount", text[at:end], amount=price), end
        found = PERCENT.match(text, at)
        if not found:
            return None
        share = str(read_number(found[1], self._language))
        return Token("percent", found[0], percent=share), found.end()

    def _phrase(self, text: str, at: int) -> tuple[Token, int] | None:
        """The longest phrase that starts here; the language's own words win a tie."""
        found = (self._common.match(text, at), self._own.match(text, at))
        phrase = max(found, key=len)
        token = self._meaning(phrase) if phrase else None
        return (token, at + len(phrase)) if token else None

    def _meaning(self, phrase: str) -> Token | None:
        language = self._language
        if phrase in language.claims:
            return Token("claim", language.claims[phrase], said=phrase)
        if phrase in language.field_words:
            return Token("field", language.field_words[phrase], said=phrase)
        if phrase in language.joints:
            return Token("joint", phrase)
        if phrase in language.words:
            return Token("word", phrase)
        if phrase in self._merchants:
            sold = frozenset((ref, "merchant") for ref in self._merchants[phrase])
            return Token("merchant", phrase, columns=sold)
        columns = self._values.get(phrase)
        return Token("value", phrase, columns=columns) if columns else None


def _is_domain(text: str, at: int) -> bool:
    """Whether a full stop stands inside a word: ``wool.coat`` would be read as an address."""
    around = text[max(at - 1, 0)] + text[at + 1 : at + 2]
    return text[at] in ".。" and len(around) == 2 and around.isalnum() and around.isascii()


@lru_cache
def _common(code: str) -> PhraseIndex:
    language = language_for(code)
    return PhraseIndex({*language.words, *language.joints, *language.claims, *language.field_words})
