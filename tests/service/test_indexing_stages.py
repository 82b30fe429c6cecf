"""Overlapping stages give what one batch after the other gives, whatever becomes of the run."""

import http.server
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from index.errors import FeedError
from index.store import Store
from service.indexing import Counts, FeedIndexing, IndexingOptions
from service.ingest import Ingest
from service.picture_sources import PictureSources
from service.seen_rows import SeenRows
from tests.fakes import FakeColours, FakeEmbedder, encoded, picture, small_store
from vision.decode import decode

REPOSITORY = Path(__file__).resolve().parents[2]
COLOURS = ("red", "green", "blue", "black")


def ingest_of(store: Store, embedder: FakeEmbedder) -> Ingest:
    return Ingest(embedder, FakeColours(), store, decode)


class Bench:
    """A store with fake models, and a folder of four pictures."""

    def __init__(self, folder: Path, name: str = "store") -> None:
        self.folder = folder
        self.store = small_store(folder / name)
        self.embedder = FakeEmbedder()
        for color in COLOURS:
            (folder / f"{color}.png").write_bytes(encoded(picture(color)))

    def run(self, *feeds: Path, **options: object) -> Counts:
        return self.indexing().run(
            list(feeds),
            self.sources,
            IndexingOptions(**options),  # type: ignore[arg-type]
        )

    def indexing(self) -> FeedIndexing:
        return FeedIndexing(self.store, ingest_of(self.store, self.embedder))

    def sources(self, _feed: Path) -> PictureSources:
        return PictureSources(self.folder, allow_private=True)

    def feed(self, rows: list[dict[str, object]], name: str = "feed.jsonl") -> Path:
        path = self.folder / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    def content(self) -> list[tuple[int, str, bytes, bytes]]:
        products = self.store.catalogue.products(self.store.catalogue.changes(0).upserted)
        return [
            (
                one.key,
                repr(products[one.key]),
                one.embeddings.tobytes(),
                one.text_embedding.tobytes(),
            )
            for one in self.store.catalogue.indexed(list(products))
        ]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.store.close()


def row(number: int, **more: object) -> dict[str, object]:
    color = COLOURS[number % 4]
    return {"id": f"p{number}", "title": f"Thing {number}", "image_link": f"{color}.png", **more}


def rejects(counts: Counts) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(counts.rejects_file).read_text().splitlines()]


def test_offers_of_one_product_in_batches_at_work_at_once_are_joined(bench: Bench) -> None:
    rows = [row(i, merchant=m) for m in ("A", "B", "C") for i in range(100)]
    counts = bench.run(bench.feed(rows))
    assert (counts.added + counts.updated, counts.rows) == (300, 300)
    assert bench.store.catalogue.count() == (100, 100)
    for i in range(100):
        offers = bench.store.catalogue.product(f"p{i}").offers
        assert [one.merchant for one in offers] == ["A", "B", "C"]


def test_the_stages_give_the_store_that_one_batch_after_the_other_gives(tmp_path: Path) -> None:
    chance = random.Random(3)
    rows = [row(chance.randrange(150), merchant=chance.choice("AB")) for _ in range(400)]
    first, second = Bench(tmp_path, "one"), Bench(tmp_path, "two")
    feed = first.feed(rows)
    first.run(feed)
    second.run(feed)
    assert first.content() == second.content()
    plain = Bench(tmp_path, "plain")
    from service.feed_batches import batches, open_feed

    ingest = ingest_of(plain.store, plain.embedder)
    for batch in batches(feed, open_feed(feed, ""), SeenRows(), ""):
        ingest.commit(batch.rows, plain.sources(feed).read)
    assert plain.content() == first.content()
    for one in (first, second, plain):
        one.store.close()


