"""The words of products in SQLite's full-text index.

Words come from ``lexical_words`` parted by spaces, and FTS5's ``ascii`` tokenizer takes every byte
beyond ASCII for a letter: what is a word is decided there alone, whatever SQLite knows of Unicode.
A question is never written in FTS5's query language: each of its words is looked up as a value in
the index's own list of words.

Source: https://www.sqlite.org/fts5.html, on ``fts5vocab`` tables.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from index.lexical_words import Words

_TABLES = (
    "CREATE VIRTUAL TABLE lexical USING fts5("
    "title, brand, codes, kind, details, detail=column, tokenize='ascii')",
    "CREATE VIRTUAL TABLE lexical_words USING fts5vocab(lexical, row)",
    "CREATE VIRTUAL TABLE lexical_places USING fts5vocab(lexical, instance)",
)
_lexical = sa.table("lexical", sa.column("rowid"), *(sa.column(one.name) for one in fields(Words)))
_words = sa.table("lexical_words", sa.column("term"), sa.column("doc"))
_places = sa.table("lexical_places", *(sa.column(name) for name in ("term", "doc", "col")))


def make(connection: Connection) -> None:
    """Makes the tables, empty, in place of older ones."""
    for name in ("lexical_places", "lexical_words", "lexical"):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    for statement in _TABLES:
        connection.exec_driver_sql(statement)


def insert(connection: Connection, found: Mapping[int, Words]) -> None:
    """Writes the words of one product or more, by key, that have none."""
    rows = [{"rowid": key, **asdict(words)} for key, words in found.items()]
    connection.execute(sa.insert(_lexical), rows)


def remove(connection: Connection, keys: Sequence[int]) -> None:
    """Takes the words of one product or more away, of those that have any."""
    gone = sa.delete(_lexical).where(_lexical.c.rowid == sa.bindparam("gone"))
    connection.execute(gone, [{"gone": key} for key in keys])


def frequencies(connection: Connection, terms: Iterable[str], _most: int) -> dict[str, int]:
    """In how many products each word stands; words that stand in none are left out."""
    found = {}
    for term in terms:  # one by one: a list would read the whole index
        count = connection.scalar(sa.select(_words.c.doc).where(_words.c.term == term))
        if count:
            found[term] = int(count)
    return found


def places(connection: Connection, term: str) -> Iterator[tuple[int, str]]:
    """Key and column of each place where a word stands."""
    asked = sa.select(_places.c.doc, _places.c.col).where(_places.c.term == term)
    yield from connection.execute(asked)
