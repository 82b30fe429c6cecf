"""Text to tokens that phrases are matched on, and back to text."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

MAX_PHRASE_TOKENS = 12
"""A longer name of a shop is no phrase: this bounds the work at each token."""

_HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(
    r"[0-9]+(?:[.,'’][0-9]+)*"  # a number with its separators
    rf"|[{_HAN}]"  # scripts without spaces: a character a token
    rf"|(?:(?![{_HAN}])[^\W\d_])+(?:['’](?:(?![{_HAN}])[^\W\d_])+)*"  # a word, "don't"
    r"|[<>]=|\S"
)
_SPACE_IN_NUMBER = re.compile(r"(?<=[0-9])[\u00a0\u202f\u2009](?=[0-9]{3})")

T = TypeVar("T")
Key = tuple[str, ...]


@dataclass(frozen=True)
class Token:
    """A word, a number, a Han character or a mark, and where it stands in the normal text."""

    text: str
    key: str
    """Without letter case and accents."""
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        """Whether it is written in digits."""
        return self.text[0] in "0123456789"

    @property
    def is_punctuation(self) -> bool:
        """Whether it only parts words; symbols such as emoji do not."""
        return all(unicodedata.category(one).startswith("P") for one in self.text)


def tokenized(text: str) -> list[Token]:
    """Gives the tokens of a text in NFKC, full-width digits as plain ones; O(length)."""
    normal = unicodedata.normalize("NFKC", _SPACE_IN_NUMBER.sub("", text))
    return [
        Token(found.group(), _key(found.group()), found.start(), found.end())
        for found in _TOKEN.finditer(normal)
    ]


def phrase_key(text: str) -> Key:
    """Gives what a phrase is matched by: the keys of its tokens."""
    return tuple(token.key for token in tokenized(text))


def joined(tokens: Sequence[Token]) -> str:
    """Gives tokens as text: apart where they stood apart, punctuation only between their words."""
    text = ""
    end = None
    for token in _without_loose_marks(tokens):
        text += token.text if end in {None, token.start} else f" {token.text}"
        end = token.end
    return text


def _without_loose_marks(tokens: Sequence[Token]) -> list[Token]:
    """Drops punctuation at the ends, and where the word that it belonged to is not there."""
    starts = {token.start for token in tokens}
    ends = {token.end for token in tokens}
    kept = [
        token
        for token in tokens
        if not token.is_punctuation or token.start in ends or token.end in starts
    ]
    while kept and kept[0].is_punctuation:
        kept.pop(0)
    while kept and kept[-1].is_punctuation:
        kept.pop()
    return kept


class Phrases(Generic[T]):
    """Phrases to what they mean; the longest that begins at a token is found in O(1)."""

    def __init__(self, meanings: Mapping[Key, T]) -> None:
        self._meanings = {
            key: one for key, one in meanings.items() if 0 < len(key) <= MAX_PHRASE_TOKENS
        }
        self._longest: dict[str, int] = {}
        for key in self._meanings:
            self._longest[key[0]] = max(len(key), self._longest.get(key[0], 0))

    def at(self, tokens: Sequence[Token], start: int) -> tuple[int, T] | None:
        """Gives the longest phrase that begins at ``start``: its tokens and its meaning."""
        if start >= len(tokens):
            return None
        longest = min(self._longest.get(tokens[start].key, 0), len(tokens) - start)
        for length in range(longest, 0, -1):
            key = tuple(token.key for token in tokens[start : start + length])
            if key in self._meanings:
                return length, self._meanings[key]
        return None

    def length(self, tokens: Sequence[Token], start: int) -> int:
        """Gives the tokens of the longest phrase that begins at ``start``; 0: none."""
        found = self.at(tokens, start)
        return found[0] if found else 0

    def named(self, key: Key) -> T | None:
        """Gives what one whole phrase means."""
        return self._meanings.get(key)

    def meanings(self) -> set[T]:
        """Gives what the phrases mean, each once."""
        return set(self._meanings.values())

    def __contains__(self, key: object) -> bool:
        return key in self._meanings


def phrases(texts: Iterable[str]) -> Phrases[str]:
    """Gives phrases that mean themselves."""
    return Phrases({phrase_key(text): text for text in texts})


def contains(tokens: Sequence[str], part: Collection[str]) -> bool:
    """Whether ``part`` stands in ``tokens`` as a run."""
    wanted = tuple(part)
    size = len(wanted)
    return any(tuple(tokens[i : i + size]) == wanted for i in range(len(tokens) - size + 1))


@lru_cache(maxsize=4096)
def _key(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    plain = "".join(one for one in decomposed if not unicodedata.combining(one))
    return plain or text
