"""Indexing a folder of pictures: ours against clip-retrieval with the same open_clip model.

    python -m venv cr && cr/bin/pip install clip-retrieval "setuptools<80"
    python -m benchmarks.clip_retrieval --python cr/bin/python [--pictures 192] [--rounds 3]

Whole commands on the clock, start-up included, in turn: ``clip-retrieval inference`` (vectors into
files) and ``snapshelf index`` (vectors, titles, colours and display pictures into a store, and a
saved version), with the default engine and with ``int8``, without the publish gate's 100 questions
(``--check 0``), which clip-retrieval has no match for. The model is ViT-B-32 with random
weights. What a model's first use costs once (conversion, calibration) is paid before.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks import datasets
from benchmarks.machine import machine_line
from benchmarks.random_model import STATE, write_random_model

ARCHITECTURE = "ViT-B-32"
_BATCH = 32
_FEW = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", type=Path, required=True, help="of clip-retrieval's venv")
    parser.add_argument("--pictures", type=int, default=192)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model").mkdir()
        embedder = write_random_model(ARCHITECTURE, folder / "model")
        few = pictures(folder / "few", _FEW)
        whole = pictures(folder / "pictures", given.pictures)
        runs: dict[str, Callable[[Path], float]] = {
            "clip-retrieval": partial(theirs, given.python, folder),
            "snapshelf": partial(ours, embedder, "auto", folder),
            "snapshelf int8": partial(ours, embedder, "int8", folder),
        }
        for run in runs.values():  # converts, and fills the page cache
            run(few)
        seconds: dict[str, list[float]] = {one: [] for one in runs}
        for _ in range(given.rounds):
            for one, run in runs.items():
                seconds[one].append(run(whole))
        starts = {one: run(few) for one, run in runs.items()}
    report(given.pictures, seconds, starts)


def pictures(folder: Path, most: int) -> Path:
    """So many JPEG files of real products, or of the demo shop where these are not at hand."""
    root = datasets.ROOT / "luma"
    root = root if root.is_dir() else Path(__file__).parents[1] / "data" / "demo"
    found = sorted(root.rglob("*.jpg"))
    folder.mkdir()
    for number in range(most):
        shutil.copy(found[number % len(found)], folder / f"{number:05}.jpg")
    return folder


def theirs(python: Path, folder: Path, images: Path) -> float:
    """Seconds of ``clip-retrieval inference``."""
    out = folder / "theirs"
    shutil.rmtree(out, ignore_errors=True)
    command = [
        str(python.absolute().with_name("clip-retrieval")), "inference",
        f"--input_dataset={images}", f"--output_folder={out}", "--input_format=files",
        f"--clip_model=open_clip:{ARCHITECTURE}/{folder / 'model' / STATE}",
        "--use_jit=False", "--enable_text=False", f"--batch_size={_BATCH}",
        "--num_prepro_workers=2",
    ]  # fmt: skip
    return timed(command, dict(os.environ))


def ours(embedder: str, engine: str, folder: Path, images: Path) -> float:
    """Seconds of ``snapshelf index`` into a new store."""
    store = folder / "ours"
    shutil.rmtree(store, ignore_errors=True)
    environment = dict(
        os.environ,
        SNAPSHELF_EMBEDDER=embedder,
        SNAPSHELF_ENGINE=engine,
        SNAPSHELF_CACHE=str(folder / "cache"),
    )
    command = [sys.executable, "-m", "scripts", "index", str(images)]
    command += ["--store", str(store), "--check", "0"]
    return timed(command, environment)


def timed(command: list[str], environment: dict[str, str]) -> float:
    before = time.perf_counter()
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return time.perf_counter() - before


def report(count: int, seconds: dict[str, list[float]], starts: dict[str, float]) -> None:
    print(machine_line())
    first = np.array(seconds["clip-retrieval"])
    print(f"{ARCHITECTURE}, {count} pictures, medians of {len(first)}")
    for name, one in seconds.items():
        median = float(np.median(one))
        net = (count - _FEW) / max(median - starts[name], 1e-9)
        ratio = float(np.median(first / np.array(one)))
        print(
            f"  {name:15} {median:6.1f} s, {count / median:5.1f} pictures a second; of {_FEW} "
            f"pictures {starts[name]:5.1f} s, net {net:5.1f} a second; "
            f"clip-retrieval takes {ratio:.2f} times as long"
        )


if __name__ == "__main__":
    main()
