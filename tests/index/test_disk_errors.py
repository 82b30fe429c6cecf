"""A disk that gives I/O errors while an index is written: said, and nothing is lost."""

from pathlib import Path

import pytest

from benchmarks.crash import FAULTS
from benchmarks.disk_errors import counted, prepared, run
from tests.disk_errors import bad_disk


@pytest.mark.parametrize(
    ("under", "message"),
    [
        ("store", "the catalogue cannot be written: disk I/O error"),
        ("store/versions", "the index cannot be saved: write error in "),
    ],
)
def test_an_io_error_ends_indexing_with_a_line_and_loses_nothing(
    tmp_path: Path, under: str, message: str
) -> None:
    disk = bad_disk(tmp_path)
    if disk is None:
        pytest.skip("the library that fails writes needs gcc on Linux")
    folder = prepared(tmp_path / "shop", 40)
    half = counted(folder, disk, under) // 2
    found, said = run(folder, disk.environment(folder / under, half, 10**9))
    assert said.startswith(f"snapshelf: {message}")
    assert found["stopped"] == 1
    assert found["acknowledged"] >= 20
    wrong = (*FAULTS, "without a message", "no version", "not ended afterwards")
    assert {key: found[key] for key in wrong if found[key]} == {}
