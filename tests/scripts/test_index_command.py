"""``snapshelf index`` as a user runs it: its options, and an interrupted run."""

import json
import os
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

from service import wiring
from service.settings import load_settings
from service.types import SearchRequest
from tests.scripts.commands import ROOT, failed, run
from tests.service.conftest import drawn
from vision.embedded_model import embedded_model_dir


def test_a_folder_of_pictures_is_indexed_by_itself(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    (folder / "more").mkdir(parents=True)
    drawn("disc", "red").save(folder / "red_disc.png")
    drawn("box", "blue").save(folder / "more" / "blue-box.png")
    result = run("index", str(folder), "--store", str(tmp_path / "s"), "--json")
    assert result.returncode == 0, result.stderr
    counts = json.loads(result.stdout)
    assert (counts["added"], counts["pictures"]) == (2, 2)
    assert set(counts["stage_seconds"]) >= {"read", "fetch", "decode", "embed", "commit"}
    found = run("search", str(folder / "red_disc.png"), "--store", str(tmp_path / "s"), "--json")
    assert json.loads(found.stdout)["items"][0]["matches"][0]["title"] == "red disc"


def test_pictures_without_names_are_found_by_what_the_captioner_says_of_them(
    tmp_path: Path,
) -> None:
    folder, store = tmp_path / "pictures", tmp_path / "s"
    folder.mkdir()
    for number, name in enumerate(("mug-navy", "sneaker-red", "boot-green"), 4021):
        [picture] = (ROOT / "data" / "demo" / "images").glob(f"*-{name}-0.jpg")
        shutil.copy(picture, folder / f"IMG_{number}.jpg")
    command = ["index", str(folder), "--store", str(store)]
    failed(run(*command, "--captioner", "gpt"), 1, "'gpt': allowed are embedded, none, qwen")
    assert not store.exists()
    assert json.loads(run(*command, "--json").stdout)["added"] == 3
    counts = json.loads(run(*command, "--captioner", "embedded", "--json").stdout)
    assert (counts["updated"], counts["captioned"], counts["unnamed"]) == (3, 3, 2)
    again = run(*command, "--captioner", "embedded")
    assert "0 added, 0 updated, 3 unchanged" in again.stdout
    assert "captioned" not in again.stdout
    assert json.loads(run(*command, "--json").stdout)["unchanged"] == 3
    fresh = run(*command, "--captioner", "embedded", "--fresh")
    assert "3 pictures captioned, a thing is named in 1" in fresh.stdout
    settings = load_settings(captioner="none", detector="none")
    models = wiring.load_models(settings)
    opened = wiring.open_store(store, models)
    search = wiring.search_pipeline(settings, models, opened).search
    [item] = search(SearchRequest(text="red shoes")).items
    assert (item.matches[0].product.id, item.matches[0].product.title) == (
        "IMG_4022.jpg",
        "IMG 4022",
    )
    opened.close()


def test_what_is_no_engine_and_what_is_no_currency_is_wrong_usage(tmp_path: Path) -> None:
    store = str(tmp_path / "s")
    failed(run("index", "x.csv", "--store", store, "--engine", "dask"), 2, "dask")
    failed(run("index", "x.csv", "--store", store, "--currency", "XXY"), 2, "no ISO 4217 currency")


def test_complete_removes_and_the_currency_of_the_feed_counts(tmp_path: Path) -> None:
    drawn("disc", "red").save(tmp_path / "red.png")
    feed, store = tmp_path / "feed.csv", str(tmp_path / "s")
    rows = [f"{name},Disc,5.00,red.png" for name in ("a", "b")]
    feed.write_text("\n".join(["id,title,price,image_link", *rows]))
    assert run("index", str(feed), "--store", store, "--currency", "eur").returncode == 0
    feed.write_text("\n".join(["id,title,price,image_link", rows[0]]))
    arguments = ["--store", store, "--currency", "EUR", "--complete", "--json"]
    result = run("index", str(feed), *arguments, "--captioner", "none")
    assert result.returncode == 0, result.stderr
    counts = json.loads(result.stdout)
    assert (counts["removed"], counts["unchanged"]) == (1, 1)
    feed.write_text("id,title\n,nothing\n")
    result = run("index", str(feed), *arguments)
    assert result.returncode == 1
    assert json.loads(result.stdout)["removed"] == 0
    assert "nothing was removed: 1 rows could not be read" in result.stderr


def test_a_complete_feed_that_lacks_most_products_says_how_to_go_back(tmp_path: Path) -> None:
    drawn("disc", "red").save(tmp_path / "red.png")
    feed, store = tmp_path / "feed.csv", str(tmp_path / "s")
    rows = [f"{name},Disc,red.png" for name in ("a", "b", "c")]
    feed.write_text("\n".join(["id,title,image_link", *rows]))
    assert run("index", str(feed), "--store", store).returncode == 0
    feed.write_text("\n".join(["id,title,image_link", rows[0]]))
    result = run("index", str(feed), "--store", store, "--complete")
    assert "2 of 3 products were removed" in result.stderr
    assert "snapshelf rollback brings them back" in result.stderr


def test_a_feed_that_cannot_be_read_costs_no_vectors_under_another_embedder(tmp_path: Path) -> None:
    drawn("disc", "red").save(tmp_path / "red.png")
    feed, store = tmp_path / "feed.csv", str(tmp_path / "s")
    feed.write_text("id,title,image_link\na,Disc,red.png\n")
    assert run("index", str(feed), "--store", store).returncode == 0
    other = f"local-dir:{embedded_model_dir(load_settings().cache)}"
    changed = ["--store", store, "--embedder", other, "--fresh"]
    failed(run("index", str(tmp_path / "no.csv"), *changed), 1, "no.csv")
    assert "1 unchanged" in run("index", str(feed), "--store", store).stdout
    assert run("index", str(feed), *changed).returncode == 0
    failed(run("index", str(feed), "--store", store), 1, "made with the embedder")


def test_an_interrupted_run_says_how_far_it_came(tmp_path: Path) -> None:
    drawn("disc", "red").save(tmp_path / "red.png")
    rows = [f"{i},Disc {i},red.png" for i in range(30_000)]
    feed = tmp_path / "feed.csv"
    feed.write_text("\n".join(["id,title,image_link", *rows, ""]))
    store = tmp_path / "s"
    with subprocess.Popen(
        [sys.executable, "-m", "scripts", "index", str(feed), "--store", str(store), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        # a suite that runs in the background hands its ignoring of SIGINT down
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        assert process.stderr is not None
        try:
            assert "of about 30001 rows" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            out, errors = process.communicate(timeout=300)
        finally:
            process.kill()  # where it did not stop: none outlives its test
    assert process.returncode == 1
    counts = json.loads(out)
    assert counts["is_stopped"]
    assert 64 <= counts["added"] == counts["rows"] < 30_000
    assert f"stopped after {counts['rows']} of about 30001 rows; the store is whole" in errors
    assert "Traceback" not in errors