def test_ten_thousand_rows_with_five_percent_bad_ones(bench: Bench) -> None:
    def bad(number: int) -> bytes:
        kinds = [
            b'{"id": "x", "title"',
            json.dumps({"title": "no id", "image_link": "red.png"}).encode(),
            json.dumps(row(number, price=float("nan"))).encode(),
            json.dumps(row(number, price="NaN USD")).encode(),
            json.dumps(row(number, title="=SUM(A1:A9)")).encode(),
            b'{"id": "p", "title": "K\xfcche", "image_link": "red.png"}',
            json.dumps(row(number, image_link="missing.png")).encode(),
        ]
        if number in {20, 4020}:
            return json.dumps(row(number, description="x" * 10_000_000)).encode()
        return kinds[number // 20 % len(kinds)]

    lines = []
    for number in range(1, 10_001):
        good = json.dumps(row(number, description="Schön"), ensure_ascii=False).encode()
        lines.append(bad(number) if number % 20 == 0 else good)
    feed = bench.folder / "feed.jsonl"
    feed.write_bytes(b"\n".join(lines) + b"\n")
    counts = bench.run(feed)
    assert (counts.rows, counts.added, counts.rejected) == (10_000, 9_500, 500)
    found = rejects(counts)
    assert {entry["line"] for entry in found} == set(range(20, 10_001, 20))
    assert all(entry["reason"] and entry["kind"] == "rejected" for entry in found)
    assert bench.store.catalogue.product("p9999").description == "Schön"
    again = bench.run(feed)
    assert (again.unchanged, again.added, again.updated, again.pictures) == (9_500, 0, 0, 0)


def test_a_parquet_that_is_cut_off_is_refused_and_nothing_is_written(bench: Bench) -> None:
    path = bench.folder / "feed.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([row(i) for i in range(100)]), path)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(FeedError, match="is no readable Parquet"):
        bench.run(bench.feed([row(1)]), path)
    assert bench.store.catalogue.count() == (0, 0)


# removing what a whole feed lacks


def test_a_complete_feed_removes_what_it_lacks(bench: Bench) -> None:
    bench.run(bench.feed([row(i) for i in range(10)]))
    shorter = bench.feed([row(i) for i in range(7)])
    assert bench.run(shorter).removed == 0
    counts = bench.run(shorter, complete=True)
    assert (counts.removed, counts.unchanged, counts.not_removed) == (3, 7, "")
    assert bench.store.catalogue.count()[0] == 7


def test_a_product_whose_row_is_rejected_stays(bench: Bench) -> None:
    bench.run(bench.feed([row(i) for i in range(3)]))
    counts = bench.run(bench.feed([row(0), row(1, price="abc")]), complete=True)
    assert (counts.rejected, counts.removed) == (1, 1)
    assert {one.id for one in bench.store.catalogue.products([1, 2, 3]).values()} == {"p0", "p1"}


def test_a_product_listed_under_another_merchant_s_id_stays(bench: Bench) -> None:
    gtin = "4006381333931"
    bench.run(bench.feed([row(0, gtin=gtin, merchant="A"), row(9, gtin=gtin, merchant="B")]))
    assert bench.run(bench.feed([row(9, gtin=gtin, merchant="B")]), complete=True).removed == 0


@pytest.mark.parametrize("bad", ["{broken", '{"title": "no id"}'])
def test_after_a_row_that_nobody_can_name_nothing_is_removed(bench: Bench, bad: str) -> None:
    bench.run(bench.feed([row(i) for i in range(3)]))
    feed = bench.feed([row(0)])
    feed.write_text(feed.read_text() + bad + "\n")
    counts = bench.run(feed, complete=True)
    assert counts.removed == 0
    assert counts.not_removed.startswith("1 rows could not be read")
    assert bench.store.catalogue.count()[0] == 3


# stopping


def test_an_interrupted_run_keeps_what_it_wrote_and_the_next_goes_on(bench: Bench) -> None:
    feed = bench.feed([row(i) for i in range(1000)])

    def stop(_rows: int) -> None:
        raise KeyboardInterrupt

    counts = bench.indexing().run([feed], bench.sources, progress=stop)
    written = bench.store.catalogue.count()[0]
    assert counts.is_stopped
    assert 0 < written < 1000
    assert (counts.added, counts.version) == (written, "")
    again = bench.run(feed)
    assert (again.unchanged, again.added) == (written, 1000 - written)


RUNNER = """
import sys
from pathlib import Path
from tests.service.test_indexing_stages import Bench
bench = Bench(Path(sys.argv[1]))
done = 0
def told(rows):
    global done
    done += rows
    print(done, flush=True)
bench.indexing().run([bench.folder / "feed.jsonl"], bench.sources, progress=told)
"""


@pytest.mark.parametrize("wait", [1, 3, 6])
def test_kill_9_costs_no_more_than_the_batches_at_work(tmp_path: Path, wait: int) -> None:
    made = Bench(tmp_path)
    feed = made.feed([row(i) for i in range(1000)])
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(tmp_path)],
        cwd=REPOSITORY, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(wait)][-1]
    os.kill(process.pid, signal.SIGKILL)
    told = max([told, *(int(line) for line in process.stdout if line.endswith("\n"))])
    process.stdout.close()
    process.wait()
    counts = made.run(feed)
    assert told <= counts.unchanged < 1000
    assert counts.unchanged + counts.added == 1000
    whole = Bench(tmp_path, "whole")
    whole.run(feed)
    assert [one[1:] for one in made.content()] == [one[1:] for one in whole.content()]
    made.store.close()
    whole.store.close()


