"""Damaged files and a full disk: found, said, and never answered from."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.backends import saved_versions
from index.errors import StoreUnwritableError
from index.store import Store
from index.types import Query
from tests.fakes import SPACE, product, record, small_store, text_vector

IDS = ("p1", "p2", "p3", "p4")
FILES = ("pictures.faiss", "texts.faiss", "table.npz", "manifest.json")
CUTS, FLIPS = 20, 50


def first(store: Store, name: str) -> str:
    [[best, *_]] = store.search([Query(image=text_vector(f"picture {name}"))])
    return store.catalogue.products([best.key])[best.key].id


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A store with one version, and what that version was a week before."""
    folder = tmp_path_factory.mktemp("damage") / "store"
    store = small_store(folder, [record("p1"), record(product("p2"), ["another"])])
    store.publish()
    store.close()
    week_before = folder.parent / "week before"
    shutil.copytree(folder / "versions" / "00000001", week_before)
    store = Store(folder, SPACE)
    store.upsert([record(name) for name in IDS[1:]])
    store.publish()
    shutil.rmtree(folder / "versions" / "00000001")
    store.close()
    return folder, week_before


def spot(version: Path, part: float) -> tuple[Path, int]:
    """A byte of a version, counted over all its files."""
    place = int(part * (sum((version / name).stat().st_size for name in FILES) - 1))
    for name in FILES:
        size = (version / name).stat().st_size
        if place < size:
            return version / name, place
        place -= size
    raise AssertionError("unreachable")


def cut(version: Path, part: float) -> None:
    path, place = spot(version, part)
    os.truncate(path, place)


def flip(version: Path, part: float) -> None:
    path, place = spot(version, part)
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << place % 8
    path.write_bytes(content)


def damages(week_before: Path) -> Iterator[tuple[str, Callable[[Path], object]]]:
    for number in range(CUTS):
        yield f"cut {number}", lambda version, part=number / (CUTS - 1): cut(version, part)
    for number in range(FLIPS):
        yield f"flip {number}", lambda version, part=number / (FLIPS - 1): flip(version, part)
    yield "no manifest", lambda version: (version / "manifest.json").unlink()
    yield "old manifest", lambda version: shutil.copy(week_before / "manifest.json", version)


def test_every_damage_is_found_and_mended_and_none_is_answered_from(
    folders: tuple[Path, Path],
) -> None:
    """Target D4 of the project: 72 of 72."""
    folder, week_before = folders
    version = folder / "versions" / "00000002"
    whole = folder.parent / "whole"
    shutil.copytree(version, whole)
    found = 0
    for what, damage in damages(week_before):
        damage(version)
        [state] = saved_versions(folder)
        assert not state.is_sound, what
        store = Store(folder, SPACE)
        assert store.refresh().version == "", what  # built anew from the catalogue
        assert [first(store, name) for name in IDS] == list(IDS), what
        store.close()
        shutil.rmtree(version)
        shutil.copytree(whole, version)
        found += 1
    assert found == 72
    [state] = saved_versions(folder)
    assert state.is_sound


@pytest.mark.parametrize("name", FILES[:3])
def test_an_index_file_of_last_week_is_not_taken_for_today_s(
    folders: tuple[Path, Path], tmp_path: Path, name: str
) -> None:
    folder, week_before = folders
    copy = tmp_path / "store"
    shutil.copytree(folder, copy)
    shutil.copy(week_before / name, copy / "versions" / "00000002")
    store = Store(copy, SPACE)
    assert store.refresh().version == ""
    assert [first(store, one) for one in IDS] == list(IDS)
    store.close()


def test_all_files_of_last_week_are_brought_up_to_date(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    folder, week_before = folders
    copy = tmp_path / "store"
    shutil.copytree(folder, copy)
    shutil.rmtree(copy / "versions" / "00000002")
    shutil.copytree(week_before, copy / "versions" / "00000002")
    store = Store(copy, SPACE)
    assert store.refresh().version == "00000002"
    assert [first(store, one) for one in IDS] == list(IDS)
    store.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root: run the tests as root, or in a container")
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a small tmpfs cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(path: Path) -> None:
    """Leaves no room on the path's file system."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)


def test_a_full_disk_is_said_and_loses_nothing(small_disk: Path) -> None:
    store = small_store(small_disk / "store")
    written: list[str] = []

    def write_on() -> None:
        for number in range(10_000):
            store.upsert([record(f"p{number}", [f"{number}-{place}" for place in range(20)])])
            written.append(f"p{number}")
            if number == 10:
                store.publish()

    with pytest.raises(StoreUnwritableError, match=r"the catalogue cannot be written: .*full"):
        write_on()
    assert len(written) > 11
    assert first(store, "3-7") == "p3"
    store.close()
    again = Store(small_disk / "store", SPACE)
    assert again.refresh().version == "00000001"
    assert again.catalogue.ids() == written
    assert [first(again, f"{name[1:]}-0") for name in written] == written
    again.close()


def test_a_version_that_finds_no_room_leaves_the_old_one_and_comes_later(small_disk: Path) -> None:
    store = small_store(small_disk / "store", [record(f"p{number}") for number in range(200)])
    store.publish()
    store.upsert([record("late")])
    filler = small_disk / "filler"
    fill(filler)
    with pytest.raises(StoreUnwritableError, match="cannot be"):
        store.publish()
    assert first(store, "late") == "late"
    assert [state.name for state in saved_versions(store.folder)] == ["00000001"]
    filler.unlink()
    assert store.publish() == "00000002"
    store.close()
