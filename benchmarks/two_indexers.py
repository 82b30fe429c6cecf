"""Two indexers of one store at the same moment: ``python -m benchmarks.two_indexers --runs 50``.

Two processes, the real ``FeedIndexing`` and ``Ingest`` of ``benchmarks.crash`` on a feed each, wait
for one file and begin together; every second run into the store of the run before. One may wait or
end with a message; then the store must hold the whole feed of each that said that it was done, and
nothing of one that was refused; every product its own first match, there once, index and catalogue
alike. Exit code 1 where not.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.crash import FAULTS, SPACE, MeanColour, PixelEmbedder, begin_anew, check, make_feed
from benchmarks.machine import machine_line
from index.errors import StoreBusyError
from index.store import Store
from service.indexing import FeedIndexing
from service.ingest import Ingest
from service.picture_sources import PictureSources
from vision.decode import decode

_NAMES = ("even", "odd")
_MORE_FAULTS = ("neither", "without a message", "of a refused one")
_TIMEOUT_S = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--rows", type=int, default=400, help="products of both feeds")
    parser.add_argument("--child", nargs=2, metavar=("FOLDER", "NAME"))
    given = parser.parse_args()
    if given.child:
        child(Path(given.child[0]), given.child[1])
        return
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_feeds(folder, given.rows)
        for number in range(given.runs):
            if number % 2 == 0:
                begin_anew(folder, None)
            found = run(folder)
            total.update(found)
            print(f"run {number + 1}: {dict(found)}", flush=True)
    print(machine_line())
    print(json.dumps(total))
    sys.exit(1 if any(total[one] for one in (*FAULTS, *_MORE_FAULTS)) else 0)


def make_feeds(folder: Path, rows: int) -> None:
    """Deals one feed out to two."""
    make_feed(folder, rows)
    head, *lines = (folder / "feed.csv").read_text().splitlines()
    for number, name in enumerate(_NAMES):
        (folder / f"{name}.csv").write_text("\n".join([head, *lines[number::2]]) + "\n")


def child(folder: Path, name: str) -> None:
    """Indexes one of the feeds, once the file ``go`` is there."""
    (folder / f"{name}.ready").touch()
    until = time.monotonic() + _TIMEOUT_S
    while not (folder / "go").exists():
        if time.monotonic() > until:
            sys.exit("nobody said go")
        time.sleep(0.001)
    try:
        store = Store(folder / "store", SPACE, create=True)
        FeedIndexing(store, Ingest(PixelEmbedder(), MeanColour(), store, decode)).run(
            [folder / f"{name}.csv"], lambda _: PictureSources(folder / "pictures")
        )
    except StoreBusyError as error:
        sys.exit(f"busy: {error}")
    store.close()


def both(folder: Path) -> tuple[dict[str, int], dict[str, str]]:
    """Starts both at once; gives the exit code and the message of each. None stays behind."""
    command = [sys.executable, "-m", "benchmarks.two_indexers", "--child", str(folder)]
    processes: dict[str, subprocess.Popen[str]] = {}
    until = time.monotonic() + _TIMEOUT_S
    try:
        for name in _NAMES:
            processes[name] = subprocess.Popen([*command, name], stderr=subprocess.PIPE, text=True)
        while not all((folder / f"{name}.ready").exists() for name in _NAMES):
            if time.monotonic() > until or any(
                one.poll() is not None for one in processes.values()
            ):
                sys.exit("an indexer did not start")
            time.sleep(0.01)
        (folder / "go").touch()
        errors = {name: one.communicate(timeout=_TIMEOUT_S)[1] for name, one in processes.items()}
        return {name: one.returncode for name, one in processes.items()}, errors
    finally:
        for one in processes.values():
            one.kill()  # nothing where it has ended
            one.wait()


def run(folder: Path) -> Counter[str]:
    """Has both index; counts how they ended and what is wrong."""
    codes, errors = both(folder)
    for name in ("go", *(f"{one}.ready" for one in _NAMES)):
        (folder / name).unlink()
    won = [name for name, code in codes.items() if code == 0]
    with (folder / "journal").open("a") as file:
        for name in won:
            lines = (folder / f"{name}.csv").read_text().splitlines()[1:]
            file.write("".join(f"{one.partition(',')[0]}\n" for one in lines))
    found = check(folder)
    found["both done" if len(won) == 2 else "one done"] = 1
    found["neither"] = int(not won)
    found["without a message"] = sum(
        code != 0 and not errors[name].startswith("busy: another process is writing")
        for name, code in codes.items()
    )
    store = Store(folder / "store", SPACE)
    done = (folder / "journal").read_text().split()
    found["of a refused one"] = len(set(store.catalogue.ids()) - set(done))
    store.close()
    return found


if __name__ == "__main__":
    main()
