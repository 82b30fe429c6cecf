"""Vectors in Milvus while processes are killed: ours, and Milvus's."""

import logging
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from index.errors import StoreBusyError, StoreMissingError, StoreUnavailableError
from index.place import FolderPlace, MilvusPlace
from index.snapshot import living
from index.store import Store
from index.types import Query
from tests.fakes import SPACE, record, small_store, text_vector
from tests.milvus import best, eventually, held, lite_server, milvus_folder, wanted

PRODUCTS = [record("mug", ["front", "back"]), record("plate")]


_WRITER = """
import sys
from pathlib import Path
from tests.fakes import record, small_store
from tests.milvus import milvus_folder
from index.types import Query
from tests.fakes import text_vector

store = small_store(milvus_folder(Path(sys.argv[1])))
for number in range(1000):
    store.upsert([record(f"p{number % 40}", [f"{number}-{view}" for view in range(2)])])
    found = store.search([Query(image=text_vector(f"picture {number}-1"))])[0][0]
    assert found.score > 0.8  # of a product with another, unlike picture
    print(number, flush=True)
"""


def test_a_process_that_is_killed_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    place = milvus_folder(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _WRITER, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.getcwd(), "OMP_NUM_THREADS": "1"},
    )
    with process:
        assert process.stdout is not None
        last = next(number for number in map(int, process.stdout) if number >= 20)
        with pytest.raises(StoreBusyError, match="one process at a time"):
            Store(place, SPACE)
        process.send_signal(signal.SIGKILL)
        last = max([last, *map(int, process.stdout)])
    with closing(Store(place, SPACE)) as store:
        assert best(store, f"{last}-1") == [f"p{last % 40}"]
        searched = [int(key) for live in store.refresh().segments for key in living(live)]
        assert set(searched) == wanted(store)[1]
        assert all(has >= needs for has, needs in zip(held(store), wanted(store), strict=True))


def test_a_server_that_is_away_is_told_and_found_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with lite_server(tmp_path / "milvus.db") as server, caplog.at_level(logging.INFO):
        place = FolderPlace(tmp_path / "store", server.vectors())
        with closing(small_store(place, PRODUCTS)) as store:
            assert best(store, "back") == ["mug"]
            server.kill()
            store.upsert([record("later")])
            with pytest.raises(StoreUnavailableError, match=r"milvus://127\.0\.0\.1") as told:
                store.search([Query(image=text_vector("picture later"))])
            server.start()
            assert eventually(store, "later") == ["later"]
            assert best(store, "back") == ["mug"]
            assert held(store) == wanted(store)
    assert "a-secret" not in str(told.value) + caplog.text


def test_nothing_is_made_where_no_server_answers(tmp_path: Path) -> None:
    nowhere = MilvusPlace("http://127.0.0.1:1", "shelf", "FLAT")
    with pytest.raises(StoreUnavailableError, match="does not answer"):
        small_store(FolderPlace(tmp_path / "store", nowhere))


def test_a_file_without_milvus_lite_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.milvus_collection.find_spec", lambda _: None)
    with pytest.raises(StoreMissingError, match="pip install --no-deps milvus-lite"):
        small_store(milvus_folder(tmp_path))
