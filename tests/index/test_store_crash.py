"""What a process acknowledged is there for every other, whatever becomes of it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from index.place import DatabasePlace, Place
from index.store import Store
from index.types import Query
from tests.fakes import SPACE, record, small_store, text_vector
from tests.index.databases import Database

REPOSITORY = Path(__file__).resolve().parents[2]

WRITER = """
import sys
from pathlib import Path
from index.place import place_of
from tests.fakes import SPACE, record, small_store
store = small_store(place_of(sys.argv[1], Path(sys.argv[2])))
store.search([])
for i in range(int(sys.argv[4])):
    name = f"{sys.argv[3]}-{i}"
    store.upsert([record(name)])
    if i % 5 == 4:
        store.publish()
    print(name, flush=True)
"""


def writer(place: Place, name: str, count: int) -> subprocess.Popen[str]:
    is_shared = isinstance(place, DatabasePlace)
    address = place.url.render_as_string(hide_password=False) if is_shared else str(place)
    cache = str(place.cache) if is_shared else ""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, address, cache, name, str(count)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )


def found(store: Store, name: str) -> str:
    """The id of the product that looks most like this name's picture."""
    [[best, *_]] = store.search([Query(image=text_vector(f"picture {name}"))])
    return store.catalogue.products([best.key])[best.key].id


@pytest.mark.parametrize(
    ("database", "wait"),
    [*(("sqlite", wait) for wait in (1, 4, 5, 8, 13)), ("postgresql", 5), ("postgresql", 7)],
    indirect=["database"],
)
def test_an_acknowledged_product_survives_kill_9(database: Database, wait: int) -> None:
    process = writer(database.place, f"w{wait}", 10_000)
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().strip() for _ in range(wait)]
    os.kill(process.pid, signal.SIGKILL)
    acknowledged += [line.strip() for line in process.stdout if line.endswith("\n")]
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    store = Store(database.place, SPACE)
    assert len(acknowledged) >= wait
    assert [found(store, name) for name in acknowledged] == acknowledged
    assert store.catalogue.count()[0] - len(acknowledged) in {0, 1}  # one may be unacknowledged
    store.upsert([record("after")])
    store.publish()
    assert found(store, "after") == "after"
    store.close()


def test_another_process_s_writes_are_seen_by_the_next_search(database: Database) -> None:
    store = small_store(database.place, [record("own")])
    assert found(store, "own") == "own"
    process = writer(database.place, "theirs", 6)
    names, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    for name in ["own", *names.split()]:
        assert found(store, name) == name
    assert len(names.split()) == 6
    store.close()
