"""Rows collected in memory or in a file are the same rows."""

import numpy as np
import pytest

from index import row_spool
from index.row_spool import RowSpool, in_order


@pytest.mark.parametrize("in_memory_bytes", [0, 100, 10**9])
def test_blocks_come_out_as_one_array_wherever_they_lay(in_memory_bytes: int) -> None:
    rows = np.random.default_rng(0).normal(size=(37, 5)).astype(np.float16)
    spool = RowSpool(5, in_memory_bytes)
    for start, stop in ((0, 10), (10, 10), (10, 11), (11, 37)):
        spool.append(rows[start:stop].astype(np.float32))
    got = spool.array()
    assert got.dtype == np.float16
    assert np.array_equal(got, rows)
    assert isinstance(got, np.memmap) == (in_memory_bytes < rows.nbytes)


@pytest.mark.parametrize("in_memory_bytes", [0, 10**9])
def test_no_rows_are_an_array_too(in_memory_bytes: int) -> None:
    assert RowSpool(5, in_memory_bytes).array().shape == (0, 5)


@pytest.mark.parametrize("in_memory_bytes", [0, 10**9])
def test_another_order_is_taken_part_by_part(
    in_memory_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_spool, "_ROWS_AT_ONCE", 4)
    random = np.random.default_rng(1)
    rows = random.normal(size=(23, 3)).astype(np.float16)
    order = random.permutation(23)
    assert np.array_equal(in_order(rows, order, in_memory_bytes), rows[order])
    assert in_order(rows, np.arange(23), in_memory_bytes) is rows
