"""Segments on disk."""

from decimal import Decimal
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from index import segment_build
from index.errors import StoreDamagedError
from index.ranking import LiveSegment, rank
from index.row_spool import RowSpool
from index.segment import PICTURES_FILE, TABLE_FILE, TEXTS_FILE, Segment
from index.segment_build import build_segment
from index.types import Filters, PriceRange, Query
from tests.fakes import SPACE, product, record, text_vector
from tests.index.reference import indexed, segment_of

RECORDS = {
    7: record(product("a", brand="Luma"), ["a1", "a2"]),
    3: record(product("b", brand="ACME"), []),
    5: record(product("c", brand="Luma"), ["c1"]),
}
FILES = (PICTURES_FILE, TEXTS_FILE, TABLE_FILE)


def test_a_written_segment_answers_as_before(tmp_path: Path) -> None:
    segment = segment_of(RECORDS)
    segment.write(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    read = Segment.read(tmp_path)
    filters = Filters(any_of={"brand": ("luma",)})
    for query in (
        Query(image=text_vector("picture c1")),
        Query(image=text_vector("picture a2"), filters=filters),
    ):
        assert rank([LiveSegment(read, None)], query) == rank([LiveSegment(segment, None)], query)


def test_keys_of_products_and_pictures_ascend() -> None:
    segment = segment_of(RECORDS)
    assert segment.keys.tolist() == [3, 5, 7]
    assert (np.diff(segment.pictures.ids) > 0).all()
    owners = segment.keys[segment.picture_rows]
    assert owners.tolist() == [7, 7, 5]  # picture keys run against product keys here
    assert segment.picture_positions.tolist() == [0, 1, 0]


@pytest.mark.parametrize("keys", [(5, 3), (3, 3)])
def test_products_in_another_order_are_refused(keys: tuple[int, int]) -> None:
    products = [indexed(key, record(f"p{number}")) for number, key in enumerate(keys)]
    with pytest.raises(ValueError, match="ascending order of their keys"):
        build_segment(products, SPACE)


@pytest.mark.parametrize("in_memory_bytes", [0, 2_000, 10**9])
@pytest.mark.parametrize("block", [1, 3, 1_000])
def test_blocks_and_files_make_the_same_segment(
    block: int, in_memory_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = {
        key: record(
            product(f"p{key}", brand=f"b{key % 3}", color="red"),
            [f"{key}-{n}" for n in range(key % 4)],
        )
        for key in range(1, 12)
    }
    expected = segment_of(records)
    monkeypatch.setattr(segment_build, "BLOCK", block)
    monkeypatch.setattr(
        segment_build, "RowSpool", partial(RowSpool, in_memory_bytes=in_memory_bytes)
    )
    got = segment_of(records)
    for name in ("keys", "groups", "picture_rows", "picture_positions"):
        assert np.array_equal(getattr(got, name), getattr(expected, name))
    for name in ("texts", "pictures"):
        ours, theirs = getattr(got, name), getattr(expected, name)
        assert np.array_equal(ours.ids, theirs.ids)
        assert np.array_equal(ours.vectors(ours.ids), theirs.vectors(theirs.ids))
    for filters in (
        Filters(any_of={"brand": ("b1",)}),
        Filters(none_of={"brand": ("b1", "b2")}, any_of={"color": ("red",)}),
        Filters(price=PriceRange(maximum=Decimal(10))),
    ):
        assert np.array_equal(got.mask(filters, None), expected.mask(filters, None))
        assert got.mask(filters, None).any()


def test_the_dead_do_not_pass() -> None:
    segment = segment_of(RECORDS)
    alive = np.array([True, False, True])
    assert segment.mask(Filters(), alive).tolist() == [True, False, True]
    assert segment.mask(Filters(any_of={"brand": ("Luma",)}), alive).tolist() == [
        False,
        False,
        True,
    ]


def test_an_empty_segment_is_written_and_read(tmp_path: Path) -> None:
    build_segment([], SPACE).write(tmp_path)
    read = Segment.read(tmp_path)
    assert rank([LiveSegment(read, None)], Query(image=text_vector("x"))) == []


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["removed", "emptied", "cut", "overwritten"])
def test_a_damaged_file_is_found(tmp_path: Path, name: str, damage: str) -> None:
    segment_of(RECORDS).write(tmp_path)
    path = tmp_path / name
    content = path.read_bytes()
    if damage == "removed":
        path.unlink()
    else:
        changed = {"emptied": b"", "cut": content[: len(content) // 2], "overwritten": b"x" * 99}
        path.write_bytes(changed[damage])
    with pytest.raises(StoreDamagedError, match=name.replace(".", r"\.")):
        Segment.read(tmp_path)


def test_files_of_two_segments_do_not_mix(tmp_path: Path) -> None:
    segment_of({1: record("a")}).write(tmp_path)
    one = (tmp_path / TABLE_FILE).read_bytes()
    segment_of(RECORDS).write(tmp_path)
    (tmp_path / TABLE_FILE).write_bytes(one)
    with pytest.raises(StoreDamagedError, match="do not belong together"):
        Segment.read(tmp_path)


def test_a_table_without_a_column_is_damaged(tmp_path: Path) -> None:
    segment_of(RECORDS).write(tmp_path)
    np.savez(tmp_path / TABLE_FILE, keys=np.arange(3))
    with pytest.raises(StoreDamagedError, match=TABLE_FILE):
        Segment.read(tmp_path)


def test_rows_of_keys_are_found_wherever_they_stand() -> None:
    segment = segment_of({key: record(f"p{key}") for key in (2, 5, 9)})
    rows, places = segment.rows_of(np.array([9, 1, 2, 7, 12], dtype=np.int64))
    assert rows.tolist() == [2, 0]
    assert places.tolist() == [0, 2]


def test_an_empty_segment_holds_no_keys() -> None:
    rows, places = segment_of({}).rows_of(np.array([1], dtype=np.int64))
    assert rows.tolist() == places.tolist() == []
