"""Texts that a model wrote, made safe to show, search and store."""

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
    visible = "".join(_visible(character) for character in value[: 4 * max_characters])
    line = " ".join(visible.split())
    if _LINK.search(line):
        return ""
    return line if len(line) <= max_characters else _cut(line, max_characters)


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in _DROPPED else character


def _cut(line: str, max_characters: int) -> str:
    head, space, _ = line[: max_characters + 1].rpartition(" ")
    return head if space else line[:max_characters]
