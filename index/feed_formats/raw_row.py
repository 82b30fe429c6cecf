"""What every reader of feeds gives."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class RawRow:
    """One row as it stands in the feed."""

    line: int
    """Line in the file, counted from 1, the header included; the row number where there are no
    lines (Parquet, a folder)."""
    values: Mapping[str, object]
    problem: str = ""
    """Why the row cannot be used; then ``values`` serves to name its id."""
    warning: str = ""
    """What was left out or taken otherwise than it stands; with empty ``values`` the whole row."""


def folded_name(column: object) -> str:
    """Gives a column's name without case, blanks and Google's prefix."""
    return str(column).strip().casefold().removeprefix("g:").replace(" ", "_")
