"""Cuts a stream of text into sentences as soon as each is complete."""

import re
from collections.abc import Iterable, Iterator

from service.answer.grounding import MAX_SENTENCE_CHARACTERS

# A latin full stop ends a sentence only before white space: "3.50" and "e.g.x" go on.
_END = re.compile(r"[.!?]+[\"'”’)]*(?=\s)|[。！？]|\n")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(.])(?:[a-z]|approx|ca|bzw|inkl|vs|nr|ej|env|aprox|st|dr|mr|mrs)\.$|^\s*\d{1,2}\.$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")


def sentences(pieces: Iterable[str]) -> Iterator[str]:
    """Gives each sentence once its end has come, without bullets and outer white space.

    Never holds more than ``MAX_SENTENCE_CHARACTERS`` and one piece: of a longer sentence its
    beginning comes out, over that length so that no check can pass it, and the rest is skipped.
    """
    held = ""
    is_skipping = False
    for piece in pieces:
        held += piece
        while (end := _end(held)) is not None:
            sentence, held = held[:end], held[end:]
            if not is_skipping:
                yield from _shown(sentence)
            is_skipping = False
        if len(held) > MAX_SENTENCE_CHARACTERS:
            if not is_skipping:
                yield held[: MAX_SENTENCE_CHARACTERS + 1]
            is_skipping, held = True, held[-1:]
    if not is_skipping:
        yield from _shown(held)


def _end(text: str) -> int | None:
    for found in _END.finditer(text):
        if found[0][0] != "." or not _ABBREVIATION.search(text[: found.start() + 1]):
            return found.end()
    return None


def _shown(sentence: str) -> Iterator[str]:
    text = _BULLET.sub("", sentence.lstrip("”」’）")).strip()
    if text:
        yield text
