"""Kills an indexing run with SIGKILL at random moments and looks for what it had acknowledged.

``python -m benchmarks.crash --kills 20 [--postgresql]``

The child is the real ``FeedIndexing`` and ``Ingest`` on a feed of products with pictures, with a
cheap embedder (the picture's own pixels), so that a kill costs seconds; batches of 1, 32 and 256
rows in turn. It writes the ids of every batch that ``Ingest.commit`` called done to a journal.
After each kill another process opens the store: every id of the journal must be its own first
match, no id may be there twice, and index and catalogue must hold the same products. A kill comes
when a random share of the feed was done, or up to half a second after all of it, while the version
is saved. Each second run goes on with the store of the run before; the others begin anew.
"""

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.machine import machine_line
from index.errors import StoreMissingError
from index.place import Place, place_of
from index.snapshot import living
from index.store import Store
from index.types import Query, SpaceId
from service.indexing import FeedIndexing
from service.ingest import Ingest, Outcome
from service.picture_sources import PictureSources
from tests.postgres import PostgresServer, running_server
from vision.decode import decode
from vision.types import ColourLooks, EmbedderId, Vectors

BATCHES = (1, 32, 256)
_LONGEST_WAIT_S = 0.5
_SIDE_PX = 8
_DIMENSION = 3 * _SIDE_PX * _SIDE_PX
SPACE = SpaceId(str(EmbedderId("pixels", "pixels-1", _DIMENSION)), _DIMENSION, "MeanColour", 4)


class PixelEmbedder:
    """A picture's vector is its pixels; of noise no two are alike."""

    identity = EmbedderId("pixels", "pixels-1", _DIMENSION)

    def embed_images(self, images: Sequence[Image.Image]) -> Vectors:
        rows = [np.asarray(one.resize((_SIDE_PX, _SIDE_PX))).ravel() for one in images]
        return _unit(np.array(rows, dtype=np.float64).reshape(-1, _DIMENSION) - 127.5)

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        return _unit(np.ones((len(texts), _DIMENSION)))


class MeanColour:
    """A picture's mean colour."""

    identity = "MeanColour"
    dimension = 4

    def describe(self, images: Sequence[Image.Image]) -> Vectors:
        rows = [[*np.asarray(one).mean(axis=(0, 1)), 1.0] for one in images]
        return _unit(np.array(rows, dtype=np.float64).reshape(-1, 4))

    def look(self, images: Sequence[Image.Image]) -> ColourLooks:
        return ColourLooks(self.describe(images), np.zeros(len(images), dtype=np.bool_))


def _unit(rows: np.ndarray) -> Vectors:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


class JournalledIngest(Ingest):
    """Writes down what it called done, once it was."""

    journal: Path

    def commit(self, *arguments: Any, **options: Any) -> list[Outcome]:
        outcomes = super().commit(*arguments, **options)
        with self.journal.open("a") as file:
            file.write("".join(f"{one.product_id}\n" for one in outcomes))
        return outcomes


def child(folder: Path, batch_rows: int) -> None:
    """Indexes the feed, as ``snapshelf index`` does."""
    import service.feed_batches

    service.feed_batches.BATCH_ROWS = batch_rows
    store = Store(where(folder), SPACE, create=True)
    ingest = JournalledIngest(PixelEmbedder(), MeanColour(), store, decode)
    ingest.journal = folder / "journal"
    FeedIndexing(store, ingest).run(
        [folder / "feed.csv"],
        lambda _: PictureSources(folder / "pictures"),
        progress=lambda rows: print(rows, flush=True),
    )
    store.close()


def where(folder: Path) -> Place:
    """The store of the runs: what the file ``address`` names, else a folder."""
    named = folder / "address"
    return place_of(named.read_text() if named.exists() else str(folder / "store"), folder)


def begin_anew(folder: Path, server: PostgresServer | None) -> None:
    """The next run finds no store."""
    (folder / "journal").unlink(missing_ok=True)
    shutil.rmtree(folder / "store", ignore_errors=True)
    if server is not None:
        address = server.place().url.render_as_string(hide_password=False)
        (folder / "address").write_text(address)


