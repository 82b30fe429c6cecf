"""An immutable part of the vector index: products, their pictures' and texts' vectors, columns."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import StoreDamagedError
from index.filters import Postings, ProductTable
from index.protocols import VectorIndex
from index.types import Filters, Ids, Mask
from index.vector_engine import VectorEngine
from index.vector_indexes import LOCAL

PICTURES_FILE = "pictures.faiss"
TEXTS_FILE = "texts.faiss"
TABLE_FILE = "table.npz"

_COLUMNS = (
    "keys", "groups", "picture_rows", "picture_positions", "facet_values", "facet_rows",
    "offer_rows", "offer_facet_values", "offer_facet_rows", "amounts", "currencies",
)  # fmt: skip

_NO_IDS = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Segment:
    """n products with m pictures."""

    keys: Ids
    """``(n,)`` ascending."""
    groups: NDArray[np.int64]
    """``(n,)`` hash of each product's group."""
    table: ProductTable
    texts: VectorIndex
    """``(n, d)``, keyed by product."""
    pictures: VectorIndex
    """``(m, d + c)``, embedding and colours side by side, keyed by picture."""
    picture_rows: NDArray[np.int32]
    """``(m,)`` row in ``keys`` of each picture, in the order of ``pictures.ids``."""
    picture_positions: NDArray[np.int32]
    """``(m,)`` place of each picture among its product's."""

    def mask(self, filters: Filters, alive: Mask | None) -> Mask:
        """Gives ``(n,)``: the products that live and pass."""
        passing = self.table.mask(filters)
        return passing if alive is None else passing & alive

    def rows_of(self, keys: Ids) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Gives the rows of those keys that it holds, and their places in ``keys``: both ``(m,)``.

        Cost: the logarithm of n a key, so that a search need not look at all products.
        """
        if not len(self.keys):
            return _NO_IDS, _NO_IDS
        rows = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        places = np.flatnonzero(self.keys[rows] == keys)
        return rows[places], places

    def write(self, folder: Path) -> None:
        """Writes three files into an existing folder; the caller syncs them."""
        self.pictures.write(folder / PICTURES_FILE)
        self.texts.write(folder / TEXTS_FILE)
        table = self.table
        np.savez(
            folder / TABLE_FILE,
            keys=self.keys,
            groups=self.groups,
            picture_rows=self.picture_rows,
            picture_positions=self.picture_positions,
            facet_values=table.facets.values,
            facet_rows=table.facets.rows,
            offer_rows=table.offer_rows,
            offer_facet_values=table.offer_facets.values,
            offer_facet_rows=table.offer_facets.rows,
            amounts=table.amounts,
            currencies=table.currencies,
        )

    @classmethod
    def read(cls, folder: Path, engine: VectorEngine = LOCAL) -> "Segment":
        """Loads what ``write`` wrote.

        Raises:
            StoreDamagedError: a file is missing or does not fit the others.
        """
        try:
            with (folder / TABLE_FILE).open("rb") as file, np.load(file) as arrays:
                parts = {name: arrays[name] for name in _COLUMNS}
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
            raise StoreDamagedError(f"{folder.name}/{TABLE_FILE} is not readable") from error
        pictures = engine.read_pictures(folder / PICTURES_FILE)
        texts = engine.read_texts(folder / TEXTS_FILE)
        if len(pictures.ids) != len(parts["picture_rows"]) or len(texts.ids) != len(parts["keys"]):
            raise StoreDamagedError(f"the files of {folder.name} do not belong together")
        table = ProductTable(
            size=len(parts["keys"]),
            facets=Postings(parts["facet_values"], parts["facet_rows"]),
            offer_rows=parts["offer_rows"],
            offer_facets=Postings(parts["offer_facet_values"], parts["offer_facet_rows"]),
            amounts=parts["amounts"],
            currencies=parts["currencies"],
        )
        return cls(
            keys=parts["keys"],
            groups=parts["groups"],
            table=table,
            texts=texts,
            pictures=pictures,
            picture_rows=parts["picture_rows"],
            picture_positions=parts["picture_positions"],
        )
