"""Kills a serving process with SIGKILL while it takes writes and answers searches.

    python -m benchmarks.server_crash [--kills 50] [--products 10000]

The real server, queues, pipeline and store around a fake model, so that a start costs seconds. Four
clients write products of one noise picture each and four search. After each kill the next start is
timed until ``/health/ready``; then every product that was acknowledged must be found first by its
own picture and must be there once, and fixed questions must be answered as before. Exit code 1
where one is not.
"""

import argparse
import asyncio
import io
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np
from PIL import Image

from benchmarks.machine import machine_line
from index.store import Store
from index.types import Product, ProductRecord
from service.wiring import Models
from tests.fakes import FAKE_COLOURS, FAKE_EMBEDDER, picture_record, text_vector
from tests.torture.server import Server, running

_CLIENTS = 4
_LONGEST_S = 3.0
_QUESTIONS = 20


@dataclass
class Journal:
    """What the server said that it holds."""

    acknowledged: dict[str, bytes] = field(default_factory=dict)
    """Picture by product."""
    unchecked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--products", type=int, default=10_000, help="there from the start")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(machine_line())
    moments, journal, starts = random.Random(given.seed), Journal(), []  # noqa: S311
    with TemporaryDirectory() as name:
        fill(Path(name) / "store", given.products)
        for kill in range(given.kills + 1):
            before = time.perf_counter()
            with running(Path(name), has_model=False) as server:
                starts.append(time.perf_counter() - before)
                asyncio.run(check(server, journal))
                if kill < given.kills:
                    asyncio.run(disturb(server, kill, moments.uniform(0, _LONGEST_S), journal))
    print(
        f"{given.kills} kills, {len(journal.acknowledged)} products acknowledged beside "
        f"{given.products}; ready after a median of {np.median(starts):.1f} s, at most "
        f"{max(starts):.1f} s; {len(journal.faults)} faults; at the end: {machine_line()}"
    )
    sys.exit("\n".join(journal.faults) or None)


def fill(folder: Path, products: int) -> None:
    store = Store(folder, Models(FAKE_EMBEDDER, FAKE_COLOURS).space, create=True)
    store.upsert(
        [
            ProductRecord(
                Product(name, name, f"Thing {name}"), (picture_record(name),), vector, name
            )
            for name in (f"old-{number}" for number in range(products))
            for vector in [text_vector(name)]
        ]
    )
    store.publish()
    store.close()


async def disturb(server: Server, kill: int, seconds: float, journal: Journal) -> None:
    """Writes and searches until the kill; what was not answered by then counts for nothing."""
    async with httpx.AsyncClient(base_url=server.address, timeout=30) as client:
        tasks = [asyncio.create_task(write(client, kill, one, journal)) for one in range(_CLIENTS)]
        tasks += [asyncio.create_task(search(client)) for _ in range(_CLIENTS)]
        await asyncio.sleep(seconds)
        server.process.kill()
        await asyncio.gather(*tasks)
    server.process.wait()


async def write(client: httpx.AsyncClient, kill: int, writer: int, journal: Journal) -> None:
    number = 0
    while True:
        name = f"new-{kill}-{writer}-{number}"
        row = json.dumps({"id": name, "title": f"Thing {name}"})
        picture = noise([kill, writer, number])
        files = [("product", (None, row, "application/json")), ("images", ("one", picture))]
        try:
            answer = await client.put(f"/v1/products/{name}", files=files)
        except httpx.TransportError:
            return
        if answer.is_success:
            journal.acknowledged[name] = picture
            journal.unchecked.append(name)
        elif answer.status_code not in {429, 503}:
            journal.faults.append(f"{name}: {answer.status_code} {answer.text[:200]}")
        number += 1


async def search(client: httpx.AsyncClient) -> None:
    picture = noise(0)
    while True:
        try:
            await client.post("/v1/search", files={"photo": picture})
        except httpx.TransportError:
            return


async def check(server: Server, journal: Journal) -> None:
    """Asks for what was acknowledged since the last start, and for some of before."""
    sample = random.Random(0).sample(  # noqa: S311
        sorted(journal.acknowledged), k=min(_QUESTIONS, len(journal.acknowledged))
    )
    async with httpx.AsyncClient(base_url=server.address, timeout=60) as client:
        for name in {*journal.unchecked, *sample}:
            picture = journal.acknowledged[name]
            answer = await client.post("/v1/search", files={"photo": picture}, data={"k": "5"})
            found = ids(answer)
            if found[:1] != [name] or found.count(name) != 1:
                journal.faults.append(f"{name} is not its own first match: {found}")
        for number in range(_QUESTIONS):
            answer = await client.get(f"/v1/products/old-{number}")
            if answer.status_code != 200 or answer.json()["title"] != f"Thing old-{number}":
                journal.faults.append(f"old-{number}: {answer.status_code}")
    journal.unchecked.clear()


def ids(answer: httpx.Response) -> Sequence[str]:
    if answer.status_code != 200:
        return [f"status {answer.status_code}"]
    return [one["id"] for item in answer.json()["items"] for one in item["matches"]]


def noise(seed: int | list[int]) -> bytes:
    """A picture whose quarters have colours of their own."""
    pixels = np.random.default_rng(seed).integers(0, 256, size=(2, 2, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).resize((64, 64), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


if __name__ == "__main__":
    main()
