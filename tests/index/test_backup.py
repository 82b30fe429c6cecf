"""A backup is a whole store of one moment, whatever happens meanwhile."""

import threading
from itertools import count
from pathlib import Path

import pytest

from index.backup import back_up
from index.errors import StoreDamagedError, StoreMissingError, StoreUnwritableError
from index.store import Store
from index.store_folder import DATABASE
from index.types import Query
from tests.fakes import SPACE, record, small_store, text_vector


def nearest(store: Store, name: str) -> str:
    [candidates] = store.search([Query(image=text_vector(f"picture {name}"), k=1)])
    return store.catalogue.products([candidates[0].key])[candidates[0].key].id


def test_a_backup_made_while_others_write_has_all_that_was_acknowledged_before(
    tmp_path: Path,
) -> None:
    store = small_store(tmp_path / "store", [record(f"p{n}") for n in range(20)])
    store.publish()
    store.upsert([record("late")])
    is_done, began = threading.Event(), threading.Event()

    def write_on() -> None:
        for number in count():
            if is_done.is_set():
                return
            store.upsert([record(f"w{number}")])
            began.set()

    writer = threading.Thread(target=write_on)
    writer.start()
    began.wait(60)
    size = back_up(tmp_path / "store", tmp_path / "copy")
    is_done.set()
    writer.join()
    store.close()
    assert size == (tmp_path / "copy" / DATABASE).stat().st_size
    copy = Store(tmp_path / "copy", SPACE)
    for name in (*(f"p{n}" for n in range(20)), "late", "w0"):
        assert nearest(copy, name) == name
    written = copy.catalogue.count()[0] - 21
    assert nearest(copy, f"w{written - 1}") == f"w{written - 1}"  # a prefix of what was written
    assert copy.lexical("late") is not None
    copy.upsert([record("afterwards")])
    assert nearest(copy, "afterwards") == "afterwards"
    copy.close()


def test_what_is_there_is_not_overwritten_and_what_is_no_store_is_named(tmp_path: Path) -> None:
    small_store(tmp_path / "store", [record("p1")]).close()
    (tmp_path / "copy").mkdir()
    with pytest.raises(StoreUnwritableError, match="there already"):
        back_up(tmp_path / "store", tmp_path / "copy")
    with pytest.raises(StoreMissingError, match="no store at"):
        back_up(tmp_path / "nothing", tmp_path / "new")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnwritableError, match="cannot be written"):
        back_up(tmp_path / "store", tmp_path / "file" / "new")


def test_a_damaged_catalogue_gives_no_backup(tmp_path: Path) -> None:
    small_store(tmp_path / "store", [record(f"p{n}") for n in range(200)]).close()
    database = tmp_path / "store" / DATABASE
    whole = database.read_bytes()
    database.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreDamagedError, match=DATABASE):
        back_up(tmp_path / "store", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_run_that_was_cut_off_does_not_hinder_the_next(tmp_path: Path) -> None:
    small_store(tmp_path / "store", [record("p1")]).close()
    (tmp_path / "copy.tmp").mkdir()
    (tmp_path / "copy.tmp" / DATABASE).write_bytes(b"half")
    assert back_up(tmp_path / "store", tmp_path / "copy") > 0
    assert not (tmp_path / "copy.tmp").exists()
