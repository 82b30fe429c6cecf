"""A store in PostgreSQL: several machines share it, and it may be away."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from index import store as store_module
from index.backends import backend_of, recorded_space, saved_versions
from index.catalogue_state import CatalogueState
from index.errors import (
    StoreBusyError,
    StoreMissingError,
    StoreUnavailableError,
    StoreUnwritableError,
    UnknownProductError,
)
from index.place import DatabasePlace, FolderPlace, place_of
from index.store import Store, hold
from index.types import Query
from tests.fakes import SPACE, product, record, small_store, text_vector
from tests.postgres import PostgresServer

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def place(postgres_server: PostgresServer) -> DatabasePlace:
    return postgres_server.place()


@pytest.fixture
def store(place: DatabasePlace) -> Iterator[Store]:
    with closing(small_store(place, [record("p1"), record("p2")])) as opened:
        yield opened


def found(store: Store, name: str) -> str:
    """The id of the product that looks most like this name's picture."""
    [[best, *_]] = store.search([Query(image=text_vector(f"picture {name}"))])
    return store.catalogue.products([best.key])[best.key].id


WRITER = """
import sys
from pathlib import Path
from index.place import place_of
from tests.fakes import record, small_store
store = small_store(place_of(sys.argv[1], Path(sys.argv[2])))
for i in range(15):
    store.upsert([record(f"{sys.argv[3]}-{i}")])
store.close()
"""


def started(program: str, place: DatabasePlace, *arguments: str) -> subprocess.Popen[str]:
    address = place.url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-c", program, address, str(place.cache), *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_reader_who_saw_a_number_never_misses_one_below_it(
    store: Store, place: DatabasePlace
) -> None:
    """Threads and two processes write; a follower only ever asks for what came after."""
    catalogue = store.catalogue
    seen, followed = catalogue.sequence(), set(catalogue.changes(0).upserted)
    is_over = threading.Event()

    def follow() -> None:
        nonlocal seen
        is_last = False
        while not is_last:
            is_last = is_over.is_set()
            changes = catalogue.changes(seen)
            followed.update(changes.upserted)
            seen = changes.sequence

    def write(thread: int) -> None:
        for i in range(15):
            store.upsert([record(f"t{thread}-{i}")])

    processes = [started(WRITER, place, name) for name in ("a", "b")]
    with ThreadPoolExecutor(5) as pool:
        following = pool.submit(follow)
        list(pool.map(write, range(4)))
        codes = [process.wait(120) for process in processes]
        is_over.set()
        following.result(60)
    for process in processes:
        process.communicate()
    assert codes == [0, 0]
    assert len(followed) == 2 + 6 * 15
    assert sorted(followed) == catalogue.changes(0).upserted
    assert seen == catalogue.sequence() == 1 + 6 * 15


def test_another_machine_sees_the_writes_at_its_next_search(
    store: Store, place: DatabasePlace, tmp_path: Path
) -> None:
    with closing(Store(replace(place, cache=tmp_path), SPACE)) as other:
        assert other.folder != store.folder
        store.upsert([record("p3")])
        assert found(other, "p3") == "p3"
        other.delete(["p3"])
        other.upsert([record("p4")])
        assert found(store, "p4") == "p4"
        assert found(store, "p3") != "p3"


def test_any_machine_goes_back_to_a_version_that_another_saved(
    store: Store, place: DatabasePlace, tmp_path: Path
) -> None:
    elsewhere = replace(place, cache=tmp_path)
    first = store.publish({"recall_at_1": 1.0})
    store.upsert([record("p3")])
    with closing(Store(elsewhere, SPACE)) as other:
        assert other.evaluation(first) == {"recall_at_1": 1.0}
        assert other.publish() == "00000002"  # numbers are given for all machines together
        changed = other.rollback(first)
    assert changed.removed == ("p3",)
    assert sorted(store.catalogue.ids()) == ["p1", "p2"]
    assert found(store, "p3") != "p3"
    assert recorded_space(elsewhere) == SPACE
    assert store.publish() == "00000003"
    states = saved_versions(place)
    assert [(one.name, one.is_current) for one in states][-1] == ("00000003", True)
    assert saved_versions(elsewhere) == states


