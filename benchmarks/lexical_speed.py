"""What the words of a catalogue cost: bytes a product, milliseconds a question."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from index import lexical, sqlite, tables
from index.catalogue import Catalogue
from index.lexical_words import wanted_of

PRODUCTS = 100_000
_WORDS = 20_000
_REPEATS = 5


def speed() -> dict[str, float]:
    """Prints and gives the figures for made-up products whose words are spread as in Zipf's law."""
    figures = {}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue.sqlite3"
        catalogue = Catalogue(tables.sqlite_engine(path, create=True))
        engine = sqlite.writing(tables.sqlite_engine(path, create=False))
        with engine.begin() as connection:
            connection.execute(sa.insert(tables.product), rows(PRODUCTS))
        before = _bytes(engine)
        started = time.perf_counter()
        with engine.begin() as connection:
            lexical.build(connection)
        figures["build, s"] = time.perf_counter() - started
        figures["bytes a product"] = (_bytes(engine) - before) / PRODUCTS
        for name, question in questions().items():
            figures[f"{name}, ms"] = milliseconds(catalogue.lexical, question)
        common = questions()["ten common words"]
        figures["the same by BM25, ms"] = milliseconds(partial(bm25_rows, catalogue), common)
        catalogue.close()
    print(f"\n{PRODUCTS:,} products")
    for name, value in figures.items():
        print(f"  {name:28} {value:8.1f}")
    return figures


def questions() -> dict[str, str]:
    """By how many products hold their words."""
    return {
        "one code": "SKU-777",
        "two rare words": "w7011 w9003",
        "brand and kind": "brand7 kind3",
        "ten common words": " ".join(f"w{i}" for i in range(3, 13)),
        "2,000 characters": " ".join(f"w{i}" for i in range(400)),
    }


def bm25_rows(catalogue: Catalogue, words: str) -> Sequence[tuple[int, float]]:
    """Keys, ascending, and scores by FTS5's own BM25 with the same column weights."""
    terms = sorted({term for wanted in wanted_of(words) for term in wanted.parts})
    columns = ", ".join(str(weight) for weight in lexical.COLUMN_WEIGHTS.values())
    statement = (
        f"SELECT rowid, -bm25(lexical, {columns}) FROM lexical "  # noqa: S608 - numbers
        "WHERE lexical MATCH ? ORDER BY rowid"
    )
    if not terms:
        return []
    quoted = " OR ".join(f'"{term}"' for term in terms)
    with catalogue._engine.connect() as connection:
        return [(key, score) for key, score in connection.exec_driver_sql(statement, (quoted,))]


def milliseconds(search: Callable[[str], object], question: str) -> float:
    times = []
    for _ in range(_REPEATS):
        started = time.perf_counter()
        search(question[:2000])
        times.append(time.perf_counter() - started)
    return sorted(times)[_REPEATS // 2] * 1e3


def rows(products: int) -> list[dict[str, object]]:
    drawn = np.random.default_rng(0)
    frequencies = 1 / np.arange(1, _WORDS + 1)
    words = drawn.choice(_WORDS, size=(products, 56), p=frequencies / frequencies.sum())
    brands, kinds = drawn.integers(500, size=products), drawn.integers(20, size=products)
    return [
        {
            "id": f"SKU-{i}",
            "item_group": f"SKU-{i}",
            "title": _text(words[i, :6]),
            "description": _text(words[i, 6:]),
            "brand": f"brand{brands[i]}",
            "category": f"kind{kinds[i]}",
            "color": f"colour{i % 12}",
            "gtin": str(4_000_000_000_000 + i),
            "attributes": {"material": f"material{i % 30}"},
            "text_embedding": b"",
            "content_hash": "",
            "sequence": 1,
        }
        for i in range(products)
    ]


def _text(words: NDArray[np.int64]) -> str:
    return " ".join(f"w{one}" for one in words.tolist())


def _bytes(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    return int(pages) * int(size)
