"""The fuzz of the decoder finds crashes, and keeps what it found."""

import random
from pathlib import Path

import pytest

from benchmarks import decode_fuzz
from benchmarks.decode_fuzz import CHANGES, keep, mutated, outcome_of
from tests.fakes import encoded, picture
from tests.torture import found
from vision.decode_pool import CRASHED, DecodePool

FILES = [encoded(picture("red", (9, 7)), form) for form in ("PNG", "JPEG", "WEBP")]


def test_what_becomes_of_mutated_files_is_a_picture_or_a_refusal() -> None:
    draw = random.Random(0)
    pool = DecodePool(processes=1)
    seen = {outcome_of(pool, mutated(draw, FILES)) for _ in range(100)}
    pool.close()
    assert {"decoded", "BrokenPictureError"} <= seen
    assert CRASHED not in seen


def test_a_crash_is_told_from_a_refusal() -> None:
    pool = DecodePool(processes=1, module="tests.vision.hostile_decoder")
    assert outcome_of(pool, b"signal 11") == CRASHED
    pool.close()


def test_a_file_that_crashed_a_child_is_kept_once_and_joins_the_suite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode_fuzz, "FOLDER", tmp_path / "found")
    monkeypatch.setattr(found, "FOLDER", tmp_path / "found")
    assert not found.cases()
    assert [keep(b"one"), keep(b"one"), keep(b"two")] == [True, False, True]
    assert {one.data for one in found.cases()} == {b"one", b"two"}


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_every_change_changes_something_and_bears_the_smallest_files(change: object) -> None:
    draw = random.Random(1)
    whole = bytearray(FILES[0])
    assert any(_changed(change, draw, whole) for _ in range(5))
    for _ in range(50):
        _changed(change, draw, bytearray(b"x"))


def _changed(change: object, draw: random.Random, data: bytearray) -> bool:
    before = bytes(data)
    change(draw, data, FILES)  # type: ignore[operator]
    return bytes(data) != before
