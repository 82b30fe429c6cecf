"""Whole indexing (read, decode, embed, colours, commit) against the bare model, in one run.

    python -m benchmarks.indexing [--threads N] [--pictures 600] [--rounds 3] [--engine ray]

Bare: the same embedder on the same pictures, preprocessed and in memory; then as many texts, since
indexing embeds each product's title too. Plain: open_clip's loop on the same tensors as anybody
writes it, torch as it comes (eager, all threads). All in turn, so that other programs on the
machine slow all; processor seconds are given beside clock seconds, since only they tell what the
machine had to do; with Ray they are those of this process alone. Luma where the real data is at
hand, else the demo shop.
"""

import argparse
import itertools
import os
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from benchmarks import datasets
from benchmarks.machine import machine_line
from benchmarks.random_model import write_random_model
from index.feed_rows import FeedRow, parse_row
from index.feeds import read_feed
from service import wiring
from service.indexing import Counts, FeedIndexing
from service.indexing_engines import EngineName, engine_of
from service.reading_ahead import Engine
from service.settings import Settings, load_settings
from service.wiring import Models
from vision.decode import decode
from vision.embedded_model import embedded_model_dir
from vision.open_clip_embedder import OpenClipEmbedder

DEMO = Path(__file__).parents[1] / "data" / "demo"


