"""An answer about several items: a short section each, under the item's name.

Each section is written, and checked, from the facts of its own item alone, with references from 1;
here they get numbers that are unique over the whole answer. So no sentence can speak of another
item's product, whoever writes.
"""

import re
from dataclasses import dataclass, field, replace

from service.answer.agreements import words_of
from service.answer.cleaning import shown_value
from service.answer.facts import MAX_PRODUCTS, MAX_SHOWN, comparable
from service.answer.languages import Language
from service.answer.phrase_index import folded
from service.answer.sayable import is_sayable
from service.answer.types import (
    FACTS_WRITER,
    Answer,
    AnswerDelta,
    AnswerRequest,
    ItemChoice,
)

_REFERENCE = re.compile(r"\[([1-9][0-9]?)\]")
"""Text of the catalogue or of a model holds no square brackets but these (``cleaning``)."""


def products_each(items: int) -> int:
    """Gives how many products a section may speak of: all references have two digits."""
    return max(1, min(MAX_PRODUCTS, MAX_SHOWN // items))


@dataclass
class Sections:
    """The sections so far; what is given out joins up to the text of ``finished``."""

    language: Language
    _text: str = ""
    _before: int = 0
    """References of earlier sections."""
    _item: int = 0
    _done: list[Answer] = field(default_factory=list)

    def opened(self, request: AnswerRequest) -> AnswerDelta:
        """Begins a section on a line of its own, with the item's name."""
        self._item = request.item
        heading = heading_of(request, self.language)
        return self._said(f"\n{heading}" if self._text else heading)

    def moved(self, piece: AnswerDelta) -> AnswerDelta:
        """Gives a piece of the section with the references of the whole."""
        return self._said(_REFERENCE.sub(self._moved, piece.text))

    def close(self, section: Answer, products: int) -> None:
        """Ends the section; its references went from 1 to ``products``."""
        cited = tuple(
            replace(one, ref=one.ref + self._before, item=self._item) for one in section.citations
        )
        choice = ItemChoice(self._item, section.pick, section.cheapest)
        self._done.append(replace(section, citations=cited, items=(choice,)))
        self._before += products

    def finished(self) -> Answer:
        """Gives the whole, with the choices of the first section as its own; one is needed."""
        writers = [one.writer for one in self._done if one.writer != FACTS_WRITER]
        return replace(
            self._done[0],
            text=self._text,
            citations=tuple(cited for one in self._done for cited in one.citations),
            writer=writers[0] if writers else FACTS_WRITER,
            checked=sum(one.checked for one in self._done),
            dropped=sum(one.dropped for one in self._done),
            items=tuple(choice for one in self._done for choice in one.items),
        )

    def _said(self, text: str) -> AnswerDelta:
        self._text += text
        return AnswerDelta(text)

    def _moved(self, found: re.Match[str]) -> str:
        return f"[{int(found[1]) + self._before}]"


def heading_of(request: AnswerRequest, language: Language) -> str:
    """Gives ``Item 2 (mug): ``: its place among the photo's items, and what it is.

    What it is comes from the captioner, so from a photo that anyone may have written on: it is said
    only where all its words stand in the categories of the item's own matches.
    """
    label = _label(request)
    phrase = language.phrases["item_called" if label else "item"]
    return phrase.format(number=request.item + 1, label=label) + language.gap


def _label(request: AnswerRequest) -> str:
    caption = request.caption
    said = shown_value(caption.category) if caption else ""
    words = words_of(said)
    known = [words_of(one.product.category) for one in comparable(request.matches)]
    is_known = bool(words) and any(words <= one for one in known)
    return said if is_known and is_sayable(folded(said)) else ""
