"""The whole torture suite against a real server, at concurrency 1, 4 and 16.

    python -m benchmarks.torture [--at-once 1 4 16]

Exit code 1 where anything was wrong: a status that is not right, no answer in 30 s, an error of
the server, private data in what it wrote.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil

from benchmarks.machine import machine_line
from tests.torture.case import Case, saved, scene
from tests.torture.make_files import all_cases
from tests.torture.pictures import MARKER, PLACE
from tests.torture.runner import Outcome, send_all
from tests.torture.server import Server, running

GOOD = Case("good", saved(scene(640, 480), "JPEG"), frozenset({200}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 4, 16])
    at_once = parser.parse_args().at_once
    print(machine_line())
    cases = all_cases()
    print(f"{len(cases)} files, {sum(len(one.data) for one in cases) / 1e6:.0f} MB")
    faults: list[str] = []
    with TemporaryDirectory() as folder, running(Path(folder)) as server:
        for number in at_once:
            faults += round_of(server, cases, number)
        faults += leaks(server)
        print(f"stopped with exit code {server.stop()}")
    for fault in faults:
        print("WRONG", fault)
    sys.exit(1 if faults else 0)


def round_of(server: Server, cases: list[Case], at_once: int) -> list[str]:
    """One pass over the suite; gives what was wrong."""
    before, idle = latency(server), memory(server)
    watch = Peak(server)
    started = time.perf_counter()
    outcomes = asyncio.run(watch.during(send_all(server.address, cases, at_once)))
    seconds = time.perf_counter() - started
    after = latency(server)
    refused = [one.seconds for one in outcomes if one.status >= 400 and len(one.case.data) < 1e6]
    print(
        f"{at_once:2} at once: {seconds:.1f} s, {dict(Counter(one.status for one in outcomes))}; "
        f"refusals p99 {np.percentile(refused, 99):.2f} s; good picture {before * 1e3:.0f} ms "
        f"before, {after * 1e3:.0f} ms after; memory {idle:.0f} MB before, {watch.peak:.0f} MB "
        f"at most, {memory(server):.0f} MB after"
    )
    return faults_of(outcomes)


def faults_of(outcomes: list[Outcome]) -> list[str]:
    """What was wrong, and any of the private data in an answer."""
    found = [one.fault for one in outcomes if one.fault]
    private = (MARKER.encode(), PLACE.encode())
    return found + [
        f"{one.case.name}: private data in the answer"
        for one in outcomes
        if any(text in one.body for text in private)
    ]


def leaks(server: Server) -> list[str]:
    """Files of the server with private data in them."""
    private = (MARKER.encode(), PLACE.encode())
    return [
        f"{path.relative_to(server.folder)}: private data"
        for path, data in server.written()
        if any(text in data for text in private)
    ]


def latency(server: Server) -> float:
    """Median seconds of ten good pictures."""
    return float(
        np.median([one.seconds for one in asyncio.run(send_all(server.address, [GOOD] * 10, 1))])
    )


def memory(server: Server) -> float:
    """Proportional memory of the server and its children, MB: shared pages count once."""
    whole = psutil.Process(server.process.pid)
    total = 0
    for one in (whole, *whole.children(recursive=True)):
        try:
            total += one.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total / 1e6


class Peak:
    """Most memory while something runs."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.peak = 0.0

    async def during(self, work: object) -> list[Outcome]:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        while not task.done():
            self.peak = max(self.peak, await asyncio.to_thread(memory, self._server))
            await asyncio.wait({task}, timeout=0.2)
        return list(task.result())


if __name__ == "__main__":
    main()
