"""What the catalogue's own words say to a question: short quotes, never a conclusion."""

import re
from collections.abc import Sequence

from index.types import Product
from service.answer.cleaning import shown_value, visible
from service.search import lexicon
from service.search.questions import Wanted
from service.search.tokens import Token, contains, tokenized

_REACH = 4
"""Words before a quoted one in which a "not" belongs to it."""
_NOT = frozenset(
    {"not", "no", "non", "never", "without", "isn't", "aren't", "不", "非", "无", "無"}
)
_SENTENCE_END = frozenset(".;!?。；！？\n")
_MAX_TEXT_CHARACTERS = 5_000
"""Of a description; what follows is not read."""


def evidence(product: Product, wanted: Sequence[Wanted]) -> tuple[str, ...]:
    """Gives a quote for each thing asked for; empty where the catalogue lacks any of them.

    A quote takes in a "not" or "faux" that stands before it, so that it says what the text says.
    """
    quotes = [_first(product, one) for one in wanted]
    return tuple(dict.fromkeys(quotes)) if all(quotes) else ()


def is_denial(quote: str) -> bool:
    """Whether a quote says that something is not so, or only looks so."""
    keys = [token.key for token in tokenized(quote)]
    denied = keys[-1:] in (["no"], ["否"], ["false"]) or bool(_NOT & set(keys))
    return denied or any((key,) in lexicon.kind("imitation") for key in keys)


def holds_quote(product: Product, quote: str) -> str:
    """Gives a model's quote as the catalogue has it, with a "not" before it; empty if it has not.

    Args:
        product: whose words are quoted.
        quote: any text.
    """
    keys = tuple(token.key for token in tokenized(quote[:200]))
    if not keys or not any(one.isalpha() for one in quote):
        return ""
    return _first(product, Wanted(quote, (keys,)))


def _first(product: Product, wanted: Wanted) -> str:
    """Columns first: they say more surely than a sentence."""
    columns = (_column(name, value, wanted) for name, value in product.attributes.items())
    texts = (_quote(text, wanted) for text in _texts(product))
    return next((found for found in (*columns, *texts) if found), "")


def _column(name: str, value: str, wanted: Wanted) -> str:
    """The value that holds what is asked for, or the column that is called so with its value."""
    shown = shown_value(value)
    if not shown:
        return _quote(value, wanted)
    if _holds(value, wanted):
        return shown
    title = shown_value(name.replace("_", " "))
    return f"{title}: {shown}" if title and _holds(title, wanted) else ""


def _holds(text: str, wanted: Wanted) -> bool:
    keys = [token.key for token in tokenized(text)]
    return any(contains(keys, form) for form in wanted.forms)


def _texts(product: Product) -> list[str]:
    description = re.sub(r"<[^<>]*>", " ", product.description[:_MAX_TEXT_CHARACTERS])
    kind = product.category.split(">")[-1].strip()
    return [product.color, product.brand, kind, product.title, description]


def _quote(text: str, wanted: Wanted) -> str:
    """The words as the text has them, from a "not" on that belongs to them."""
    tokens = tokenized(visible(text))
    keys = [token.key for token in tokens]
    for form in wanted.forms:
        if not contains(keys, form):
            continue
        at = next(i for i in range(len(keys)) if tuple(keys[i : i + len(form)]) == form)
        found = shown_value(_cut(tokens[_beginning(tokens, at) : at + len(form)]))
        if found:
            return found
    return ""


def _beginning(tokens: Sequence[Token], at: int) -> int:
    start = at
    for i in range(at - 1, max(-1, at - 1 - _REACH), -1):
        if tokens[i].text in _SENTENCE_END:
            break
        if tokens[i].key in _NOT or (tokens[i].key,) in lexicon.kind("imitation"):
            start = i
    return start


def _cut(tokens: Sequence[Token]) -> str:
    """Words of a text with the spaces between them."""
    text, end = "", tokens[0].start
    for token in tokens:
        text += token.text if token.start == end else f" {token.text}"
        end = token.end
    return text
