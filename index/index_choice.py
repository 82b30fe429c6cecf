"""Which kind of vector index fits: a pure function of count, dimension and memory."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

IndexKind: TypeAlias = Literal["exact", "ivf"]

EXACT_ROWS = 200_000
"""So many rows are searched one by one: at 576 numbers a row that reads 460 MB a search. No
benchmark decided it, see decision 19."""
_MEMORY_SHARE = 0.25
"""Of the machine's memory that one index may take."""
_BYTES_A_NUMBER = 4
_LISTS_A_ROOT = 4
"""Inverted lists, as a multiple of the square root of the rows.

Source: https://github.com/facebookresearch/faiss/wiki/Guidelines-to-choose-an-index
"""
_MOST_LISTS = 65_536
_ID_BYTES = 8


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
