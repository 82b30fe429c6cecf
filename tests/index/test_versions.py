"""Saved states: whole or not at all, never answered from when damaged."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from index.errors import StoreUnwritableError
from index.segment import Segment
from index.store import Store
from index.types import Query
from index.versions import CURRENT, MANIFEST, Saved, Versions
from tests.fakes import SPACE, record, small_store, text_vector
from tests.index.reference import segment_of

IDS = ("p1", "p2", "p3", "p4", "p5")
FILES = ("pictures.faiss", "texts.faiss", "table.npz", MANIFEST)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with two versions and a write that neither holds."""
    made = small_store(tmp_path / "store", [record(one) for one in IDS[:3]])
    made.publish()
    made.upsert([record("p4"), record("gone")])
    made.delete(["gone"])
    made.publish()
    made.upsert([record("p5")])
    made.close()
    return tmp_path / "store"


def check(folder: Path) -> str:
    """Every product is found by its own picture, and nothing else is; gives the version used."""
    store = Store(folder, SPACE)
    try:
        for one in IDS:
            [candidates] = store.search([Query(image=text_vector(f"picture {one}"))])
            products = store.catalogue.products([candidate.key for candidate in candidates])
            assert products[candidates[0].key].id == one
            assert sorted(product.id for product in products.values()) == list(IDS)
        version = store.refresh().version
        store.publish()  # whatever lies about, a new version can be saved
        assert len(store.refresh().segments) == 1
        return version
    finally:
        store.close()


def test_the_current_version_is_opened_and_the_rest_replayed(folder: Path) -> None:
    assert check(folder) == "00000002"


