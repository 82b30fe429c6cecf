"""Two processes index into one store: one wins, the other says so and writes nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from index.store import Store
from index.types import SpaceId
from tests.fakes import FakeEmbedder, picture

REPOSITORY = Path(__file__).resolve().parents[2]
SPACE = SpaceId(str(FakeEmbedder().identity), 16, "FakeColours", 4)

INDEXER = """
import sys, time
from pathlib import Path
from index.errors import StoreBusyError
from service.indexing import FeedIndexing
from service.ingest import Ingest
from service.picture_sources import PictureSources
from tests.fakes import FakeColours, FakeEmbedder, small_store
from tests.service.test_two_indexers import SPACE
from vision.decode import decode

class Waiting(Ingest):
    def commit(self, *arguments, **options):
        print("indexing", flush=True)
        while not Path(sys.argv[3]).exists():
            time.sleep(0.01)
        return super().commit(*arguments, **options)

feed = Path(sys.argv[2])
store = small_store(Path(sys.argv[1]), space=SPACE)
ingest = Waiting(FakeEmbedder(), FakeColours(), store, decode)
try:
    counts = FeedIndexing(store, ingest).run([feed], lambda _: PictureSources(feed.parent))
except StoreBusyError as error:
    sys.exit(f"busy: {error}")
print(counts.added, flush=True)
"""


def indexer(store: Path, feed: Path, go: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", INDEXER, str(store), str(feed), str(go)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def feeds(tmp_path: Path) -> list[Path]:
    picture("red").save(tmp_path / "red.png")
    made = []
    for name in ("ours", "theirs"):
        lines = [f"{name}-{number},Cup,red.png" for number in range(150)]  # three batches
        made.append(tmp_path / f"{name}.csv")
        made[-1].write_text("\n".join(["id,title,image_link", *lines]))
    return made


def test_the_second_of_two_indexers_exits_with_a_message(feeds: list[Path], tmp_path: Path) -> None:
    go, folder = tmp_path / "go", tmp_path / "store"
    first = indexer(folder, feeds[0], go)
    assert first.stdout is not None
    assert first.stdout.readline() == "indexing\n"  # has the lock, and waits
    second = indexer(folder, feeds[1], go)
    output, error = second.communicate(timeout=120)
    assert (second.returncode, output) == (1, "")
    assert error.startswith(f"busy: another process is writing to {folder}; try again when")
    go.touch()
    output, error = first.communicate(timeout=120)
    assert first.returncode == 0, error
    assert output.splitlines()[-1] == "150"
    store = Store(folder, SPACE)
    assert {name.split("-")[0] for name in store.catalogue.ids()} == {"ours"}
    assert store.catalogue.count() == (150, 150)
    assert store.refresh().version == "00000001"
    store.close()
    third = indexer(folder, feeds[1], go)  # the lock is free again
    output, error = third.communicate(timeout=120)
    assert third.returncode == 0, error
    assert output.splitlines()[-1] == "150"


def test_an_indexer_that_was_killed_leaves_no_lock(feeds: list[Path], tmp_path: Path) -> None:
    go, folder = tmp_path / "go", tmp_path / "store"
    first = indexer(folder, feeds[0], go)
    assert first.stdout is not None
    assert first.stdout.readline() == "indexing\n"
    first.kill()
    first.communicate()
    go.touch()
    second = indexer(folder, feeds[1], go)
    output, error = second.communicate(timeout=120)
    assert second.returncode == 0, error
    assert output.splitlines()[-1] == "150"
