"""Commands as a user runs them: exit codes, one readable line, JSON."""

import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.scripts.commands import ROOT, failed, run
from tests.service.conftest import drawn


def process(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as a shell starts it."""
    return subprocess.run(
        [sys.executable, "-m", "scripts", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feed")
    lines = ["id,title,price,image_link"]
    for colour in ("red", "blue"):
        drawn("disc", colour).save(folder / f"{colour}.png")
        lines.append(f"{colour},{colour.title()} disc,5.00 USD,{colour}.png")
    path = folder / "feed.csv"
    path.write_text("\n".join(lines) + "\n")
    (folder / "queries.csv").write_text("photo,product\nred.png,red\nblue.png,blue\n")
    return path


@pytest.fixture(scope="module")
def store(feed: Path) -> Path:
    folder = feed.parent / "store"
    result = run("index", str(feed), "--store", str(folder), "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["added"] == 2
    return folder


def test_a_search_prints_the_contracts_json(store: Path, feed: Path) -> None:
    photo = str(feed.parent / "blue.png")
    result = process("search", photo, "--store", str(store), "--json", "--filter", "price=1..9")
    body = json.loads(result.stdout)
    assert body["items"][0]["matches"][0]["id"] == "blue"
    assert result.returncode == 0


def test_a_search_prints_a_table_for_people(store: Path, feed: Path) -> None:
    result = run("search", "--text", "red disc", "--store", str(store))
    assert "Red disc" in result.stdout
    assert "5.00 USD" in result.stdout


def test_eval_prints_the_contracts_json(store: Path, feed: Path) -> None:
    result = run("eval", str(feed.parent / "queries.csv"), "--store", str(store), "--json")
    overall = json.loads(result.stdout)["overall"]
    assert overall["n"] == 2
    assert overall["recall_at_1"] == 1.0
    assert overall["recall_at_1_ci95"] == [1.0, 1.0]
    assert {"recall_at_5", "recall_at_10", "mrr", "map_at_10", "map_at_10_ci95"} <= set(overall)


def test_indexing_again_says_unchanged(store: Path, feed: Path) -> None:
    result = run("index", str(feed), "--store", str(store))
    assert "2 unchanged" in result.stdout


def test_prices_of_the_past_are_added_once(store: Path, tmp_path: Path) -> None:
    past = tmp_path / "past.csv"
    past.write_text("id,merchant,date,price\nred,,2026-01-05,4.50 USD\n")
    assert "1 past prices added" in run("prices", str(past), "--store", str(store)).stdout
    again = run("prices", str(past), "--store", str(store), "--json")
    assert json.loads(again.stdout) == {"added": 0, "known": 1, "without_product": 0}
    past.write_text("id,merchant,date,price\nred,,2026-01-05,free\n")
    failed(run("prices", str(past), "--store", str(store)), 1, "past.csv line 2: price")


def test_wrong_usage_is_exit_code_2(store: Path) -> None:
    failed(run("search"), 2, "--store")
    failed(run("nonsense"), 2, "nonsense")
    failed(run("search", "--text", "x", "--store", str(store), "--filter", "size=3"), 2, "size")
    failed(run("search", "--text", "x", "--store", str(store), "--k", "0"), 2, "k")


def test_what_is_missing_is_one_line_and_exit_code_1(store: Path, tmp_path: Path) -> None:
    failed(run("search", "--text", "x", "--store", str(tmp_path / "none")), 1, "no store at")
    failed(run("search", "none.jpg", "--store", str(store)), 1, "none.jpg: No such file")
    failed(run("index", "none.csv", "--store", str(tmp_path / "s")), 1, "no such file")
    failed(run("eval", "none.csv", "--store", str(store)), 1, "none.csv")


def test_a_feed_with_a_bad_row_indexes_the_good_ones_and_says_partial(
    feed: Path, tmp_path: Path
) -> None:
    bad = feed.parent / "bad.csv"
    bad.write_text(feed.read_text() + "x,Broken,abc,red.png\n")
    result = run("index", str(bad), "--store", str(tmp_path / "s"), "--json")
    failed(result, 1, "partial: 1 rows rejected")
    counts = json.loads(result.stdout)
    assert (counts["added"], counts["rejected"]) == (2, 1)
    [entry] = [json.loads(line) for line in Path(counts["rejects_file"]).read_text().splitlines()]
    assert (entry["line"], entry["id"]) == (4, "x")
    assert "price: 'abc'" in entry["reason"]


def test_an_index_run_that_was_killed_goes_on_where_it_stopped(feed: Path, tmp_path: Path) -> None:
    rows = 400
    many = feed.parent / "many.csv"
    lines = [f"p{i},Disc {i},5.00 USD,{('red', 'blue')[i % 2]}.png" for i in range(rows)]
    many.write_text("\n".join(["id,title,price,image_link", *lines]) + "\n")
    folder = tmp_path / "store"
    command = [sys.executable, "-m", "scripts", "index", str(many), "--store", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and committed(folder) == 0:
            time.sleep(0.02)
        process.kill()
    kept = committed(folder)
    assert 0 < kept < rows
    result = run("index", str(many), "--store", str(folder), "--json")
    counts = json.loads(result.stdout)
    assert (counts["unchanged"], counts["added"]) == (kept, rows - kept)
    assert committed(folder) == rows


def committed(store: Path) -> int:
    """Products in the database of a store that may not be there yet."""
    database = store / "catalogue.sqlite3"
    if not database.exists():
        return 0
    with contextlib.closing(sqlite3.connect(database)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM product").fetchone()[0])
        except sqlite3.OperationalError:  # the tables are not made yet
            return 0


def test_make_docs_writes_the_interface(tmp_path: Path) -> None:
    from scripts.write_openapi import main

    main(tmp_path / "openapi.json")
    written = json.loads((tmp_path / "openapi.json").read_text(encoding="utf-8"))
    assert "/v1/search" in written["paths"]


def test_a_feed_in_an_unknown_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "feed.docx").write_bytes(b"PK")
    failed(run("index", "feed.docx", "--store", "s", cwd=tmp_path), 1, "allowed are .csv")


def test_a_store_that_cannot_be_made_is_refused(feed: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    failed(run("index", str(feed), "--store", str(tmp_path / "file" / "s")), 1, "cannot be made")


def test_a_store_of_another_embedder_is_refused_with_the_way_out(
    store: Path, feed: Path, other_model: str
) -> None:
    result = run("index", str(feed), "--store", str(store), "--embedder", other_model)
    failed(result, 1, "--fresh")


def test_an_unknown_embedder_is_refused_and_the_allowed_are_named(store: Path) -> None:
    result = run("search", "--text", "x", "--store", str(store), "--embedder", "clap")
    failed(result, 1, "hf-hub:ORG/REPO")


def test_a_port_in_use_shows_before_any_model_is_loaded(store: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        failed(process("serve", "--store", str(store), "--port", port), 1, "cannot listen")


def test_settings_are_listed_with_their_meaning() -> None:
    result = run("settings")
    assert "SNAPSHELF_EMBEDDER" in result.stdout
    assert json.loads(run("settings", "--json").stdout)["device"] == "auto"


@pytest.fixture(scope="module")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tiny open_clip model with random weights."""
    from open_clip.model import CLIP
    from safetensors.torch import save_model

    folder = tmp_path_factory.mktemp("model")
    config = {
        "embed_dim": 16,
        "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16},
        "text_cfg": {"context_length": 8, "width": 64, "heads": 1, "layers": 1},
    }
    save_model(CLIP(**config), str(folder / "open_clip_model.safetensors"))
    whole = {"model_cfg": config, "preprocess_cfg": {}}
    (folder / "open_clip_config.json").write_text(json.dumps(whole))
    return f"local-dir:{folder}"


def test_a_backup_is_a_store_that_answers_as_the_first(
    store: Path, feed: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    result = run("backup", str(copy), "--store", str(store), "--json")
    assert json.loads(result.stdout)["bytes"] > 0
    failed(run("backup", str(copy), "--store", str(store)), 1, "there already")
    found = run("search", str(feed.parent / "blue.png"), "--store", str(copy), "--json")
    assert json.loads(found.stdout)["items"][0]["matches"][0]["id"] == "blue"
