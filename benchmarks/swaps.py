"""Searches while the catalogue is replaced and published every few seconds, by another process.

    python -m benchmarks.swaps [--seconds 120] [--every 5]

All products bear the number of one generation in their titles and are written in one transaction;
an answer that names two generations is mixed. Twenty products, searched by words and by photo, four
clients that wait for their answers.
"""

import argparse
import asyncio
import multiprocessing
import re
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np

from benchmarks.bare_requests import PHOTOS
from benchmarks.machine import machine_line
from index.backends import recorded_space
from index.store import Store
from index.types import PictureRecord, Product, ProductRecord
from tests.torture.server import Server, running

_PRODUCTS, _CLIENTS = 20, 4
_GENERATION = re.compile(r"generation (\d+)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--every", type=float, default=5)
    given = parser.parse_args()
    print(machine_line())
    with TemporaryDirectory() as name, running(Path(name), captioner="none") as server:
        stop, swaps = multiprocessing.Event(), multiprocessing.Value("i", 0)
        write(Path(name) / "store", 0)
        writer = multiprocessing.Process(
            target=keep_writing, args=(Path(name) / "store", given.every, stop, swaps)
        )
        writer.start()
        try:
            found = asyncio.run(searches(server, given.seconds))
        finally:
            stop.set()
            writer.join()
        print(f"{swaps.value} swaps in {given.seconds:.0f} s; answers: {dict(found)}")
        print(f"exit {server.stop()}; at the end: {machine_line()}")


def keep_writing(folder: Path, every: float, stop: Event, swaps: "Synchronized[int]") -> None:
    """Until it is told to stop; ``swaps`` counts."""
    number = 0
    while not stop.wait(every):
        number += 1
        write(folder, number)
        swaps.value = number


def write(folder: Path, generation: int) -> None:
    """All products anew, and a version saved."""
    space = recorded_space(folder)
    store, rows = Store(folder, space), np.random.default_rng(generation)

    def unit(length: int) -> np.ndarray:
        row = rows.normal(size=length).astype(np.float32)
        return row / np.linalg.norm(row)

    store.upsert(
        [
            record(number, generation, space.dimension, space.colour_dimension, unit)
            for number in range(_PRODUCTS)
        ]
    )
    store.delete([one for one in store.catalogue.ids() if not one.startswith("swap-")])
    store.publish()
    store.close()


def record(
    number: int, generation: int, d: int, c: int, unit: Callable[[int], np.ndarray]
) -> ProductRecord:
    name = f"swap-{number}"
    made = Product(id=name, group=name, title=f"Thing {number}, generation {generation}", offers=())
    picture = PictureRecord(name, f"{name}-{generation}", unit(d), unit(c), b"jpeg")
    return ProductRecord(made, (picture,), unit(d), f"{name}-{generation}")


async def searches(server: Server, seconds: float) -> Counter[str]:
    photos = [path.read_bytes() for path in PHOTOS]
    found: Counter[str] = Counter()
    until = time.perf_counter() + seconds
    async with httpx.AsyncClient(base_url=server.address, timeout=60) as client:

        async def one_client(number: int) -> None:
            while time.perf_counter() < until:
                number += 1
                if number % 2:
                    asked = {"files": {"photo": photos[number % len(photos)]}}
                else:
                    asked = {"files": {"text": (None, "thing")}}
                asked["data"] = {"k": str(_PRODUCTS)}
                found[judged(await client.post("/v1/search", **asked))] += 1

        await asyncio.gather(*(one_client(number) for number in range(_CLIENTS)))
    return found


def judged(response: httpx.Response) -> str:
    """``whole``, or what is wrong."""
    if response.status_code != 200:
        return f"status {response.status_code}"
    for item in response.json()["items"]:
        titles = [match["title"] for match in item["matches"]]
        generations = {one.group(1) for title in titles if (one := _GENERATION.search(title))}
        if len(generations) > 1:
            return "mixed"
        if len(titles) != _PRODUCTS:
            return f"{len(titles)} matches"
    return "whole"


if __name__ == "__main__":
    main()