def damages(content: bytes) -> Iterator[tuple[str, bytes]]:
    for place in range(0, len(content), max(1, len(content) // 12)):
        for bit in (1, 128):
            flipped = bytearray(content)
            flipped[place] ^= bit
            yield f"bit {bit} of byte {place}", bytes(flipped)
    yield "cut", content[:-1]
    yield "emptied", b""
    yield "longer", content + b"\0"


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_found_and_the_older_version_opened(folder: Path, name: str) -> None:
    path = folder / "versions" / "00000002" / name
    versions = Versions(folder / "versions")
    store = Store(folder, SPACE)
    catalogue_id = store.catalogue.meta()["catalogue_id"]
    store.close()
    content = path.read_bytes()
    for what, damaged in damages(content):
        path.write_bytes(damaged)
        opened = versions.newest(SPACE, catalogue_id)
        assert opened is not None, what
        assert opened.name == "00000001", what
    path.write_bytes(content[: len(content) // 2])
    assert check(folder) == "00000001"


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_found_and_the_older_version_opened(folder: Path, name: str) -> None:
    (folder / "versions" / "00000002" / name).unlink()
    assert check(folder) == "00000001"


def test_no_digit_of_a_manifest_can_change_unseen(folder: Path) -> None:
    # a later sequence number would hide the writes before it
    path = folder / "versions" / "00000002" / MANIFEST
    manifest = json.loads(path.read_text())
    manifest["sequence"] = manifest["sequence"] + 1
    path.write_text(json.dumps(manifest, indent=1))
    assert check(folder) == "00000001"


def test_all_versions_damaged_or_gone_and_the_index_is_built_anew(folder: Path) -> None:
    for path in (folder / "versions").glob("*/pictures.faiss"):
        path.write_bytes(b"damaged")
    assert check(folder) == ""
    shutil.rmtree(folder / "versions")
    assert check(folder) == ""


@pytest.mark.parametrize(
    "content", [b"00000009", b"", b"\xff\xfe\0", b"../..", b"00000002\n", b"x" * 9999]
)
def test_a_pointer_to_nowhere_does_no_harm(folder: Path, content: bytes) -> None:
    (folder / "versions" / CURRENT).write_bytes(content)
    assert check(folder) == "00000002"


def test_a_missing_pointer_does_no_harm(folder: Path) -> None:
    (folder / "versions" / CURRENT).unlink()
    assert check(folder) == "00000002"


def test_the_pointer_goes_back_to_an_older_version(folder: Path) -> None:
    (folder / "versions" / CURRENT).write_text("00000001")
    assert check(folder) == "00000001"


def test_a_version_of_another_catalogue_is_not_used(folder: Path, tmp_path: Path) -> None:
    other = small_store(tmp_path / "other", [record(f"x{i}") for i in range(5)])
    other.publish()
    other.close()
    shutil.copytree(tmp_path / "other" / "versions" / "00000001", folder / "versions" / "00000009")
    (folder / "versions" / CURRENT).write_text("00000009")
    assert check(folder) == "00000002"


def test_a_restored_catalogue_disowns_the_versions_of_its_lost_future(folder: Path) -> None:
    backup = (folder / "catalogue.sqlite3").read_bytes()
    lost = Store(folder, SPACE)
    for i in range(3):
        lost.upsert([record(f"lost{i}")])
    lost.publish()
    lost.close()
    (folder / "catalogue.sqlite3").write_bytes(backup)
    restored = Store(folder, SPACE)
    for name in ("new", "p5", "p5", "p5", "p5"):  # past the number that the lost version holds
        restored.upsert([record(name)])
    restored.close()
    again = Store(folder, SPACE)
    [[best, *_]] = again.search([Query(image=text_vector("picture new"))])
    assert again.catalogue.products([best.key])[best.key].id == "new"
    assert best.score > 0.99
    again.delete(["new"])
    again.close()
    check(folder)


def test_half_written_versions_are_no_versions(folder: Path) -> None:
    whole = folder / "versions" / "00000002"
    shutil.copytree(whole, folder / "versions" / "00000003.tmp")
    (folder / "versions" / "00000007").mkdir()
    assert Versions(folder / "versions").names() == ["00000001", "00000002"]
    assert check(folder) == "00000002"


def test_the_manifest_says_what_the_version_holds(folder: Path) -> None:
    path = folder / "versions" / "00000002"
    manifest = json.loads((path / MANIFEST).read_text())
    assert manifest["space"] == asdict(SPACE)
    assert (manifest["products"], manifest["pictures"]) == (4, 4)
    assert (manifest["sequence"], manifest["generation"]) == (3, 2)
    assert manifest["metric"] == "inner_product"
    hashes = {name: hashlib.sha256((path / name).read_bytes()).hexdigest() for name in FILES[:3]}
    assert manifest["sha256"] == hashes


def test_old_versions_are_pruned(folder: Path) -> None:
    for _ in range(4):
        store = Store(folder, SPACE)
        store.upsert([record("p5")])
        newest = store.publish()
        store.close()
    assert newest == "00000006"
    assert Versions(folder / "versions").names() == ["00000004", "00000005", "00000006"]
    assert check(folder) == newest


def test_publish_without_a_write_saves_nothing(folder: Path) -> None:
    store = Store(folder, SPACE)
    name = store.publish()
    assert store.publish() == name == "00000003"
    store.close()
    again = Store(folder, SPACE)
    assert again.publish() == name
    again.close()


def test_a_version_that_cannot_be_written_leaves_the_older_one(tmp_path: Path) -> None:
    segment = segment_of({1: record("p1")})
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnwritableError, match="the index cannot be saved"):
        Versions(tmp_path / "file").save(Saved(segment, SPACE, "catalogue", 1))


def test_a_write_that_breaks_off_leaves_no_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = Versions(tmp_path)
    versions.save(Saved(segment_of({1: record("p1")}), SPACE, "catalogue", 1))

    def fails(_segment: Segment, folder: Path) -> None:
        (folder / "pictures.faiss").write_bytes(b"half of it")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Segment, "write", fails)
        with pytest.raises(StoreUnwritableError, match="No space left"):
            versions.save(Saved(segment_of({2: record("p2")}), SPACE, "catalogue", 2))
    opened = versions.newest(SPACE, "catalogue")
    assert opened is not None
    assert (opened.name, opened.manifest.sequence) == ("00000001", 1)
    saved = Saved(segment_of({2: record("p2")}), SPACE, "catalogue", 2)
    assert versions.save(saved) == "00000002"
