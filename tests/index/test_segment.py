"""Segments on disk."""

from pathlib import Path

import numpy as np
import pytest

from index.errors import StoreDamagedError
from index.ranking import LiveSegment, rank
from index.segment import PICTURES_FILE, TABLE_FILE, TEXTS_FILE, Segment
from index.types import Filters, Query
from tests.fakes import SPACE, product, record, text_vector
from tests.index.reference import segment_of

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


def test_products_come_in_any_order_and_keys_ascend() -> None:
    segment = segment_of(RECORDS)
    assert segment.keys.tolist() == [3, 5, 7]
    assert (np.diff(segment.pictures.ids) > 0).all()
    owners = segment.keys[segment.picture_rows]
    assert owners.tolist() == [7, 7, 5]  # picture keys run against product keys here
    assert segment.picture_positions.tolist() == [0, 1, 0]


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
    Segment.of([], SPACE).write(tmp_path)
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
