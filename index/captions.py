"""What models said of products' first pictures, written and kept with the products."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from index.catalogue_reads import chunks
from index.tables import caption, product
from index.types import PictureCaption


def write_captions(connection: Connection, found: Mapping[int, PictureCaption | None]) -> None:
    """Writes the captions of products, by key, in place of those they had."""
    connection.execute(sa.delete(caption).where(caption.c.product_key.in_(list(found))))
    rows = [
        {"product_key": key, "sha256": one.sha256, "captioner": one.captioner, "words": one.words}
        for key, one in found.items()
        if one is not None
    ]
    if rows:
        connection.execute(sa.insert(caption), rows)


def read_caption_words(connection: Connection, keys: Sequence[int]) -> dict[int, str]:
    """The words of products' captions, by key; at most as many as one statement takes."""
    query = sa.select(caption.c.product_key, caption.c.words)
    rows = connection.execute(query.where(caption.c.product_key.in_(keys)))
    return {row.product_key: row.words for row in rows}


def captions_of(connection: Connection, product_ids: Iterable[str]) -> dict[str, PictureCaption]:
    """The captions of products, by id."""
    query = sa.select(caption, product.c.id).join(product, product.c.key == caption.c.product_key)
    return {
        row.id: _caption(row)
        for chunk in chunks(list(product_ids))
        for row in connection.execute(query.where(product.c.id.in_(chunk)))
    }


def captions_by(
    connection: Connection, captioner: str, hashes: Iterable[str]
) -> dict[str, PictureCaption]:
    """What a captioner said of pictures, of whichever product, by sha256."""
    query = sa.select(caption).where(caption.c.captioner == captioner)
    return {
        row.sha256: _caption(row)
        for chunk in chunks(list(hashes))
        for row in connection.execute(query.where(caption.c.sha256.in_(chunk)))
    }


def _caption(row: sa.Row[Any]) -> PictureCaption:
    return PictureCaption(row.sha256, row.captioner, row.words)