# pictures by URL


class Handler(http.server.BaseHTTPRequestHandler):
    pictures: dict[str, bytes]
    answers: list[tuple[str, int]]

    def do_GET(self) -> None:
        body = self.pictures.get(self.path)
        mark = f'"{hash(body)}"'
        status = 404 if body is None else 304 if self.headers["If-None-Match"] == mark else 200
        self.answers.append((self.path, status))
        self.send_response(status)
        self.send_header("ETag", mark)
        self.send_header("Content-Length", str(len(body) if body and status == 200 else 0))
        self.end_headers()
        if body and status == 200:
            self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def handler() -> Iterator[tuple[str, type[Handler]]]:
    pictures = {f"/{color}.png": encoded(picture(color)) for color in COLOURS}
    fresh = type("Fresh", (Handler,), {"pictures": pictures, "answers": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), fresh)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", fresh
    server.shutdown()
    server.server_close()


def test_an_unchanged_picture_costs_no_download_and_no_embedding(
    bench: Bench, handler: tuple[str, type[Handler]]
) -> None:
    server, seen = handler
    feed = bench.feed([row(i, image_link=f"{server}/{COLOURS[i]}.png") for i in range(4)])
    assert bench.run(feed).added == 4
    assert [status for _, status in seen.answers] == [200] * 4
    seen.answers.clear()
    before = bench.embedder.pictures_seen
    assert bench.run(feed).unchanged == 4
    assert [status for _, status in seen.answers] == [304] * 4
    assert bench.embedder.pictures_seen == before
    seen.answers.clear()
    seen.pictures["/red.png"] = encoded(picture("yellow"))
    counts = bench.run(feed)
    assert (counts.updated, counts.unchanged, counts.pictures) == (1, 3, 1)
    assert sorted(status for _, status in seen.answers) == [200, 304, 304, 304]
    seen.answers.clear()
    assert bench.run(feed, fresh=True).updated == 4
    assert [status for _, status in seen.answers] == [200] * 4


def test_a_picture_whose_vectors_went_with_a_rollback_is_fetched_whole(
    bench: Bench, handler: tuple[str, type[Handler]]
) -> None:
    server, seen = handler
    feed = bench.feed([row(i, image_link=f"{server}/{COLOURS[i]}.png") for i in range(4)])
    before = bench.run(feed).version
    seen.pictures["/red.png"] = encoded(picture("yellow"))
    assert bench.run(feed).updated == 1
    changed = bench.content()
    assert bench.store.rollback(before).restored == ("p0",)
    assert bench.content() != changed
    seen.answers.clear()
    counts = bench.run(feed)
    assert (counts.updated, counts.unchanged, counts.pictures) == (1, 3, 1)
    assert sorted(status for _, status in seen.answers) == [200, 304, 304, 304]
    assert bench.content() == changed


def test_a_picture_that_cannot_be_fetched_is_named_with_row_address_and_reason(
    bench: Bench, handler: tuple[str, type[Handler]]
) -> None:
    server, _ = handler
    address = f"{server}/nothing.png"
    rows = [row(0), row(1, image_link=address), row(2, additional_image_link=address)]
    counts = bench.run(bench.feed(rows))
    assert (counts.added, counts.rejected, counts.warnings) == (2, 1, 1)
    found = [(one["line"], one["picture"], one["kind"]) for one in rejects(counts)]
    assert found == [(2, address, "rejected"), (3, address, "warning")]
    assert all("status 404" in str(one["reason"]) for one in rejects(counts))


def test_what_hosts_say_of_pictures_is_forgotten_with_the_products(
    bench: Bench, handler: tuple[str, type[Handler]]
) -> None:
    server, _ = handler
    bench.run(bench.feed([row(i, image_link=f"{server}/{COLOURS[i]}.png") for i in range(4)]))
    urls = [f"{server}/{color}.png" for color in COLOURS]
    assert len(bench.store.catalogue.downloads(urls)) == 4
    bench.run(bench.feed([row(0, image_link=urls[0])]), complete=True)
    assert list(bench.store.catalogue.downloads(urls)) == urls[:1]


def test_stages_are_timed_and_counted(bench: Bench) -> None:
    counts = bench.run(bench.feed([row(i) for i in range(70)]))
    assert list(counts.stage_seconds) == ["read", "fetch", "decode", "embed", "commit", "publish"]
    assert all(seconds > 0 for seconds in counts.stage_seconds.values())
    assert (counts.rows, counts.added) == (70, 70)
