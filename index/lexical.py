"""The words of products in SQLite's full-text index, and the products that hold a question's words.

The table is written in the transaction of its product. Words come from ``lexical_words`` parted by
spaces, and FTS5's ``ascii`` tokenizer takes every byte beyond ASCII for a letter: what is a word is
decided here alone, whatever SQLite knows of Unicode. A question is never written in FTS5's query
language: each of its words is looked up as a value in the index's own list of words.

Source: https://www.sqlite.org/fts5.html, on ``fts5vocab`` tables.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

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

_TABLES = (
    "CREATE VIRTUAL TABLE lexical USING fts5("
    "title, brand, codes, kind, details, detail=column, tokenize='ascii')",
    "CREATE VIRTUAL TABLE lexical_words USING fts5vocab(lexical, row)",
    "CREATE VIRTUAL TABLE lexical_places USING fts5vocab(lexical, instance)",
)
_lexical = sa.table("lexical", sa.column("rowid"), *(sa.column(name) for name in COLUMN_WEIGHTS))
_words = sa.table("lexical_words", sa.column("term"), sa.column("doc"))
_places = sa.table("lexical_places", *(sa.column(name) for name in ("term", "doc", "col")))


def build(connection: Connection) -> None:
    """Makes the tables, in place of older ones, and fills them from the products."""
    for name in ("lexical_places", "lexical_words", "lexical"):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    for statement in _TABLES:
        connection.exec_driver_sql(statement)
    keys = list(connection.scalars(sa.select(product.c.key).order_by(product.c.key)))
    for chunk in chunks(keys):
        for key, found in read_products(connection, chunk).items():
            _insert(connection, key, found)


def write(connection: Connection, key: int, found: Product) -> None:
    """Writes the words of a product in place of those it had."""
    remove(connection, key)
    _insert(connection, key, found)


def remove(connection: Connection, key: int) -> None:
    """Takes the words of a product away, if it has any."""
    connection.execute(sa.delete(_lexical).where(_lexical.c.rowid == key))


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


def _insert(connection: Connection, key: int, found: Product) -> None:
    connection.execute(sa.insert(_lexical).values(rowid=key, **asdict(words_of(found))))


def _frequencies(connection: Connection, wanted: Sequence[Wanted]) -> dict[str, int]:
    """In how many products each word stands; words that stand in none are left out."""
    terms = {term for one in wanted for term in (one.whole, *one.parts) if term}
    found = {}
    for term in terms:  # one by one: a list would read the whole index
        count = connection.scalar(sa.select(_words.c.doc).where(_words.c.term == term))
        if count:
            found[term] = int(count)
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
    query = sa.select(_places.c.doc, _places.c.col).where(_places.c.term == term)
    best: dict[int, float] = {}
    for key, column in connection.execute(query):
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
