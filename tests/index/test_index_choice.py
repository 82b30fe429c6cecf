"""The kind of index by count, dimension and memory, case by case."""

import pytest

from index.index_choice import EXACT_ROWS, FEWEST_ON_GPU, plan, plan_on_gpu

GIB = 1 << 30


@pytest.mark.parametrize(
    ("rows", "dimension", "memory", "kind", "codec"),
    [
        (0, 576, 24 * GIB, "exact", ""),
        (1, 576, 24 * GIB, "exact", ""),
        (EXACT_ROWS, 576, 24 * GIB, "exact", ""),
        (EXACT_ROWS + 1, 576, 24 * GIB, "ivf", "SQ8"),
        (1_000_000, 256, 24 * GIB, "ivf", "SQ8"),
        (1_000_000, 576, 24 * GIB, "ivf", "SQ8"),
        (10_000_000, 256, 24 * GIB, "ivf", "SQ8"),
        (10_000_000, 576, 24 * GIB, "ivf", "SQ8"),
        (20_000_000, 576, 24 * GIB, "ivf", "RaBitQ"),
        (10_000_000, 576, 8 * GIB, "ivf", "RaBitQ"),
        (EXACT_ROWS, 576, GIB // 4, "ivf", "SQ8"),
    ],
)
def test_the_finest_index_that_fits_is_chosen(
    rows: int, dimension: int, memory: int, kind: str, codec: str
) -> None:
    chosen = plan(rows, dimension, memory)
    assert (chosen.kind, chosen.codec) == (kind, codec)
    assert chosen.resident_bytes < memory


def test_lists_grow_with_the_root_of_the_rows_and_have_an_end() -> None:
    lists = [plan(rows, 256, 64 * GIB).lists for rows in (10**6, 4 * 10**6, 10**9)]
    assert lists == [4_000, 8_000, 65_536]


def test_every_list_has_rows_to_learn_from() -> None:
    for rows in (EXACT_ROWS + 1, 10**6, 10**7, 10**8):
        assert rows / plan(rows, 256, 1 << 40).lists >= 39


def test_equal_arguments_give_an_equal_plan() -> None:
    assert plan(10**6, 256, 8 * GIB) == plan(10**6, 256, 8 * GIB)


@pytest.mark.parametrize(
    ("rows", "row_bytes", "codec", "free", "kind"),
    [
        (0, 1_152, "", 24 * GIB, "none"),
        (FEWEST_ON_GPU - 1, 2_304, "", 24 * GIB, "none"),
        (FEWEST_ON_GPU, 2_304, "", 24 * GIB, "exact"),
        (200_000, 2_304, "", 1 * GIB, "exact"),
        (200_000, 2_304, "", GIB // 2, "none"),
        (10_000_000, 1_152, "SQ8", 24 * GIB, "exact"),
        (10_000_000, 1_152, "SQ8", 15 * GIB, "ivf"),
        (10_000_000, 1_152, "SQ8", 7 * GIB, "none"),
        (10_000_000, 1_152, "", 15 * GIB, "none"),
        (10_000_000, 1_152, "RaBitQ", 15 * GIB, "none"),
        (10_000_000, 1_152, "RaBitQ", 24 * GIB, "exact"),
    ],
)
def test_a_gpu_holds_rows_else_codes_else_nothing(
    rows: int, row_bytes: int, codec: str, free: int, kind: str
) -> None:
    """Rows of 576 numbers, in float32 (2,304 bytes) or float16."""
    assert plan_on_gpu(rows, row_bytes, 576, codec, free) == kind
