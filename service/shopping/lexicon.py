"""The words that a list is split by, read once from ``words.toml``."""

import tomllib
from functools import cache
from importlib.resources import files

from service.search.tokens import Phrases, phrases


@cache
def kind(name: str) -> Phrases[str]:
    """Gives the phrases of one kind."""
    return phrases(_table()[name])


@cache
def _table() -> dict[str, list[str]]:
    text = (files("service.shopping") / "words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
