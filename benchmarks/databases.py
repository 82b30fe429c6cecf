"""SQLite beside PostgreSQL, on one machine over a socket: answers to words, and what they cost.

    python -m benchmarks.databases [--products 100000] [--json FILE]

PostgreSQL is Debian's, started for this with a sync at each commit. Words alone rank here: of equal
scores the product that came first. ``ts_rank`` is PostgreSQL's own score of the same words, as the
best it can do with them: any of the question's words, weighted by where they stand.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import sqlalchemy as sa

from benchmarks import lexical_speed, lexical_tasks
from benchmarks.lexical_tasks import Question, Shop
from benchmarks.machine import machine_line
from benchmarks.retrieval import recall, text
from index import lexical, tables
from index.backends import backend_of
from index.catalogue import Catalogue
from index.feed_rows import parse_row
from index.lexical_words import wanted_of
from index.place import FolderPlace, Place
from index.store import Store
from tests.fakes import SPACE, record
from tests.postgres import PostgresServer, running_server

_BATCH = 32
_WRITTEN = 640


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--products", type=int, default=lexical_speed.PRODUCTS)
    parser.add_argument("--json", type=Path, help="write the figures here too")
    arguments = parser.parse_args()
    print(machine_line())
    with running_server(is_durable=True) as server:
        print(server.execute("SHOW server_version")[0][0])
        figures = {
            "machine": machine_line(),
            "words": words(server),
            "cost": {name: cost(place, arguments.products) for name, place in both(server)},
        }
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")


def both(server: PostgresServer) -> Iterator[tuple[str, Place]]:
    with TemporaryDirectory() as folder:
        yield "sqlite", FolderPlace(Path(folder))
    yield "postgresql", server.place()


def words(server: PostgresServer) -> dict[str, Any]:
    """Recall by words alone in both, and how far any product's scores lie apart."""
    table: dict[str, Any] = {}
    for shop in (*lexical_tasks.test(), *lexical_tasks.development()):
        with TemporaryDirectory() as folder, ExitStack() as stack:
            places = (FolderPlace(Path(folder)), server.place())
            opened = [
                stack.enter_context(closing(backend_of(one).open_catalogue(create=True)))
                for one in places
            ]
            for one in opened:
                one.upsert([record(parse_row(row).product, []) for row in unique(shop)])
            table[shop.name] = compared(opened[0], opened[1], shop)
    return table


def unique(shop: Shop) -> list[lexical_tasks.Row]:
    """The first row of each product."""
    return list({row["id"]: row for row in reversed(shop.task.rows)}.values())[::-1]


def compared(sqlite: Catalogue, postgres: Catalogue, shop: Shop) -> dict[str, Any]:
    ways: dict[str, Callable[[str], Sequence[str]]] = {
        "sqlite": lambda asked: ranked(sqlite, asked),
        "postgresql": lambda asked: ranked(postgres, asked),
        "ts_rank": lambda asked: by_ts_rank(postgres, asked),
    }
    figures: dict[str, Any] = {
        "questions": len(shop.questions),
        "largest difference of a score": max(
            apart(sqlite, postgres, one.words) for one in shop.questions
        ),
    }
    for name, find in ways.items():
        places = np.array([place_of_right(find(one.words), one) for one in shop.questions])
        figures[name] = recall(places, 1)
    print(f"\n{shop.name}: {figures['questions']} questions, words alone, recall@1")
    print("  ", *(f"{name} {text(figures[name])}" for name in ways))
    print(f"   largest difference of a score {figures['largest difference of a score']:.1g}")
    return figures


def scores(catalogue: Catalogue, asked: str) -> dict[str, float]:
    found = catalogue.lexical(asked)
    products = catalogue.products(found.keys.tolist())
    pairs = zip(found.keys.tolist(), found.scores.tolist(), strict=True)
    return {products[key].id: score for key, score in pairs}


def apart(one: Catalogue, other: Catalogue, asked: str) -> float:
    """The largest difference of a product's scores; 1 where only one finds it."""
    left, right = scores(one, asked), scores(other, asked)
    if left.keys() != right.keys():
        return 1.0
    return max((abs(left[name] - right[name]) for name in left), default=0.0)


def ranked(catalogue: Catalogue, asked: str) -> list[str]:
    found = scores(catalogue, asked)
    return sorted(found, key=lambda one: -found[one])  # stable: keys ascend


def by_ts_rank(catalogue: Catalogue, asked: str) -> list[str]:
    """Ids, best first, by PostgreSQL's own score of any of the words."""
    terms = sorted({term for wanted in wanted_of(asked) for term in wanted.parts})
    if not terms:
        return []
    query = " | ".join("'" + term.replace("\\", "\\\\").replace("'", "''") + "'" for term in terms)
    weights = [lexical.COLUMN_WEIGHTS[name] for name in ("details", "kind", "brand", "title")]
    statement = sa.text(
        "SELECT p.id FROM lexical l JOIN product p ON p.key = l.product_key, "
        "CAST(:query AS tsquery) q WHERE l.words @@ q "
        "ORDER BY ts_rank(CAST(:weights AS real[]), l.words, q) DESC, p.key LIMIT 1000"
    )
    with catalogue._engine.connect() as connection:
        return list(connection.scalars(statement, {"query": query, "weights": weights}))


def place_of_right(ids: Sequence[str], question: Question) -> int:
    return next((n for n, one in enumerate(ids, start=1) if one in question.right), 0)


def cost(place: Place, products: int) -> dict[str, float]:
    """Milliseconds a question among many made-up products, and of a write and a search."""
    figures = {}
    with closing(backend_of(place).open_catalogue(create=True)) as catalogue:
        engine = catalogue._engine
        with catalogue.writing() as connection:
            connection.execute(sa.insert(tables.product), lexical_speed.rows(products))
        started = time.perf_counter()
        with catalogue.writing() as connection:
            lexical.build(connection)
        figures["words of all products, s"] = time.perf_counter() - started
        if engine.dialect.name == "postgresql":
            with engine.connect() as connection:
                size = connection.exec_driver_sql("SELECT pg_total_relation_size('lexical')")
                figures["bytes of words a product"] = size.scalar_one() / products
        for name, question in lexical_speed.questions().items():
            figures[f"{name}, ms"] = lexical_speed.milliseconds(catalogue.lexical, question)
    figures |= writing(place)
    print(f"\n{place}: {products:,} products")
    for name, value in figures.items():
        print(f"  {name:32} {value:8.1f}")
    return figures


def writing(place: Place) -> dict[str, float]:
    """Products a second in batches, and what a search pays to see that nothing was written."""
    with closing(Store(place, SPACE, create=True)) as store:
        made = [record(f"written {number}") for number in range(_WRITTEN)]
        started = time.perf_counter()
        for start in range(0, _WRITTEN, _BATCH):
            store.upsert(made[start : start + _BATCH])
        spent = time.perf_counter() - started
        store.refresh()
        return {
            f"products a second, {_BATCH} at once": _WRITTEN / spent,
            "whether there is anything new, ms": lexical_speed.milliseconds(
                lambda _: store.refresh(), ""
            ),
        }


if __name__ == "__main__":
    main()
