"""Which kind of vector index fits: a pure function of count, dimension and memory."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

IndexKind: TypeAlias = Literal["exact", "ivf"]

EXACT_ROWS = 50_000
"""So many rows are searched one by one. Lists are 2 to 3 times as quick in a whole ranking, at half
of this too (``benchmarks/index_kinds.py``); below it that is at most 5 ms a search, exact answers
are sure, and lists take four times as long to build."""
_MEMORY_SHARE = 0.25
"""Of the machine's memory that one index may take."""
_BYTES_A_NUMBER = 4
_LISTS_A_ROOT = 4
"""Inverted lists, as a multiple of the square root of the rows.

Source: https://github.com/facebookresearch/faiss/wiki/Guidelines-to-choose-an-index
"""
_MOST_LISTS = 65_536
_ID_BYTES = 8


FEWEST_ON_GPU = 20_000
"""Fewer rows are searched by the CPU: the ranking compares so many one by one anyway."""
GPU_CODECS = frozenset({"SQ8"})
"""Codes that FAISS without cuVS searches on a GPU: not one bit a number.

Source: ``ToGpuCloner::clone_Index`` in FAISS's faiss/gpu/GpuCloner.cpp
"""
_GPU_SHARE = 0.7
"""Of the GPU's free memory: the rest is for searches at work and for the models' batches."""

GpuKind: TypeAlias = Literal["exact", "ivf", "none"]
"""Every row in the GPU's memory, codes in lists there, or the CPU's index as it is."""


@dataclass(frozen=True)
class IndexPlan:
    """How rows are kept for a search."""

    kind: IndexKind
    lists: int = 0
    """Inverted lists; 0 for an exact index."""
    codec: str = ""
    """FAISS's name of the codes in the lists: ``SQ8`` or ``RaBitQ``."""
    probes: int = 0
    """Lists that a search looks into, where nothing is filtered."""
    resident_bytes: int = 0
    """Memory that it takes, without the float16 rows that are read from the disk."""


def plan(rows: int, dimension: int, memory_bytes: int) -> IndexPlan:
    """Gives the exact index where it is quick and fits; else lists with codes as fine as fit.

    Args:
        rows: n.
        dimension: numbers a row.
        memory_bytes: of the machine.
    """
    allowed = memory_bytes * _MEMORY_SHARE
    exact_bytes = rows * dimension * _BYTES_A_NUMBER
    if rows <= EXACT_ROWS and exact_bytes <= allowed:
        return IndexPlan("exact", resident_bytes=exact_bytes)
    lists = min(_MOST_LISTS, max(16, _LISTS_A_ROOT * math.isqrt(rows)))
    codec = "SQ8" if rows * (dimension + _ID_BYTES) <= allowed else "RaBitQ"
    code_bytes = dimension if codec == "SQ8" else dimension // 8 + 8
    return IndexPlan(
        kind="ivf",
        lists=lists,
        codec=codec,
        probes=max(8, lists // 64),
        resident_bytes=rows * (code_bytes + _ID_BYTES) + lists * dimension * _BYTES_A_NUMBER,
    )


def plan_on_gpu(rows: int, row_bytes: int, dimension: int, codec: str, free_bytes: int) -> GpuKind:
    """Gives the finest that fits the GPU: rows as they are kept, else their codes, else nothing.

    Args:
        rows: n.
        row_bytes: of one, 2 d in float16 and 4 d in float32.
        dimension: numbers a row.
        codec: of the lists that the CPU has of these rows; empty where it has none, or where this
            FAISS cannot search lists on a GPU.
        free_bytes: of the GPU's memory.
    """
    allowed = free_bytes * _GPU_SHARE
    if rows < FEWEST_ON_GPU:
        return "none"
    if rows * row_bytes <= allowed:
        return "exact"
    fits = rows * (dimension + _ID_BYTES) <= allowed
    return "ivf" if codec in GPU_CODECS and fits else "none"
