"""Sessions end, survive restarts, are shared by processes and cannot fill the disk."""

import multiprocessing
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import StoreDamagedError, StoreUnwritableError
from index.sessions import DATABASE, Kept, Sessions
from tests.index.databases import Database


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(database: Database, clock: Clock) -> Iterator[Sessions]:
    opened = Sessions(database.sessions_source(), clock)
    yield opened
    opened.close()


def test_a_session_is_read_back_until_it_expires(sessions: Sessions, clock: Clock) -> None:
    sessions.open("a", b"payload", 60)
    clock.now += 59.9
    assert sessions.read("a") == Kept(b"payload", 1)
    clock.now += 0.1
    assert sessions.read("a") is None


def test_an_update_begins_the_time_anew(sessions: Sessions, clock: Clock) -> None:
    sessions.open("a", b"one", 60)
    clock.now += 50
    assert sessions.update("a", Kept(b"two", 1), 60)
    clock.now += 50
    assert sessions.read("a") == Kept(b"two", 2)


def test_expired_rows_are_deleted_by_a_read_and_by_a_write(
    sessions: Sessions, clock: Clock
) -> None:
    sessions.open("a", b"old", 60)
    clock.now += 61
    assert sessions.read("b") is None
    assert sessions.count() == 0
    sessions.open("c", b"old", 60)
    clock.now += 61
    sessions.open("d", b"new", 60)
    assert sessions.count() == 1


def test_what_is_deleted_is_no_longer_in_the_file(tmp_path: Path, clock: Clock) -> None:
    sessions = Sessions(tmp_path / DATABASE, clock)
    sessions.open("a", b"a secret of the shopper" * 50, 60)
    clock.now += 61
    sessions.read("a")
    sessions.close()
    assert all(b"a secret of" not in path.read_bytes() for path in tmp_path.iterdir())


def test_an_update_of_what_another_wrote_since_is_refused(sessions: Sessions) -> None:
    sessions.open("a", b"one", 60)
    assert sessions.update("a", Kept(b"first", 1), 60)
    assert not sessions.update("a", Kept(b"second", 1), 60)
    assert sessions.read("a") == Kept(b"first", 2)
    assert not sessions.update("b", Kept(b"none", 1), 60)


def test_the_longest_unused_go_over_the_limit_of_rows(database: Database, clock: Clock) -> None:
    sessions = Sessions(database.sessions_source(), clock, max_sessions=10)
    for number in range(129):  # a trim at the 1st, 65th and 129th write
        clock.now += 1
        sessions.open(str(number), b"x", 600)
    assert sessions.count() == 10
    assert sessions.read("118") is None
    assert sessions.read("119") is not None
    sessions.close()


def test_the_longest_unused_go_over_the_limit_of_bytes(tmp_path: Path, clock: Clock) -> None:
    sessions = Sessions(tmp_path / DATABASE, clock, max_bytes=10_000)
    for number in range(65):
        clock.now += 1
        sessions.open(str(number), bytes(1_800), 600)
    assert sessions.count() == 5
    assert sessions.read("64") is not None


def test_a_session_survives_a_restart_and_feedback_too(database: Database, clock: Clock) -> None:
    first = Sessions(database.sessions_source(), clock)
    first.open("a", b"payload", 60)
    row = {"session": "a", "item": 0, "product": "p", "event": "click", "position": 1}
    assert first.add_feedback(**row)
    first.close()
    again = Sessions(database.sessions_source(), clock)
    assert again.read("a") == Kept(b"payload", 1)
    assert not again.add_feedback(**row)
    clock.now += 1e9
    assert again.read("a") is None
    assert len(list(again.feedback_rows())) == 1
    again.close()


def _writes(path: Path, name: str) -> None:
    sessions = Sessions(path)
    for number in range(50):
        sessions.open(f"{name}-{number}", b"x" * 2_000, 600)
    sessions.close()


def test_processes_write_at_once_and_read_each_others_sessions(tmp_path: Path) -> None:
    path = tmp_path / DATABASE
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_writes, args=(path, name)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    sessions = Sessions(path)
    assert sessions.count() == 100
    assert sessions.read("a-49") is not None


def test_threads_write_at_once(sessions: Sessions) -> None:
    def write(name: int) -> None:
        for number in range(20):
            sessions.open(f"{name}-{number}", b"x", 600)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sessions.count() == 160


def test_no_file_is_made_before_something_is_kept(tmp_path: Path) -> None:
    Sessions(tmp_path / DATABASE).close()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_and_a_missing_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreDamagedError, match=DATABASE):
        Sessions(tmp_path / DATABASE).read("a")
    with pytest.raises(StoreUnwritableError, match=DATABASE):
        Sessions(tmp_path / "none" / DATABASE).read("a")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_commit_does_not_wait_for_the_disk_and_deletion_overwrites(
    sessions: Sessions,
) -> None:
    with sessions._engine.connect() as connection:
        names = ("journal_mode", "synchronous", "secure_delete")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
    assert found == ["wal", 1, 1]
