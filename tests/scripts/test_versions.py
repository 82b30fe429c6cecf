"""``snapshelf versions`` and ``snapshelf rollback`` as a user runs them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from index.errors import StoreBusyError, StoreDamagedError, StoreMissingError, UnknownVersionError
from index.store import Store, hold
from index.types import Query
from scripts.cli import app_for
from tests.fakes import product, record, small_store, text_vector


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two versions, and a write that neither holds; it stays open, as a server has it."""
    opened = small_store(tmp_path / "store", [record("p1"), record("p2")])
    opened.publish({"recall_at_1": 0.875, "recall_at_1_ci95": [0.7, 0.95], "questions": 200})
    opened.upsert([record(product("p1"), ["elsewhere"]), record("p3")])
    opened.publish()
    opened.upsert([record("p4")])
    yield opened
    opened.close()


def run(*arguments: str) -> Any:
    """The command's standard output as JSON; raises what it raised."""
    result = CliRunner().invoke(app_for(()), [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def listed(store: Store) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in run("versions", "--store", str(store.folder))}


def found(store: Store) -> set[str]:
    [candidates] = store.search([Query(image=text_vector("picture p1"), k=100)])
    return {one.id for one in store.catalogue.products([c.key for c in candidates]).values()}


def test_versions_are_listed_with_what_they_hold(store: Store) -> None:
    first, second = listed(store).values()
    assert first["made_at"] <= second["made_at"]
    for name in ("made_at", "embedder"):
        assert isinstance(first.pop(name), str)
    assert first == {
        "name": "00000001",
        "sequence": 1,
        "products": 2,
        "pictures": 2,
        "is_sound": True,
        "is_current": False,
        "recall_at_1": 0.875,
        "recall_at_1_ci95": [0.7, 0.95],
        "questions": 200,
    }
    assert (second["sequence"], second["products"], second["is_current"]) == (2, 3, True)
    assert second["recall_at_1"] is None


def test_the_table_says_which_is_current_and_which_is_damaged(store: Store) -> None:
    (store.folder / "versions" / "00000001" / "texts.faiss").write_bytes(b"")
    result = CliRunner(env={"COLUMNS": "200"}).invoke(
        app_for(()), ["versions", "--store", str(store.folder)]
    )
    first, second = [line for line in result.output.splitlines() if "00000" in line]
    assert "DAMAGED, not used" in first
    assert "87.5% of 200 first" in first
    assert "sound, current" in second


def test_a_lost_manifest_is_shown_as_damage(store: Store) -> None:
    (store.folder / "versions" / "00000001" / "manifest.json").unlink()
    shown = listed(store)["00000001"]
    assert not shown["is_sound"]
    assert shown["sequence"] is None


def test_a_running_server_sees_the_rollback_at_its_next_search(store: Store) -> None:
    assert found(store) == {"p1", "p2", "p3", "p4"}
    changed = run("rollback", "00000001", "--store", str(store.folder))
    assert changed == {
        "went_back_to": "00000001",
        "present_state_kept_as": "00000003",
        "version": "00000004",
        "restored": ["p1"],
        "removed": ["p3", "p4"],
    }
    assert found(store) == {"p1", "p2"}
    assert list(listed(store)) == ["00000002", "00000003", "00000004"]


def test_the_way_forward_again_is_printed(store: Store) -> None:
    result = CliRunner().invoke(app_for(()), ["rollback", "00000001", "--store", str(store.folder)])
    assert "what was there before is version 00000003" in result.output
    assert "2 products removed: p3, p4" in result.output
    run("rollback", "00000003", "--store", str(store.folder))
    assert found(store) == {"p1", "p2", "p3", "p4"}


def test_a_store_without_versions_says_so(tmp_path: Path) -> None:
    small_store(tmp_path / "store", [record("p1")]).close()
    result = CliRunner().invoke(app_for(()), ["versions", "--store", str(tmp_path / "store")])
    assert (result.exit_code, "no version was saved yet" in result.output) == (0, True)
    assert run("versions", "--store", str(tmp_path / "store")) == []


def test_what_cannot_be_gone_back_to_is_named_and_nothing_changes(store: Store) -> None:
    before = found(store)
    (store.folder / "versions" / "00000001" / "table.npz").write_bytes(b"damaged")
    with pytest.raises(StoreDamagedError, match=r"00000001/table\.npz is missing or damaged"):
        run("rollback", "00000001", "--store", str(store.folder))
    with pytest.raises(UnknownVersionError, match="no version '9'; there are: 00000001, 00000002"):
        run("rollback", "9", "--store", str(store.folder))
    lock = hold(store.writer_lock())
    with pytest.raises(StoreBusyError, match="another process is writing"):
        run("rollback", "00000002", "--store", str(store.folder))
    lock.release()
    assert found(store) == before


@pytest.mark.parametrize("command", [["versions"], ["rollback", "1"]])
def test_no_store_is_an_error(tmp_path: Path, command: list[str]) -> None:
    with pytest.raises(StoreMissingError, match="there is no store"):
        run(*command, "--store", str(tmp_path / "nothing"))