def test_only_the_last_versions_stay_whoever_saved_them(
    store: Store, place: DatabasePlace, tmp_path: Path
) -> None:
    with closing(Store(replace(place, cache=tmp_path), SPACE)) as other:
        for turn, one in enumerate((store, other, store, other)):
            one.upsert([record(f"turn {turn}")])
            one.publish()
        names = ["00000002", "00000003", "00000004"]
        assert list(store.version_states()) == sorted(other.history.versions()) == names


def test_a_machine_keeps_what_it_built_and_starts_from_it(
    store: Store, place: DatabasePlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "WORTH_KEEPING", 2)
    elsewhere = replace(place, cache=tmp_path)
    with closing(Store(elsewhere, SPACE)) as other:
        [kept] = (other.folder / "index").glob("*/manifest.json")
        store.upsert([record("p3")])
    read: list[list[int]] = []
    indexed = CatalogueState.indexed
    monkeypatch.setattr(
        CatalogueState, "indexed", lambda self, keys: read.append(list(keys)) or indexed(self, keys)
    )
    with closing(Store(elsewhere, SPACE)) as again:
        assert [found(again, name) for name in ("p1", "p3")] == ["p1", "p3"]
    assert read == [store.catalogue.keys_of(["p3"])]  # the rest was in the kept index
    monkeypatch.undo()
    (kept.parent / "pictures.faiss").write_bytes(b"damaged")
    with closing(Store(elsewhere, SPACE)) as again:
        assert [found(again, name) for name in ("p1", "p3")] == ["p1", "p3"]


def test_a_restored_database_disowns_the_index_of_its_lost_future(
    store: Store, place: DatabasePlace, postgres_server: PostgresServer
) -> None:
    store.upsert([record("lost")])
    store.publish()
    store.close()
    for statement in (
        "DELETE FROM picture WHERE source = 'lost.jpg'",
        "DELETE FROM product WHERE id = 'lost'",
        "DELETE FROM saved_version",
        "DELETE FROM kept_version",
        "UPDATE meta SET value = '1' WHERE key = 'sequence'",
    ):
        postgres_server.execute(statement, place)
    with closing(Store(place, SPACE)) as restored:
        restored.upsert([record("new")])
        assert sorted(restored.catalogue.ids()) == ["new", "p1", "p2"]
        assert found(restored, "new") == "new"
        assert found(restored, "lost") != "lost"


HOLDER = """
import sys, time
from pathlib import Path
from index.place import place_of
from index.store import hold
from tests.fakes import small_store
store = small_store(place_of(sys.argv[1], Path(sys.argv[2])))
lock = hold(store.writer_lock())
print("held", flush=True)
time.sleep(600)
"""


def test_a_lock_holds_on_every_machine_and_ends_with_its_process(
    store: Store, place: DatabasePlace
) -> None:
    process = started(HOLDER, place)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    for _ in range(2):
        with pytest.raises(StoreBusyError, match="another process is writing to postgresql://"):
            hold(store.writer_lock())
    with pytest.raises(StoreBusyError):
        store.rollback("00000001")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    lock = backend_of(place).lock("writer", 60)  # the server notices a moment later
    hold(lock).release()
    lock._locks.engine.dispose()  # type: ignore[union-attr]


def test_a_lock_that_is_waited_for_in_vain_is_busy(
    store: Store, place: DatabasePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_COMMIT_WAIT_S", 0.05)
    with closing(Store(place, SPACE)) as other, store.committing():
        with pytest.raises(StoreBusyError, match="another process"), other.committing():
            pass
        with pytest.raises(StoreBusyError), store.committing():  # another thread's is no other
            pass
    with store.committing():
        store.upsert([record("p3")])


def test_a_lock_that_was_lost_with_its_connection_lets_nothing_be_written(
    store: Store, place: DatabasePlace, postgres_server: PostgresServer
) -> None:
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_locks "
        "WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
    )
    with hold(store.writer_lock()):
        postgres_server.execute(cut, place)
        with pytest.raises(StoreUnavailableError, match="its lock was lost"):
            store.upsert([record("p3")])
        assert store.catalogue.count()[0] == 2
    store.upsert([record("p3")])
    assert found(store, "p3") == "p3"


