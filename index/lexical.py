"""The words of products, and the products that hold a question's words.

They are written in the transaction of their product, and kept by the database's own full-text
index (``lexical_fts5``, ``lexical_postgres``). That index only finds: what is a word is decided by
``lexical_words``, and what it is worth here, so that every database gives the same scores.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import ModuleType

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from index import lexical_fts5, lexical_postgres
from index.captions import read_caption_words
from index.catalogue_reads import chunks, read_products
from index.lexical_words import Wanted, wanted_of, words_of
from index.tables import product
from index.types import Ids, LexicalScores, Product

MAX_HITS = 10_000
"""Products that one question finds at most, the best of them."""
MAX_ROWS = 20_000
"""Entries of the index that one question reads, some 30 ms; commoner words are left out."""
MAX_WORDS = 32
"""Different words of a question that count, the first ones."""
COLUMN_WEIGHTS = {"title": 1.0, "brand": 1.0, "codes": 1.0, "kind": 0.8, "details": 0.3}
"""What a word is worth by where it stands; fitted by ``benchmarks/lexical.py --fit``."""
UNKNOWN = 0.5
"""What a word that no product holds weighs, beside one that a single product holds."""

_INDEXES = {"sqlite": lexical_fts5, "postgresql": lexical_postgres}


def build(connection: Connection) -> None:
    """Makes the index, in place of an older one, and fills it from the products."""
    _index(connection).make(connection)
    keys = list(connection.scalars(sa.select(product.c.key).order_by(product.c.key)))
    for chunk in chunks(keys):
        _insert(connection, read_products(connection, chunk))


def write(connection: Connection, found: Mapping[int, Product]) -> None:
    """Writes the words of products, by key, in place of those they had.

    Their captions are written already.
    """
    remove(connection, list(found))
    _insert(connection, found)


def remove(connection: Connection, keys: Sequence[int]) -> None:
    """Takes the words of products away, of those that have any."""
    if keys:
        _index(connection).remove(connection, keys)


def _insert(connection: Connection, found: Mapping[int, Product]) -> None:
    if found:
        captions = read_caption_words(connection, list(found))
        words = {key: words_of(one, captions.get(key, "")) for key, one in found.items()}
        _index(connection).insert(connection, words)


def search(connection: Connection, text: str, limit: int = MAX_HITS) -> LexicalScores:
    """Gives the products that hold words of a text, scored in (0, 1].

    A word weighs its inverse document frequency as in BM25. A product's score is the share of the
    text's weight that it holds, each word counted by the best place where it stands: 1 means every
    word in title, brand or codes, for any text and any catalogue. Words that no product holds weigh
    half. See ``docs/decisions/0012-lexical.md``.

    Cost: at most ``MAX_ROWS`` entries, rarest words first.

    Args:
        connection: reads the catalogue.
        text: any text; nothing in it is an operator.
        limit: how many products at most.
    """
    wanted = wanted_of(text)[:MAX_WORDS]
    known = _frequencies(connection, wanted)
    products = int(connection.scalar(sa.select(sa.func.count()).select_from(product)) or 0)
    terms = dict.fromkeys(term for one in wanted for term in _chosen(one, known))
    weights = {
        term: _idf(known[term], products) if term in known else UNKNOWN * _idf(1, products)
        for term in terms
    }
    asked, unread = _affordable(terms, known)
    total = sum(weight for term, weight in weights.items() if term not in unread)
    found = [_hits(connection, term, weights[term]) for term in asked]
    return _best(found, total, limit)


def _index(connection: Connection) -> ModuleType:
    """The full-text index of a database; both have the same functions."""
    return _INDEXES[connection.dialect.name]


def _frequencies(connection: Connection, wanted: Sequence[Wanted]) -> dict[str, int]:
    """In how many products each word stands; words that stand in none are left out.

    Where a word stands in more than ``MAX_ROWS``, the number may be any above.
    """
    terms = {term for one in wanted for term in (one.whole, *one.parts) if term}
    found: dict[str, int] = _index(connection).frequencies(connection, terms, MAX_ROWS)
    return found


def _chosen(one: Wanted, known: dict[str, int]) -> Iterator[str]:
    if one.whole in known:
        yield one.whole
    elif one.is_run:
        yield from (part for part in one.parts if part in known)
    else:
        yield from one.parts


def _idf(frequency: int, products: int) -> float:
    """Above 0 for every word. Source: Lucene's BM25Similarity, Robertson's form plus one."""
    return math.log1p((max(products - frequency, 0) + 0.5) / (frequency + 0.5))


def _affordable(terms: Iterable[str], known: dict[str, int]) -> tuple[list[str], set[str]]:
    """The words to read, rarest first, and those that are too common to read."""
    rows = 0
    asked, unread = [], set()
    for term in sorted((one for one in terms if one in known), key=lambda one: (known[one], one)):
        rows += known[term]
        if rows <= MAX_ROWS:
            asked.append(term)
        else:
            unread.add(term)
    return asked, unread


def _hits(connection: Connection, term: str, weight: float) -> tuple[Ids, NDArray[np.float64]]:
    """The products that hold a word, ascending, each with what the word adds to its score."""
    best: dict[int, float] = {}
    for key, column in _index(connection).places(connection, term):
        best[key] = max(best.get(key, 0.0), COLUMN_WEIGHTS[column])
    keys = np.fromiter(best, dtype=np.int64, count=len(best))
    return keys, weight * np.fromiter(best.values(), dtype=np.float64, count=len(best))


def _best(
    found: Sequence[tuple[Ids, NDArray[np.float64]]], total: float, limit: int
) -> LexicalScores:
    """Sums by product; the best ``limit`` of them, by key."""
    if not found:
        return LexicalScores(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
    keys, rows = np.unique(np.concatenate([one for one, _ in found]), return_inverse=True)
    sums = np.bincount(rows, np.concatenate([gains for _, gains in found]))
    scores = np.minimum(sums / total, 1.0).astype(np.float32)
    kept = np.sort(np.lexsort((keys, -scores))[:limit])
    return LexicalScores(keys[kept], scores[kept])