def make_feed(folder: Path, rows: int) -> None:
    """Writes rows and their pictures of noise."""
    noise = np.random.default_rng(0)
    (folder / "pictures").mkdir()
    lines = ["id,title,price,image_link"]
    for number in range(rows):
        pixels = noise.integers(0, 256, (_SIDE_PX, _SIDE_PX, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / "pictures" / f"{number}.png")
        lines.append(f"p{number},Thing {number},{number % 90}.00 USD,{number}.png")
    (folder / "feed.csv").write_text("\n".join(lines) + "\n")


def kill_once(folder: Path, batch_rows: int, rows: int, after_s: float) -> bool:
    """Kills a run so long after so many rows were done; whether it was still running."""
    command = [sys.executable, "-m", "benchmarks.crash", "--child", str(folder)]
    process = subprocess.Popen(
        [*command, "--batch-rows", str(batch_rows)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    done = 0
    try:
        while done < rows and (line := process.stdout.readline()):
            done += int(line)
        time.sleep(after_s)
    finally:
        process.kill()
        process.communicate()
    return process.returncode == -signal.SIGKILL


def check(folder: Path) -> Counter[str]:
    """Opens the store as the next process would and counts what is wrong."""
    lines = (folder / "journal").read_text().split("\n") if (folder / "journal").exists() else []
    acknowledged = dict.fromkeys(lines[:-1])  # a line without its end was not written whole
    try:
        store = Store(where(folder), SPACE)
    except StoreMissingError:  # the kill came before there was one
        return Counter(lost=len(acknowledged))
    ids = store.catalogue.ids()
    found: Counter[str] = Counter(acknowledged=len(acknowledged))
    found["lost"] = len(acknowledged.keys() - set(ids))
    keys = [int(key) for live in store.refresh().segments for key in living(live)]
    found["twice"] = len(ids) - len(set(ids)) + len(keys) - len(set(keys))
    found["index and catalogue differ"] = int(set(keys) != set(store.catalogue.keys_of(ids)))
    queries = [Query(image=_vector(folder, one), k=2, is_grouped=False) for one in acknowledged]
    for product_id, [best, *_] in zip(acknowledged, store.search(queries), strict=True):
        right = store.catalogue.products([best.key])[best.key].id == product_id
        found["pointing elsewhere"] += not (right and best.score > 0.999)
    store.close()
    return found


def _vector(folder: Path, product_id: str) -> Vectors:
    image = Image.open(folder / "pictures" / f"{product_id.removeprefix('p')}.png").convert("RGB")
    return PixelEmbedder().embed_images([image])[0]


def run(
    kills: int, feed_rows: int, seed: int, server: PostgresServer | None = None
) -> Counter[str]:
    """Kills so many times; gives what was seen and what was wrong."""
    draw = random.Random(seed)  # noqa: S311 (no secret)
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_feed(folder, feed_rows)
        begin_anew(folder, server)
        for number in range(kills):
            batch_rows = BATCHES[number % len(BATCHES)]
            rows = draw.randint(0, feed_rows + feed_rows // 10)  # one in eleven after the last row
            wait_s = draw.uniform(0, _LONGEST_WAIT_S)
            was_running = kill_once(folder, batch_rows, min(rows, feed_rows), wait_s)
            found = check(folder)
            total["kills"] += was_running
            total["runs that ended before"] += not was_running
            total.update(found)
            if number % 2:
                begin_anew(folder, server)
            faults = {key: value for key, value in found.items() if key in FAULTS and value}
            print(
                f"kill {number + 1}: batches of {batch_rows}, at row {rows}, "
                f"{found['acknowledged']} acknowledged, {faults or 'sound'}",
                flush=True,
            )
    return total


FAULTS = ("lost", "twice", "index and catalogue differ", "pointing elsewhere")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rows", type=int, default=2_000, help="products of the feed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--postgresql", action="store_true", help="a store in Debian's server")
    parser.add_argument("--child", type=Path)
    parser.add_argument("--batch-rows", type=int, default=32)
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments.child, arguments.batch_rows)
        return
    server = running_server(is_durable=True) if arguments.postgresql else nullcontext()
    with server as opened:
        total = run(arguments.kills, arguments.rows, arguments.seed, opened)
    print(machine_line())
    print(json.dumps(total))
    sys.exit(1 if any(total[one] for one in FAULTS) else 0)


if __name__ == "__main__":
    main()
