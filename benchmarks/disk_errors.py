"""A disk that fails while an index is written: ``python -m benchmarks.disk_errors --runs 20``.

Each run begins with a sound store of half a feed and indexes the whole, as ``benchmarks.crash``
does; from a random write or sync on, those below the store's folder, or in every second run below
that of its versions alone, give EIO, in turns once, five times, and for good (a library built with
gcc and put before libc's). Asked of each: a message of one line and exit code 1, or success, as
where SQLite cannot yet copy its log into the database; every product that was acknowledged is
found, none twice, none mixed up, and there is a version; and the same command on a sound disk ends
the feed. Exit code 1 where not.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.crash import FAULTS, SPACE, check, child, make_feed
from benchmarks.machine import machine_line
from index.errors import CatalogueError
from index.store import Store
from tests.disk_errors import BadDisk, bad_disk

_TIMES = (1, 5, 10**9)
_BATCH_ROWS = 32
_TIMEOUT_S = 300
UNDER = ("store", "store/versions")
"""The folders whose disk fails, in turns: all, or that of the saved versions alone."""
_MORE_FAULTS = ("without a message", "not ended afterwards", "no version")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", type=Path)
    given = parser.parse_args()
    if given.child:
        index(given.child)
        return
    total: Counter[str] = Counter()
    draw = random.Random(given.seed)  # noqa: S311
    with tempfile.TemporaryDirectory() as name:
        disk = bad_disk(Path(name))
        if disk is None:
            sys.exit("gcc on Linux is needed")
        folder = prepared(Path(name) / "shop", given.rows)
        writes = {under: counted(folder, disk, under) for under in UNDER}
        print(f"{machine_line()}\nwrites and syncs in a run without faults: {writes}")
        for number in range(given.runs):
            times = _TIMES[number % len(_TIMES)]
            under = UNDER[number % len(UNDER)]
            after = draw.randrange(writes[under])
            found, said = run(folder, disk.environment(folder / under, after, times))
            total.update(found)
            print(
                f"run {number + 1}: {under} from {after}, {times} times: {said or 'done'}",
                flush=True,
            )
            if faults := {key: found[key] for key in (*FAULTS, *_MORE_FAULTS) if found[key]}:
                print(f"  WRONG {faults}")
    print(json.dumps(total))
    print(f"at the end: {machine_line()}")
    sys.exit(1 if any(total[one] for one in (*FAULTS, *_MORE_FAULTS)) else 0)


def prepared(folder: Path, rows: int) -> Path:
    """Makes the feed, and in ``sound`` a store with a version of its first half."""
    folder.mkdir()
    make_feed(folder, rows)
    whole = (folder / "feed.csv").read_text()
    half = whole.splitlines(keepends=True)[: rows // 2 + 1]
    (folder / "feed.csv").write_text("".join(half))
    start(folder, None).check_returncode()
    (folder / "feed.csv").write_text(whole)
    (folder / "store").rename(folder / "sound")
    (folder / "journal").rename(folder / "sound-journal")
    return folder


def restored(folder: Path) -> None:
    """Puts the sound store and its journal in place."""
    shutil.rmtree(folder / "store", ignore_errors=True)
    shutil.copytree(folder / "sound", folder / "store")
    shutil.copy(folder / "sound-journal", folder / "journal")


def counted(folder: Path, disk: BadDisk, under: str) -> int:
    """Writes and syncs below a folder in a run in which none fails."""
    restored(folder)
    report = folder / "report"
    start(folder, disk.environment(folder / under, 10**9, 0, report))
    return int(report.read_text())


def run(folder: Path, environment: dict[str, str]) -> tuple[Counter[str], str]:
    """One run on a failing disk and one on a sound one; what is wrong, and what was said."""
    restored(folder)
    done = start(folder, environment)
    said = done.stderr.strip()
    found = check(folder)
    found["stopped"] = int(done.returncode != 0)
    is_told = done.returncode == 1 and said.startswith("snapshelf: ") and "\n" not in said
    found["without a message"] = int(done.returncode != 0 and not is_told)
    store = Store(folder / "store", SPACE)
    found["no version"] = int(not store.refresh().version)
    store.close()
    again = start(folder, None)
    acknowledged = set((folder / "journal").read_text().split())
    rows = len((folder / "feed.csv").read_text().splitlines()) - 1
    found["not ended afterwards"] = int(again.returncode != 0 or len(acknowledged) != rows)
    found.update({key: value for key, value in check(folder).items() if key in FAULTS})
    return found, said


def start(folder: Path, environment: dict[str, str] | None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "benchmarks.disk_errors", "--child", str(folder)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=_TIMEOUT_S,  # killed then
    )


def index(folder: Path) -> None:
    """As the ``snapshelf`` command: an error is a line."""
    try:
        child(folder, _BATCH_ROWS)
    except CatalogueError as error:
        sys.exit(f"snapshelf: {error}")


if __name__ == "__main__":
    main()
