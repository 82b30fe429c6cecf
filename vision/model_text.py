"""Texts from outside (a model, a feed), made safe to show, search and store."""

import re
import unicodedata

_LINK = re.compile(r"://|\bwww\.", re.IGNORECASE)
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Unicode categories: control, format (zero-width, bidi, tags), surrogate, private, unassigned."""


def plain_text(value: object, max_characters: int) -> str:
    """Gives one line of visible text, empty for what is no string or holds a link.

    White space is folded to single spaces; what is too long ends after its last whole word.
    """
    if not isinstance(value, str):
        return ""
    line = one_line(value[: 4 * max_characters])
    if _LINK.search(line):
        return ""
    return line if len(line) <= max_characters else _cut(line, max_characters)


def one_line(text: str) -> str:
    """Gives the visible characters of a text, white space folded to single spaces."""
    return " ".join("".join(map(_visible, text)).split())


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in _DROPPED else character


def _cut(line: str, max_characters: int) -> str:
    head, space, _ = line[: max_characters + 1].rpartition(" ")
    return head if space else line[:max_characters]