@dataclass(frozen=True)
class Spent:
    """What one pass over the pictures took."""

    clock_s: float
    processor_s: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=0, help="of the model; 0: all cores")
    parser.add_argument("--pictures", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", type=EngineName, default=EngineName.LOCAL, help="local, ray")
    parser.add_argument("--architecture", help="of open_clip, with random weights")
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        named = arguments.architecture
        embedder = write_random_model(named, Path(folder)) if named else None
        compare(arguments, load_settings(threads=arguments.threads, embedder=embedder))


def compare(arguments: argparse.Namespace, settings: Settings) -> None:
    models = wiring.load_models(settings, is_searching=False)
    plain = plain_embedder(settings)
    root = datasets.ROOT / "luma"
    root = root if root.is_dir() else DEMO
    print(machine_line(), f"threads {arguments.threads or 'all'}, {root.name},", end=" ")
    print(f"{arguments.architecture or 'embedded'}, engine {settings.engine}")
    with (
        TemporaryDirectory() as folder,
        engine_of(arguments.engine, settings, arguments.pictures) as engine,
    ):
        feed, pictures = feed_of(root, Path(folder), arguments.pictures)
        prepared = prepared_pictures(models, pictures, root)
        titles = [f"Thing number {number} of a shop" for number in range(len(prepared))]
        texts, bare, ours, plains = [], [], [], []
        for turn in range(arguments.rounds):
            bare.append(bare_model(models, prepared))
            texts.append(bare_texts(models, titles))
            plains.append(plain_loop(plain, prepared, arguments.threads))
            counts, spent = indexed(settings, models, feed, root, Path(folder) / str(turn), engine)
            ours.append(spent)
            report(turn, bare[-1], spent, counts)
    ratio = np.median([one.clock_s / two.clock_s for one, two in zip(bare, ours, strict=True)])
    share = np.median(
        [one.processor_s / two.processor_s for one, two in zip(bare, ours, strict=True)]
    )
    both = np.median(
        [
            (one.clock_s + text.clock_s) / two.clock_s
            for one, text, two in zip(bare, texts, ours, strict=True)
        ]
    )
    print(f"median of {arguments.rounds}: {ratio:.2f} of the bare model's pictures a second")
    print(f"with as many texts, which ours embeds too: {both:.2f}")
    to_plain = np.median([one.clock_s / two.clock_s for one, two in zip(plains, ours, strict=True)])
    rate = len(prepared) / np.median([one.clock_s for one in plains])
    print(f"of the plain loop's ({rate:.1f} pictures/s): {to_plain:.2f}")
    print(f"its share of the processor seconds: {share:.2f}; load {os.getloadavg()[0]:.2f}")


def feed_of(root: Path, folder: Path, most: int) -> tuple[Path, list[str]]:
    """A feed of so many pictures, one a product; pictures come again where there are too few."""
    rows = [parse_row(raw.values) for raw in read_feed(root / "feed.csv")]
    sources = [(row, source) for row in rows for source in row.pictures]
    chosen: list[tuple[FeedRow, str]] = list(itertools.islice(itertools.cycle(sources), most))
    feed = folder / "feed.tsv"
    with feed.open("w") as file:
        file.write("id\ttitle\tbrand\tprice\timage_link\n")
        for number, (row, source) in enumerate(chosen):
            words = f"{row.product.title} {number}\t{row.product.brand}"
            file.write(f"{number}\t{words}\t9.00 USD\t{source}\n")
    return feed, [source for _, source in chosen]


def prepared_pictures(models: Models, pictures: list[str], root: Path) -> list[torch.Tensor]:
    embedder = models.embedder
    assert isinstance(embedder, OpenClipEmbedder)
    return [embedder.prepare(decode((root / one).read_bytes()).image) for one in pictures]


def bare_model(models: Models, prepared: list[torch.Tensor]) -> Spent:
    assert isinstance(models.embedder, OpenClipEmbedder)
    clock, processor = time.perf_counter(), time.process_time()
    for start in range(0, len(prepared), 64):
        models.embedder.embed_prepared(prepared[start : start + 64])
    return Spent(time.perf_counter() - clock, time.process_time() - processor)


def plain_embedder(settings: Settings) -> OpenClipEmbedder:
    name = settings.embedder
    if name == wiring.EMBEDDED:
        name = f"local-dir:{embedded_model_dir(settings.cache)}"
    return OpenClipEmbedder(name, replace(wiring.compute(settings), engine="eager"))


def plain_loop(embedder: OpenClipEmbedder, prepared: list[torch.Tensor], threads: int) -> Spent:
    ours = torch.get_num_threads(), torch.get_float32_matmul_precision()
    torch.set_num_threads(threads or os.cpu_count() or 1)
    torch.set_float32_matmul_precision("highest")
    try:
        clock, processor = time.perf_counter(), time.process_time()
        for start in range(0, len(prepared), 64):
            embedder.embed_prepared(prepared[start : start + 64])
        return Spent(time.perf_counter() - clock, time.process_time() - processor)
    finally:
        torch.set_num_threads(ours[0])
        torch.set_float32_matmul_precision(ours[1])


def bare_texts(models: Models, texts: list[str]) -> Spent:
    clock, processor = time.perf_counter(), time.process_time()
    for start in range(0, len(texts), 64):
        models.embedder.embed_texts(texts[start : start + 64])
    return Spent(time.perf_counter() - clock, time.process_time() - processor)


def indexed(
    settings: Settings, models: Models, feed: Path, root: Path, folder: Path, engine: Engine
) -> tuple[Counts, Spent]:
    store = wiring.open_store(folder, models, create=True)
    indexing = FeedIndexing(store, wiring.ingest(settings, models, store), engine=engine)
    clock, processor = time.perf_counter(), time.process_time()
    counts = indexing.run([feed], lambda _: wiring.picture_sources(settings, root))
    spent = Spent(time.perf_counter() - clock, time.process_time() - processor)
    store.close()
    if counts.rejected:
        sys.exit(f"{counts.rejected} rows were rejected: see {counts.rejects_file}")
    return counts, spent


def report(turn: int, bare: Spent, ours: Spent, counts: Counts) -> None:
    n = counts.pictures
    print(
        f"{turn + 1}: bare {n / bare.clock_s:6.1f} pictures/s ({bare.processor_s / n * 1e3:.1f} ms "
        f"of processor each), ours {n / ours.clock_s:6.1f} ({ours.processor_s / n * 1e3:.1f} ms): "
        f"{bare.clock_s / ours.clock_s:.2f}"
    )
    stages = ", ".join(f"{name} {spent:.1f}" for name, spent in counts.stage_seconds.items())
    print(f"   {ours.clock_s:.1f} s; seconds by stage, which overlap: {stages}")


if __name__ == "__main__":
    main()
