"""The words of products in PostgreSQL's full-text index: one ``tsvector`` a product, under GIN.

A vector is made of the words of ``lexical_words`` as they are: the parser that ``to_tsvector``
begins with would read ``mh-09`` as a word and a negative number, and Han letters as one word. The
letter beside a word says in which of the product's columns it stands (A title, B brand
and codes, C kind, D details), of several the first. A question's word is a quoted value.

Source: https://www.postgresql.org/docs/15/datatype-textsearch.html and gin-tips.html.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.engine import Connection

from index.lexical_words import Words

_LETTERS = {"title": "A", "brand": "B", "codes": "B", "kind": "C", "details": "D"}
_COLUMNS = {"A": "title", "B": "codes", "C": "kind", "D": "details"}
_MAX_WORDS = 20_000
"""Different words of one product, details last; a vector may have one megabyte."""

_metadata = sa.MetaData()
_lexical = sa.Table(
    "lexical",
    _metadata,
    sa.Column("product_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("words", TSVECTOR, nullable=False),
    sa.Index(
        "ix_lexical_words",
        "words",
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},  # else each question reads a list of what is new
    ),
)


def make(connection: Connection) -> None:
    """Makes the table, empty, in place of an older one."""
    _metadata.drop_all(connection)
    _metadata.create_all(connection)


def insert(connection: Connection, found: Mapping[int, Words]) -> None:
    """Writes the words of one product or more, by key, that have none."""
    vector = sa.cast(sa.bindparam("vector", type_=sa.Text), TSVECTOR)
    statement = sa.insert(_lexical).values(product_key=sa.bindparam("of"), words=vector)
    rows = [{"of": key, "vector": _vector(words)} for key, words in found.items()]
    connection.execute(statement, rows)


def remove(connection: Connection, keys: Sequence[int]) -> None:
    """Takes the words of one product or more away, of those that have any."""
    gone = sa.delete(_lexical).where(_lexical.c.product_key == sa.bindparam("gone"))
    connection.execute(gone, [{"gone": key} for key in keys])


def frequencies(connection: Connection, terms: Iterable[str], most: int) -> dict[str, int]:
    """In how many products each word stands, counted up to ``most`` and one more.

    Words that stand in none are left out.
    """
    found = {}
    for term in terms:
        holding = sa.select(sa.literal(1)).where(_lexical.c.words.bool_op("@@")(_query(term)))
        count = sa.select(sa.func.count()).select_from(holding.limit(most + 1).subquery())
        if number := connection.scalar(count):
            found[term] = int(number)
    return found


def places(connection: Connection, term: str) -> Iterator[tuple[int, str]]:
    """Key and column of each product that holds a word."""
    holds = _lexical.c.words.bool_op("@@")
    letter = sa.case(*((holds(_query(term, one)), one) for one in "ABC"), else_="D")
    keys = sa.func.array_agg(_lexical.c.product_key)  # a third of the time of as many rows
    asked = sa.select(letter.label("letter"), keys).where(holds(_query(term))).group_by("letter")
    for one, found in connection.execute(asked):
        yield from ((key, _COLUMNS[one]) for key in found)


def _vector(words: Words) -> str:
    """A vector as text; positions mean nothing here, and the smallest serves all."""
    best: dict[str, str] = {}
    for column, text in asdict(words).items():  # in the order of the letters
        for word in text.split(" "):
            if word and len(best) < _MAX_WORDS:
                best.setdefault(word, _LETTERS[column])
    return " ".join(f"{_quoted(word)}:1{letter}" for word, letter in best.items())


def _query(term: str, letter: str = "") -> sa.Cast[str]:
    text = f"{_quoted(term)}:{letter}" if letter else _quoted(term)
    return sa.cast(sa.literal(text, sa.Text), TSQUERY)


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
