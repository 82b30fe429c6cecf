"""Indexing on a cluster of two workers gives what this process alone gives, whoever dies.

Each run starts processes that import Ray Data, seconds of work: so there are few runs.
"""

import contextlib
import csv
import itertools
import os
import pickle
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from index.place import FolderPlace
from service import wiring
from service.indexing import Counts, FeedIndexing
from service.ingest import Ingest
from service.ray_jobs import Fetched
from service.settings import Settings
from tests.fakes import FakeColours, FakeEmbedder
from tests.scripts.commands import run
from tests.service.ray_fakes import fake_on, telling_decode, telling_on
from tests.service.test_captioning import Captioned, FakeCaptioner, nameless
from tests.service.test_indexing_stages import Bench, rejects, row
from vision.decode import decode
from vision.errors import ModelUnavailableError

ray_indexing = pytest.importorskip("service.ray_indexing")
DEMO = Path(__file__).resolve().parents[2] / "data" / "demo"
TIMES = {"seconds", "stage_seconds", "rejects_file"}


@pytest.fixture(scope="module")
def two_workers() -> Iterator[None]:
    with ray_indexing.cluster("", cpus=2):
        yield


class Cluster:
    """Indexes on it; ``pids`` is a folder in which its processes leave their ids."""

    def __init__(self, bench: Bench, pids: Path) -> None:
        self.bench = bench
        self.pids = pids
        self.reading = None

    def run(self, feed: Path, progress: Callable[[int], None]) -> Counts:
        colours = FakeColours()
        decoded = partial(telling_decode, self.pids)
        ingest = Ingest(self.bench.embedder, colours, self.bench.store, decoded)
        indexing = FeedIndexing(self.bench.store, ingest, engine=self.engine)
        return indexing.run([feed], self.bench.sources, progress=progress)

    def engine(self, *arguments: object) -> object:
        load = partial(telling_on, self.pids)
        self.reading = ray_indexing.RayReading(*arguments, load=load, rows=0)
        return self.reading

    def pid(self, kind: str) -> int | None:
        """The youngest process of a kind that is alive: Ray ends idle ones."""
        if kind == "jobs":
            import ray

            return int(ray.get(self.reading._jobs.__ray_call__.remote(lambda _: os.getpid())))
        found = sorted(self.pids.glob(f"{kind}-*"), key=os.path.getmtime)
        alive = filter(psutil.pid_exists, (int(one.name.partition("-")[2]) for one in found[::-1]))
        return next(alive, None)


def told(counts: Counts) -> dict[str, object]:
    return {name: value for name, value in vars(counts).items() if name not in TIMES}


def test_an_interrupt_and_killed_workers_cost_nothing(
    tmp_path: Path, two_workers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_indexing, "_RUN_JOBS", 16)  # several runs of the pipeline
    (tmp_path / "pids").mkdir()
    (tmp_path / "bad.png").write_bytes(b"no picture")
    rows = [row(i, merchant=merchant) for merchant in "AB" for i in range(400)]
    rows[600:600] = [
        row(900, image_link="missing.png"),
        row(901, image_link="bad.png"),
        row(902, additional_image_link="bad.png"),
        row(903, image_link=""),
        row(904, price="abc"),
        row(905, additional_image_link=",".join(["red.png", "blue.png"] * 40)),
    ]
    local, distributed = Bench(tmp_path, "local"), Bench(tmp_path, "distributed")
    feed = local.feed(rows)
    expected = local.run(feed)
    cluster = Cluster(distributed, tmp_path / "pids")

    def stop(_rows: int) -> None:
        raise KeyboardInterrupt

    stopped = cluster.run(feed, stop)
    assert stopped.is_stopped
    assert distributed.store.catalogue.count()[0] == stopped.added
    assert 0 < stopped.added < 400
    to_kill, turns = ["jobs", "task", "actor"], itertools.count()

    def kill_one(_rows: int) -> None:
        pid = cluster.pid(to_kill[-1]) if to_kill and next(turns) % 2 else None
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):  # ended in this moment: the next one
                os.kill(pid, signal.SIGKILL)
                to_kill.pop()

    for file in cluster.pids.iterdir():
        file.unlink()
    counts = cluster.run(feed, kill_one)
    assert to_kill == []
    assert len(list(cluster.pids.glob("actor-*"))) > 1
    assert counts.unchanged == stopped.added  # what was written is left as it is
    assert counts.unchanged + counts.added == expected.added
    assert (counts.updated, counts.rejected) == (expected.updated, expected.rejected)
    assert rejects(counts)[-5:] == rejects(expected)
    assert distributed.content() == local.content()
    assert distributed.embedder.pictures_seen == 0  # the workers' own did it


def test_captions_are_made_where_the_command_runs(tmp_path: Path, two_workers: None) -> None:
    local, distributed = Captioned(tmp_path, "local"), Captioned(tmp_path, "distributed")
    local.captioner, distributed.captioner = FakeCaptioner(), FakeCaptioner()
    distributed.engine = partial(ray_indexing.RayReading, load=fake_on, rows=8)
    feed = local.feed(nameless(range(8)))
    assert told(distributed.run(feed)) == told(local.run(feed))
    assert distributed.words() == local.words()
    assert distributed.content() == local.content()
    for one in (local, distributed):
        one.store.close()


def test_a_worker_that_cannot_embed_for_this_store_says_so() -> None:
    def unavailable() -> FakeEmbedder:
        raise ModelUnavailableError("no such weights")

    decoding = Ingest(FakeEmbedder(), FakeColours(), None, decode).loader.decoding  # type: ignore[arg-type]
    embedding = ray_indexing._Embedding
    for load, space, fault in (
        (unavailable, "fake", "no such weights"),
        (partial(fake_on, "cpu"), "other", "a worker has the embedder fake"),
    ):
        [done] = embedding(load, decoding, space)(ray_indexing._row(3, Fetched()))["value"]
        assert done.fault.startswith(fault)


def test_the_command_indexes_demo_pictures_as_the_local_engine_does(
    tmp_path: Path, two_workers: None
) -> None:
    settings = Settings()
    models = wiring.load_models(settings, is_searching=False)
    prepare = models.embedder.prepare  # type: ignore[attr-defined]
    assert len(pickle.dumps(prepare)) < 10_000  # it travels without the model
    with (DEMO / "feed.csv").open(newline="", encoding="utf-8") as file:
        rows = list(itertools.islice(csv.DictReader(file), 6))
    feed = tmp_path / "feed.csv"
    with feed.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    stores = [str(tmp_path / "ray"), str(tmp_path / "local")]
    options = ["--images-root", str(DEMO), "--check", "0", "--engine", "ray"]
    result = run("index", str(feed), "--store", stores[0], *options)
    assert result.returncode == 0, result.stderr
    assert "3 added" in result.stdout
    opened = [wiring.open_store(FolderPlace(Path(one)), models, create=True) for one in stores]
    expected = FeedIndexing(opened[1], wiring.ingest(settings, models, opened[1])).run(
        [feed], lambda _: wiring.picture_sources(settings, DEMO)
    )
    assert (expected.added, expected.pictures) == (3, 6)
    found, wanted = (one.catalogue.indexed([1, 2, 3]) for one in opened)
    for mine, theirs in zip(found, wanted, strict=True):
        assert mine.embeddings.tobytes() == theirs.embeddings.tobytes()
        assert mine.text_embedding.tobytes() == theirs.text_embedding.tobytes()
    for one in opened:
        one.close()
