"""Waiting for a host: it keeps no thread from other hosts, and ends with the run."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import pytest

from service.fetch_hosts import MAX_AT_ONCE, HostQueue, Hosts
from service.fetching import Fetcher, FetchLimits
from tests.fakes import encoded, picture
from tests.service.picture_server import Answer, PictureServer
from tests.service.test_indexing_stages import REPOSITORY, Bench, row

LATER = Answer(429, headers={"Retry-After": "2"})
MUCH_LATER = Answer(429, headers={"Retry-After": "25"})


class Hung:
    """A host that takes connections and never says a word."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.asked: list[str] = []
        self._held: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._held.append(connection)
            self.asked.append("")

    def close(self) -> None:
        for one in (self._socket, *self._held):
            one.close()


class Limited(PictureServer):
    """A host that wants to be left alone."""

    def __init__(self) -> None:
        super().__init__()
        self.answers |= {f"/{number}": [MUCH_LATER] for number in range(40)}


@pytest.fixture(params=[Hung, Limited])
def waiting(request: pytest.FixtureRequest) -> Iterator[Hung | Limited]:
    one = request.param()
    yield one
    one.close()


@pytest.mark.parametrize(("hosts", "each"), [(1, 20), (6, 4)])
def test_pictures_of_other_hosts_come_while_some_want_to_be_left_alone(
    tmp_path: Path, hosts: int, each: int
) -> None:
    asked: list[str] = []
    limited = [PictureServer(f"127.0.0.{10 + i}", asked) for i in range(hosts)]
    good = PictureServer("127.0.0.2", asked)
    body = encoded(picture("red"))
    for server in limited:
        for number in range(each):
            first = [LATER] if number < MAX_AT_ONCE else []
            server.answers[f"/{number}"] = [*first, Answer(200, body)]
    for number in range(5):
        good.answers[f"/{number}"] = [Answer(200, body)]
    named = [f"{one.address}/{i}" for i in range(each) for one in limited]
    named += [f"{good.address}/{i}" for i in range(5)]
    bench = Bench(tmp_path)
    feed = bench.feed([row(i, image_link=one) for i, one in enumerate(named)])
    assert bench.run(feed).added == len(named)
    from_good = [one.startswith("127.0.0.2/") for one in asked]
    before_the_last_good = asked[: len(asked) - from_good[::-1].index(True)]
    assert from_good.count(True) == 5
    assert len(before_the_last_good) <= 5 + hosts * MAX_AT_ONCE
    bench.store.close()
    for server in (*limited, good):
        server.close()


RUNNER = """
import signal, sys
from pathlib import Path
from tests.service.test_indexing_stages import Bench
signal.signal(signal.SIGINT, signal.default_int_handler)  # who started this may ignore it
bench = Bench(Path(sys.argv[1]))
counts = bench.run(bench.folder / "feed.jsonl")
bench.store.close()
print(counts.is_stopped, counts.added, counts.rejected, repr(counts.version))
"""


def test_ctrl_c_ends_a_run_that_waits_for_a_host(tmp_path: Path, waiting: Hung | Limited) -> None:
    bench = Bench(tmp_path)
    of_files = [row(i) for i in range(70)]
    of_host = [row(100 + i, image_link=f"{waiting.address}/{i}") for i in range(40)]
    bench.feed([*of_files, *of_host])
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(tmp_path)],
        cwd=REPOSITORY, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        while not waiting.asked:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=10)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    is_stopped, added, *others = said.split()
    assert (is_stopped, others) == ("True", ["0", "''"])
    counts = bench.run(bench.feed(of_files))
    assert (counts.unchanged, counts.added) == (int(added), 70 - int(added))
    bench.store.close()


def test_a_fetch_that_waits_ends_when_it_is_told_to(waiting: Hung | Limited) -> None:
    fetcher, stop = Fetcher(FetchLimits(allow_private=True)), threading.Event()
    with ThreadPoolExecutor(8) as pool:
        found = [
            pool.submit(fetcher.fetch_if_changed, f"{waiting.address}/{i}", stop=stop)
            for i in range(8)
        ]
        while not waiting.asked:
            time.sleep(0.01)
        stop.set()
        for one in found:  # some wait for an answer or another try, some for a place
            with pytest.raises(CancelledError):
                one.result(timeout=5)
    fetcher.close()


def test_a_wait_for_a_host_that_is_held_off_ends_when_it_is_told_to() -> None:
    hosts, stop = Hosts(), threading.Event()
    hosts.hold_off("a", 30)
    stop.set()
    with pytest.raises(CancelledError), hosts.place("a", stop):
        pytest.fail("it has a place")
    with hosts.place("b", stop):
        pass


def filled(*works: str) -> HostQueue[str]:
    made: HostQueue[str] = HostQueue()
    for work in works:
        made.put(work[:1].strip("-"), work)
    return made


def test_a_queue_gives_the_oldest_work_whose_host_has_a_place() -> None:
    queue = filled("a1", "a2", "a3", "a4", "a5", "b1", "-1", "a6")
    assert [queue.take() for _ in range(6)] == ["a1", "a2", "a3", "a4", "b1", "-1"]
    queue.done("a")
    assert queue.take() == "a5"
    assert queue.close() == ["a6"]
    assert queue.take() is None


def test_a_queue_gives_nothing_of_a_host_that_is_held_off() -> None:
    queue = filled("a1", "a2", "b1")
    assert queue.take() == "a1"
    queue.put("a", "a1 again", 0.3)
    queue.done("a", 0.2)
    assert [queue.take() for _ in range(3)] == ["b1", "a2", "a1 again"]


def test_files_are_limited_by_no_host() -> None:
    queue = filled(*["-"] * 20)
    assert [queue.take() for _ in range(20)] == ["-"] * 20


@pytest.mark.parametrize("ends", [lambda queue: queue.close(), lambda queue: queue.put("a", "a")])
def test_who_waits_for_work_is_told(ends: Callable[[HostQueue[str]], object]) -> None:
    queue = filled()
    with ThreadPoolExecutor(1) as pool:
        taken = pool.submit(queue.take)
        time.sleep(0.05)
        ends(queue)
        assert taken.result(timeout=5) in {None, "a"}


def test_all_places_that_come_free_at_one_time_are_taken() -> None:
    queue = filled("a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8")
    assert [queue.take() for _ in range(MAX_AT_ONCE)] == ["a1", "a2", "a3", "a4"]
    with ThreadPoolExecutor(MAX_AT_ONCE) as pool:
        taken = [pool.submit(queue.take) for _ in range(MAX_AT_ONCE)]
        for _ in taken:
            queue.done("a", 0.2)
        assert {one.result(timeout=5) for one in taken} == {"a5", "a6", "a7", "a8"}
