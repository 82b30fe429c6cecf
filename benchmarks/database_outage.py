"""PostgreSQL is gone for half a minute, while one process indexes and another serves (D8).

    python -m benchmarks.database_outage [--seconds 30] [--rounds 3]

Debian's server, stopped as a crash would stop it while the demo shop is indexed into it and the
same store is searched by words twice a second. Asked: searches say 503 with ``Retry-After`` within
two seconds and are well again within five; the indexing command, given once more, goes on where it
stopped, and nothing is lost.
"""

import argparse
import csv
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import numpy as np

from benchmarks.machine import machine_line
from index.place import DatabasePlace
from index.store import Store
from scripts.demo import DATA
from service import wiring
from service.settings import load_settings
from tests.postgres import PostgresServer, running_server

_FIRST_ROWS = 61
"""Of the feed, indexed before: there must be something to search."""
_EVERY_S = 0.5
_WELL_AFTER_S = 60.0
_READY_S = 120.0


@dataclass
class Answers:
    """What searches got while the database was away."""

    statuses: Counter[int] = field(default_factory=Counter)
    took_s: list[float] = field(default_factory=list)
    without_retry_after: int = 0

    def note(self, answer: httpx.Response, took_s: float) -> None:
        """Counts one answer."""
        self.statuses[answer.status_code] += 1
        self.took_s.append(took_s)
        if answer.status_code == 503 and "retry-after" not in answer.headers:
            self.without_retry_after += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(machine_line())
    wanted = products_of_the_shop()
    with running_server(is_durable=True) as server, TemporaryDirectory() as folder:
        for number in range(given.rounds):
            print(f"round {number}:", one_round(server, Path(folder), given.seconds, wanted))


def one_round(server: PostgresServer, folder: Path, seconds: float, wanted: set[str]) -> str:
    """One shop indexed, served, cut off for ``seconds`` and looked at afterwards."""
    place = server.place()
    url = place.url.render_as_string(hide_password=False)
    part = folder / f"{place.url.query['options']}.csv"
    part.write_text("".join((DATA / "feed.csv").read_text("utf-8").splitlines(True)[:_FIRST_ROWS]))
    run(index(url, part))
    begun = counted(server, place)
    port = free_port()
    started: list[subprocess.Popen[Any]] = []
    with (folder / "log").open("wb") as log:
        served = subprocess.Popen(
            command("serve", "--store", url, "--port", str(port)),
            stdout=log,
            stderr=log,
            env=environment(),
        )
    started.append(served)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            ready(client)
            indexing = subprocess.Popen(
                index(url),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                env=environment(),
            )
            started.append(indexing)
            while counted(server, place) == begun and indexing.poll() is None:
                time.sleep(0.02)
            is_running = indexing.poll() is None
            there = counted(server, place)
            server.stop()
            answers = searched(client, seconds)
            server.start()
            recovered = recovery(client)
        _, said = indexing.communicate(timeout=600)
        again = run(index(url))
        lost = wanted - products_in(place)
        took = np.array(answers.took_s)
        last = said.strip().splitlines()[-1][:200] if said.strip() else "nothing"
        return (
            f"indexing was {'cut off' if is_running else 'over before'} at {there} of "
            f"{len(wanted)} products ({begun} when it began), exit {indexing.returncode}, it said: "
            f"{last}\n  the same command once more: {again}\n  searches while away: "
            f"{dict(answers.statuses)}, {answers.without_retry_after} without Retry-After, p50 "
            f"{np.median(took):.2f} s, longest {took.max():.2f} s; well again after "
            f"{recovered:.1f} s; {len(lost)} of {len(wanted)} products are not there at the end"
        )
    finally:
        ended(started)


def ended(processes: Sequence[subprocess.Popen[Any]]) -> None:
    """Stops what still runs; none stays behind."""
    for one in processes:
        one.terminate()
    for one in processes:
        try:
            one.wait(30)
        except subprocess.TimeoutExpired:
            one.kill()
            one.wait()


def searched(client: httpx.Client, seconds: float) -> Answers:
    """Searches by words until the time is over."""
    answers, until = Answers(), time.perf_counter() + seconds
    while time.perf_counter() < until:
        before = time.perf_counter()
        answers.note(search(client), time.perf_counter() - before)
        time.sleep(_EVERY_S)
    return answers


def recovery(client: httpx.Client) -> float:
    """Seconds until a search is answered."""
    before = time.perf_counter()
    while time.perf_counter() - before < _WELL_AFTER_S:
        if search(client).status_code == 200:
            return time.perf_counter() - before
        time.sleep(0.1)
    return float("inf")


def search(client: httpx.Client) -> httpx.Response:
    return client.post("/v1/search", files={"text": (None, "a mug")})


def ready(client: httpx.Client) -> None:
    until = time.monotonic() + _READY_S
    while time.monotonic() < until:
        try:
            if client.get("/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError("the server did not become ready")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def products_of_the_shop() -> set[str]:
    with (DATA / "feed.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"] for row in csv.DictReader(file)}


def products_in(place: DatabasePlace) -> set[str]:
    settings = load_settings()
    space = wiring.load_models(settings, is_searching=False).space
    store = Store(place, space)
    try:
        return set(store.catalogue.ids())
    finally:
        store.close()


def counted(server: PostgresServer, place: DatabasePlace) -> int:
    return int(server.execute("SELECT count(*) FROM product", place)[0][0])


def index(url: str, feed: Path = DATA / "feed.csv") -> list[str]:
    given = ("--images-root", str(DATA), "--check", "0")
    return command("index", str(feed), "--store", url, *given)


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "scripts", *words]


def run(words: list[str]) -> str:
    """Gives the first line that the command printed."""
    done = subprocess.run(words, check=True, capture_output=True, text=True, env=environment())
    return done.stdout.splitlines()[0]


def environment() -> dict[str, str]:
    return {**os.environ, "SNAPSHELF_DETECTOR": "none", "SNAPSHELF_CAPTIONER": "none"}


if __name__ == "__main__":
    main()
