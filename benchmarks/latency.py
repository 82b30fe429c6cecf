"""Time of a whole search by stage, indexing rate, and memory, beside the bare model.

    python -m benchmarks.latency [--threads N]

The demo shop and its photos; with the real data sets at hand, Luma.
"""

import argparse
import io
import resource
import time
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import ImageEnhance

from benchmarks import datasets, galleries
from benchmarks.machine import machine_line
from index.feed_rows import parse_row
from index.feeds import read_feed
from service import wiring
from service.doctor import check_up
from service.settings import load_settings
from service.types import SearchRequest
from service.wiring import Models
from vision.decode import decode

REPEATS = 60
QUESTIONS = 50
DEMO = Path(__file__).parents[1] / "data" / "demo"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    threads = parser.parse_args().threads
    settings = load_settings(threads=threads)
    models = wiring.load_models(settings)
    print(machine_line(), f"threads {threads or 'all'}")
    root = datasets.ROOT / "luma"
    if not root.is_dir():
        root = DEMO
    rows = [parse_row(row.values) for row in read_feed(root / "feed.csv")]
    photos = [path.read_bytes() for path in sorted((DEMO / "photos").glob("*.jpg"))]
    with TemporaryDirectory() as folder:
        store = wiring.open_store(Path(folder), models, create=True)
        before = time.perf_counter()
        galleries.commit(store, rows, root, models, settings)
        seconds = time.perf_counter() - before
        products, pictures = store.catalogue.count()
        rate = pictures / seconds
        bare = bare_model_ms(models, photos)
        share = rate * bare / 1e3
        print(f"indexing: {pictures} pictures, {rate:.1f} a second; {share:.2f} of the bare model")
        pipeline = wiring.search_pipeline(settings, models, store)
        check_up(pipeline, QUESTIONS)  # so that searches give verdicts
        stages = defaultdict(list)
        for turn in range(REPEATS):
            # never the same picture twice: the captioner remembers those of a moment ago
            photo = darkened(photos[turn % len(photos)], 1 - turn / 10 / REPEATS)
            result = pipeline.search(SearchRequest(photo=photo))
            for name, value in result.timings_ms.items():
                stages[name].append(value)
        print(f"one search of {products} products (median of {REPEATS}):")
        for name, values in stages.items():
            print(f"  {name:8} {np.median(values):7.1f} ms")
        total = float(np.median(stages["total"]))
        print(f"  bare model with preprocessing: {bare:.1f} ms; whole / bare {total / bare:.2f}")
        store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process: {peak:.0f} MiB")


def darkened(photo: bytes, factor: float) -> bytes:
    buffer = io.BytesIO()
    ImageEnhance.Brightness(decode(photo).image).enhance(factor).save(buffer, "JPEG")
    return buffer.getvalue()


def bare_model_ms(models: Models, photos: list[bytes]) -> float:
    """Median time to embed one decoded photo, nothing else."""
    images = [decode(photo).image for photo in photos]
    times = []
    for turn in range(REPEATS):
        before = time.perf_counter()
        models.embedder.embed_images([images[turn % len(images)]])
        times.append((time.perf_counter() - before) * 1e3)
    return float(np.median(times))


if __name__ == "__main__":
    main()
