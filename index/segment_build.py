"""Products to a segment, block by block: memory holds the columns, not the products.

Source: catalogues of millions; as Python objects a product takes some ten times its columns.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.catalogue_reads import IndexedProduct
from index.filters import ProductTable, group_hash
from index.picture_vectors import indexed_vectors
from index.row_spool import RowSpool
from index.segment import Segment
from index.types import Ids, SpaceId, StoredVectors, Vectors
from index.vector_engine import VectorEngine
from index.vector_indexes import LOCAL

BLOCK = 4_096
"""Products that are held as objects at once."""


@dataclass(frozen=True)
class _Block:
    keys: Ids
    groups: NDArray[np.int64]
    table: ProductTable
    picture_keys: Ids
    picture_counts: NDArray[np.int64]


def build_segment(
    products: Iterable[IndexedProduct], space: SpaceId, engine: VectorEngine = LOCAL
) -> Segment:
    """Gives a segment of products that come in ascending order of their keys.

    Raises:
        ValueError: they come in another order.
    """
    texts = RowSpool(space.dimension)
    pictures = RowSpool(space.dimension + space.colour_dimension)
    blocks = []
    for some in _blocks(products):
        blocks.append(_block(some))
        if engine.takes_rows:
            texts.append(np.stack([one.text_embedding for one in some]))
            pictures.append(_picture_vectors(some))
    return _joined(blocks or [_block([])], texts.array(), pictures.array(), engine)


def _blocks(products: Iterable[IndexedProduct]) -> Iterator[list[IndexedProduct]]:
    rest = iter(products)
    while some := list(islice(rest, BLOCK)):
        yield some


def _block(products: Sequence[IndexedProduct]) -> _Block:
    none = np.empty(0, dtype=np.int64)
    return _Block(
        keys=np.array([one.key for one in products], dtype=np.int64),
        groups=np.array([group_hash(one.product.group) for one in products], dtype=np.int64),
        table=ProductTable.of([one.product for one in products]),
        picture_keys=np.concatenate([none, *(one.picture_keys for one in products)]),
        picture_counts=np.array([len(one.picture_keys) for one in products], dtype=np.int64),
    )


def _picture_vectors(products: Sequence[IndexedProduct]) -> Vectors:
    rows = [indexed_vectors(one) for one in products if len(one.picture_keys)]
    return np.vstack(rows) if rows else np.empty((0, 0), dtype=np.float32)  # (m, d + c)


def _joined(
    blocks: Sequence[_Block], texts: StoredVectors, pictures: StoredVectors, engine: VectorEngine
) -> Segment:
    keys = np.concatenate([one.keys for one in blocks])
    if not (keys[1:] > keys[:-1]).all():
        raise ValueError("products come in ascending order of their keys, each once")
    counts = np.concatenate([one.picture_counts for one in blocks])
    picture_keys = np.concatenate([one.picture_keys for one in blocks])
    rows = np.repeat(np.arange(len(keys), dtype=np.int32), counts)
    firsts = np.repeat(np.cumsum(counts) - counts, counts)
    positions = (np.arange(len(rows)) - firsts).astype(np.int32)
    order = np.argsort(picture_keys, kind="stable")
    return Segment(
        keys=keys,
        groups=np.concatenate([one.groups for one in blocks]),
        table=ProductTable.joined([one.table for one in blocks]),
        texts=engine.texts(keys, texts),
        pictures=engine.pictures(picture_keys, pictures),
        picture_rows=rows[order],
        picture_positions=positions[order],
    )
