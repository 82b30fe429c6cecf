"""What keeping a session adds to a search, and what a follow-up takes, in one run.

    python -m benchmarks.sessions [--threads N]

The demo shop and its photos.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks import galleries
from benchmarks.latency import DEMO, REPEATS, darkened
from benchmarks.machine import machine_line
from index.feed_rows import parse_row
from index.feeds import read_feed
from service import serving, wiring
from service.sessions import packed
from service.settings import load_settings
from service.types import SearchRequest

FOLLOW_UPS = ("cheaper", "in black", "the second one in red", "which of them is waterproof?")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    threads = parser.parse_args().threads
    settings = load_settings(threads=threads)
    models = wiring.load_models(settings)
    print(machine_line(), f"threads {threads or 'all'}")
    rows = [parse_row(row.values) for row in read_feed(DEMO / "feed.csv")]
    photos = [path.read_bytes() for path in sorted((DEMO / "photos").glob("*.jpg"))]
    with TemporaryDirectory() as folder:
        store = wiring.open_store(Path(folder), models, create=True)
        galleries.commit(store, rows, DEMO, models, settings)
        pipeline = wiring.search_pipeline(settings, models, store)
        talk = serving.conversation(settings, pipeline, serving.answer_writer(settings, models))
        searches, keeps, sizes = [], [], []
        last = ""
        for turn in range(REPEATS):
            photo = darkened(photos[turn % len(photos)], 1 - turn / 10 / REPEATS)
            request = SearchRequest(photo=photo)
            searches.append(timed(partial(pipeline.search, request)))
            result = searches[-1][1]
            keep = partial(talk.keeper.open, result, request, "en")
            keeps.append(timed(keep))
            last = result.session
            sizes.append(len(packed(talk.keeper.read(last)[0])))
        search, kept = (float(np.median([ms for ms, _ in one])) for one in (searches, keeps))
        print(f"search {search:.1f} ms, its session {kept:.2f} ms ({kept / search:.1%} on top)")
        print(f"95th percentile of a session: {np.percentile([ms for ms, _ in keeps], 95):.2f} ms")
        print(f"bytes of a session: {int(np.median(sizes)):,}")
        for text in FOLLOW_UPS:
            times = []
            for _ in range(REPEATS // 3):
                fresh = replace(result, session=f"{time.perf_counter_ns()}")
                talk.keeper.open(fresh, request, "en")
                times.append(timed(partial(talk.turn, fresh.session, text))[0])
            print(f"follow-up {text!r}: {np.median(times):.1f} ms")
        talk.keeper.sessions.close()
        store.close()


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    before = time.perf_counter()
    found = work()
    return (time.perf_counter() - before) * 1e3, found


if __name__ == "__main__":
    main()
