"""Finds the longest known phrase at a place in a text, by look-ups alone.

A regular expression of all phrases costs what it takes to compile: an answer in German has
thousands of inflected values of its own. Here a new phrase costs an entry in a dictionary.
"""

import re
import unicodedata
from collections.abc import Iterable

_LETTER = re.compile(r"[A-Za-z0-9À-ɏ]")
"""What a whole word does not stand beside."""


def folded(phrase: str) -> str:
    """Gives a phrase as the lists hold it."""
    return phrase.lower().replace("’", "'")


class PhraseIndex:
    """Known phrases, as whole words where the script has words."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = frozenset(phrases)
        found: dict[str, set[int]] = {}
        for phrase in self._phrases:
            found.setdefault(phrase[0], set()).add(len(phrase))
        self._lengths = {first: sorted(sizes, reverse=True) for first, sizes in found.items()}

    def match(self, text: str, at: int) -> str:
        """Gives the longest phrase that starts at a position, folded; empty where none does."""
        for size in self._lengths.get(folded(text[at]), ()):
            phrase = folded(text[at : at + size])
            if phrase in self._phrases and len(phrase) == size and _is_whole(text, at, phrase):
                return phrase
        return ""

    @property
    def most_tries(self) -> int:
        """Look-ups that one position takes at most; not the number of phrases."""
        return max(map(len, self._lengths.values()), default=0)


def _is_whole(text: str, at: int, phrase: str) -> bool:
    end = at + len(phrase)
    is_cut = at > 0 and has_spaces(phrase[0]) and _LETTER.match(text, at - 1)
    is_cut_behind = has_spaces(phrase[-1]) and _LETTER.match(text, end)
    return not is_cut and not is_cut_behind


def has_spaces(character: str) -> bool:
    """Whether a letter belongs to a script that parts its words."""
    return character.isalnum() and unicodedata.east_asian_width(character) not in "WF"
