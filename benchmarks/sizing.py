"""What a catalogue costs: disk, memory and start-up time by its size.

    python -m benchmarks.sizing [--products 10000 50000] [--display-bytes 12000]

Products of one picture with random vectors of the embedded model's length, titles of five words;
display pictures of 12 kB, as a shop's are. Written through the store as an indexing run writes
them, saved as a version, then opened in a new process. Random vectors say nothing about recall; for
that see ``benchmarks.vector_index``.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil

from benchmarks.machine import machine_line
from index.store import Store
from index.store_folder import DATABASE, VERSIONS
from index.types import Offer, PictureRecord, Price, Product, ProductRecord, Query, SpaceId

SPACE = SpaceId("sizing", 256, "LabHistogram 256", 256)
"""As long as the embedded embedder's and the colour histogram's rows."""
_BATCH = 64
_SEARCHES = 50
_WORDS = [f"{a}{b}" for a in ("mug", "lamp", "vase", "chair", "bowl") for b in "abcdefghijklmnop"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, nargs="+", default=[10_000, 50_000])
    parser.add_argument("--display-bytes", type=int, default=12_000, help="of a display picture")
    parser.add_argument("--open", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.open:
        print(json.dumps(opened(given.open)))
        return
    print(machine_line())
    for products in given.products:
        with TemporaryDirectory() as folder:
            measure(Path(folder) / "store", products, given.display_bytes)


def measure(folder: Path, products: int, display_bytes: int) -> None:
    """One line for one size."""
    process, before = psutil.Process(), time.perf_counter()
    write(folder, products, display_bytes)
    written = time.perf_counter() - before
    writer_mb = process.memory_info().rss / 1e6
    found = json.loads(
        subprocess.run(
            [sys.executable, "-m", "benchmarks.sizing", "--open", str(folder)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    disk = sum(one.stat().st_size for one in (folder / VERSIONS).rglob("*") if one.is_file())
    database = (folder / DATABASE).stat().st_size
    print(
        f"{products:>9,} products: database {database / products / 1e3:.1f} kB and index "
        f"{disk / products / 1e3:.2f} kB a product on disk; memory {found['mb']:.0f} MB more "
        f"({found['mb'] * 1e3 / products:.2f} kB a product); open {found['open_s']:.2f} s; search "
        f"p50 {found['p50_ms']:.1f} ms, p99 {found['p99_ms']:.1f} ms; written and saved in "
        f"{written:.0f} s ({products / written:.0f} a second), the writer then at "
        f"{writer_mb:.0f} MB; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def write(folder: Path, products: int, display_bytes: int) -> None:
    rows, jpeg = np.random.default_rng(5), bytes(display_bytes)
    store = Store(folder, SPACE, create=True)
    for start in range(0, products, _BATCH):
        many = range(start, min(products, start + _BATCH))
        store.upsert([record(number, rows, jpeg) for number in many])
    store.publish()
    store.close()


def record(number: int, rows: np.random.Generator, jpeg: bytes) -> ProductRecord:
    name, price = f"p{number}", Price(Decimal(int(rows.integers(100, 9000))) / 100, "USD")
    offer = Offer(merchant="ABCDE"[number % 5], price=price, link=f"https://shop.example/{name}")
    made = Product(
        id=name, group=f"g{number // 3}", title=" ".join(rows.choice(_WORDS, 5)), offers=(offer,)
    )
    picture = PictureRecord(
        source=f"{name}.jpg",
        sha256=sha256(name.encode()).hexdigest(),
        embedding=unit(rows, SPACE.dimension),
        colours=unit(rows, SPACE.colour_dimension),
        display_jpeg=jpeg,
    )
    return ProductRecord(made, (picture,), unit(rows, SPACE.dimension), name)


def unit(rows: np.random.Generator, length: int) -> np.ndarray:
    row = rows.normal(size=length).astype(np.float32)
    return row / np.linalg.norm(row)


def opened(folder: Path) -> dict[str, float]:
    """In a process of its own: what opening costs, and searching."""
    process, rows = psutil.Process(), np.random.default_rng(6)
    before, began = process.memory_info().rss, time.perf_counter()
    store = Store(folder, SPACE)
    store.refresh()
    open_s, took = time.perf_counter() - began, []
    for _ in range(_SEARCHES):
        query = Query(unit(rows, SPACE.dimension), unit(rows, SPACE.colour_dimension), k=10)
        at = time.perf_counter()
        store.search([query])
        took.append(time.perf_counter() - at)
    return {
        "open_s": open_s,
        "mb": (process.memory_info().rss - before) / 1e6,
        "p50_ms": float(np.percentile(took, 50)) * 1e3,
        "p99_ms": float(np.percentile(took, 99)) * 1e3,
    }


if __name__ == "__main__":
    main()
