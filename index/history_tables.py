"""Tables of past rows: what products were, as far as a kept version needs it.

A past table has the columns of the present one and ``until``, the first sequence number at which
its rows no longer held; a product's own ``sequence`` is the first at which they did.
"""

import sqlalchemy as sa

from index.tables import caption, metadata, offer, picture, price_history, product


def _past(present: sa.Table, *, owner: str) -> sa.Table:
    columns = [sa.Column(one.name, one.type, nullable=one.nullable) for one in present.columns]
    table = sa.Table(
        f"past_{present.name}",
        metadata,
        *columns,
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    sa.Index(f"ix_{table.name}_of", table.c[owner], table.c.until)
    return table


past_product = _past(product, owner="key")
past_offer = _past(offer, owner="product_key")
past_caption = _past(caption, owner="product_key")
past_price_history = _past(price_history, owner="product_key")
"""Of products that were removed; a product that stays keeps its own."""
past_picture = _past(picture, owner="product_key")
sa.Index("ix_past_picture_sha256", past_picture.c.sha256)

kept_version = sa.Table(
    "kept_version",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("sequence", sa.BigInteger, nullable=False),
)

feed_write = sa.Table(
    "feed_write",
    metadata,
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
)
"""Writes of an indexing run that no version holds yet; others' writes are not in it."""
