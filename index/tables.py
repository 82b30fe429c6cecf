"""The tables of the catalogue, and the engine that reads and writes them in SQLite.

One truth: whatever is not in these tables does not exist. The vector index is derived from them.
"""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from index.errors import StoreMissingError
from index.sqlite import open_database

SCHEMA_VERSION = 3
"""2: products' words in ``lexical``; a change of ``lexical_words`` is a new version too.
3: past rows, which a program that does not know of them would not keep."""

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite numbers rows by itself only under the name INTEGER, which has 64 bits there."""

_PRAGMAS = {"synchronous": "FULL", "foreign_keys": "ON"}
_WAIT_S = 30.0

metadata = sa.MetaData()

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("value", sa.String, nullable=False),
)

product = sa.Table(
    "product",
    metadata,
    sa.Column("key", KEY, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String, nullable=False, unique=True),
    sa.Column("item_group", sa.String, nullable=False, index=True),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("description", sa.String, nullable=False),
    sa.Column("brand", sa.String, nullable=False),
    sa.Column("category", sa.String, nullable=False),
    sa.Column("color", sa.String, nullable=False),
    sa.Column("gtin", sa.String, nullable=False, index=True),
    sa.Column("attributes", sa.JSON, nullable=False),
    sa.Column("text_embedding", sa.LargeBinary, nullable=False),  # (d,) float16
    sa.Column("content_hash", sa.String, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False, index=True),
    sqlite_autoincrement=True,  # a key is never given twice
)

offer = sa.Table(
    "offer",
    metadata,
    sa.Column("product_key", sa.ForeignKey("product.key", ondelete="CASCADE"), primary_key=True),
    sa.Column("merchant", sa.String, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),  # 0: the merchant whose words describe it
    sa.Column("amount", sa.String),  # decimal digits; SQLite has no exact decimal
    sa.Column("currency", sa.String),
    sa.Column("regular_amount", sa.String),
    sa.Column("availability", sa.String, nullable=False),
    sa.Column("link", sa.String, nullable=False),
    sa.Column("source_id", sa.String, nullable=False, index=True),
)

price_history = sa.Table(
    "price_history",
    metadata,
    sa.Column("key", KEY, primary_key=True, autoincrement=True),
    sa.Column("product_key", sa.ForeignKey("product.key", ondelete="CASCADE"), index=True),
    sa.Column("merchant", sa.String, nullable=False),
    sa.Column("amount", sa.String, nullable=False),
    sa.Column("currency", sa.String, nullable=False),
    sa.Column("seen_at", sa.String, nullable=False),  # ISO 8601, UTC
)

picture = sa.Table(
    "picture",
    metadata,
    sa.Column("key", KEY, primary_key=True, autoincrement=True),
    sa.Column("product_key", sa.ForeignKey("product.key", ondelete="CASCADE"), index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("sha256", sa.String, nullable=False, index=True),
    sa.Column("embedding", sa.LargeBinary, nullable=False),  # (d,) float16
    sa.Column("colours", sa.LargeBinary, nullable=False),  # (c,) float16
    sqlite_autoincrement=True,
)

display = sa.Table(
    "display",
    metadata,
    sa.Column("sha256", sa.String, primary_key=True),  # of the original picture
    sa.Column("jpeg", sa.LargeBinary, nullable=False),
)

caption = sa.Table(  # of a product's first picture; no fact of the product
    "caption",
    metadata,
    sa.Column("product_key", sa.ForeignKey("product.key", ondelete="CASCADE"), primary_key=True),
    sa.Column("sha256", sa.String, nullable=False, index=True),  # of the picture
    sa.Column("captioner", sa.String, nullable=False),
    sa.Column("words", sa.String, nullable=False),  # empty: it named no thing
)

download = sa.Table(  # by what a host knows the picture that it gave, to ask for changes only
    "download",
    metadata,
    sa.Column("url", sa.String, primary_key=True),
    sa.Column("sha256", sa.String, nullable=False),
    sa.Column("etag", sa.String, nullable=False),
    sa.Column("modified", sa.String, nullable=False),  # the Last-Modified header as it came
)

deletion = sa.Table(
    "deletion",
    metadata,
    sa.Column("product_key", KEY, primary_key=True, autoincrement=False),
    sa.Column("sequence", sa.BigInteger, nullable=False, index=True),
)


def sqlite_engine(path: Path, *, create: bool) -> Engine:
    """Opens the database file; WAL with a sync at each commit, so a committed write survives.

    Source: https://www.sqlite.org/pragma.html#pragma_synchronous (FULL in WAL mode is durable over
    loss of power).

    Raises:
        StoreMissingError: ``create`` is false and there is no file.
        StoreUnwritableError: the folder or the file cannot be written.
        StoreDamagedError: the file is no database.
    """
    if not create and not path.is_file():
        raise StoreMissingError(f"there is no store in {path.parent}: no {path.name}")
    return open_database(path, metadata, _PRAGMAS, _WAIT_S)