def test_a_database_that_is_away_is_said_and_comes_back(
    store: Store, place: DatabasePlace, postgres_server: PostgresServer
) -> None:
    assert found(store, "p1") == "p1"
    postgres_server.stop()
    try:
        for _ in range(3):
            with pytest.raises(StoreUnavailableError, match="postgresql://") as caught:
                found(store, "p1")
        with pytest.raises(StoreUnavailableError):
            store.upsert([record("p3")])
        with pytest.raises(StoreUnavailableError):
            hold(store.writer_lock())
        with pytest.raises(StoreUnavailableError):
            Store(place, SPACE)
    finally:
        postgres_server.start()
    assert "a-secret" not in f"{caught.value!r} {caught.value.__cause__!r} {place} {place!r}"
    eventually(lambda: found(store, "p1") == "p1")
    store.upsert([record("p3")])
    assert found(store, "p3") == "p3"


def eventually(holds: object) -> None:
    """Asks again for as long as the database is away."""
    for _ in range(600):
        try:
            assert holds()  # type: ignore[operator]
        except StoreUnavailableError:
            threading.Event().wait(0.1)
        else:
            return
    raise AssertionError("it did not come back")


def test_a_write_that_was_not_acknowledged_leaves_nothing(
    store: Store, place: DatabasePlace, postgres_server: PostgresServer
) -> None:
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE state = 'idle in transaction' AND pid <> pg_backend_pid()"
    )

    def lose_the_connection() -> None:
        postgres_server.execute(cut, place)

    store.catalogue.before_write = lose_the_connection
    with pytest.raises(StoreUnavailableError, match=r"is stopping or starting|cannot be reached"):
        store.upsert([record("p3")])
    store.catalogue.before_write = lambda: None
    assert (store.catalogue.count()[0], store.catalogue.sequence()) == (2, 1)
    store.upsert([record("p3")])
    assert store.catalogue.sequence() == 2


def test_a_database_without_a_store_is_not_filled_unasked(
    place: DatabasePlace, postgres_server: PostgresServer
) -> None:
    for ask in (lambda: Store(place, SPACE), lambda: recorded_space(place)):
        with pytest.raises(StoreMissingError, match="there is no store in postgresql://"):
            ask()
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
    assert postgres_server.execute(tables, place) == [(0,)]


def test_several_that_make_a_store_at_once_wait_for_each_other(place: DatabasePlace) -> None:
    barrier = threading.Barrier(4)

    def opened(_number: int) -> int:
        barrier.wait()
        with closing(Store(place, SPACE, create=True)) as store:
            return store.catalogue.count()[0]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(opened, range(4))) == [0] * 4


def test_a_database_that_may_only_be_read_is_unwritable(
    store: Store, place: DatabasePlace, postgres_server: PostgresServer
) -> None:
    schema = str(place.url.query["options"]).removeprefix("-csearch_path=")
    for statement in (
        "DROP ROLE IF EXISTS reader",
        "CREATE ROLE reader LOGIN",
        f"GRANT USAGE ON SCHEMA {schema} TO reader",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO reader",
    ):
        postgres_server.execute(statement, place)
    reading = replace(place, url=place.url.set(username="reader"))
    with closing(Store(reading, SPACE)) as reader:
        assert found(reader, "p1") == "p1"
        with pytest.raises(StoreUnwritableError, match="does not allow this user so much"):
            reader.upsert([record("p3")])
    postgres_server.execute("DROP OWNED BY reader; DROP ROLE reader", place)


def test_text_that_the_database_does_not_know_is_left_out(store: Store) -> None:
    store.upsert([record(product("p3", title="Cup\0board"))])
    assert store.catalogue.product("p3").title == "Cupboard"
    with pytest.raises(UnknownProductError):
        store.catalogue.product("p4\0")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mysql://u:geheim@h/d", r"with mysql://; allowed are a folder and postgresql://"),
        ("postgresql://u:geheim@h:port/d", "cannot be read"),
    ],
)
def test_an_address_that_cannot_be_read_is_not_repeated(text: str, words: str) -> None:
    with pytest.raises(StoreMissingError, match=words) as caught:
        place_of(text, Path())
    assert "heim" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_a_place_s_text_names_server_and_database_alone() -> None:
    place = place_of("postgres://shop:geheim@db.example:6432/shelf?password=geheim2", Path("c"))
    assert str(place) == "postgresql://db.example:6432/shelf"
    assert "geheim" not in repr(place)
    assert place_of("some/folder", Path("c")) == FolderPlace(Path("some/folder"))


def test_a_missing_driver_says_what_to_install(
    place: DatabasePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreMissingError, match=r"pip install 'snapshelf\[postgres\]'"):
        backend_of(place)
