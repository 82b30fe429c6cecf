"""The rejects file read from its end: the newest lines first, without paths of this machine."""

import datetime
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath
from typing import IO

from service.errors import RequestError
from service.rejects import REJECTS_FILE, Reject

_BLOCK_BYTES = 1 << 16
_QUOTED_PATH = re.compile(r"""(['"])((?:file:/*)?/|[A-Za-z]:[\\/])([^'"\n]*)\1""")
_PATH = re.compile(r"(?<![\w:/.\]])(?:file:/*)?(?:/|\b[A-Za-z]:\\)(?:[^/\\\s'\"]+[/\\])*(?=[^/\s])")


@dataclass(frozen=True)
class RejectsPage:
    """Some lines of the file, newest first."""

    rejects: tuple[Reject, ...]
    lines: int
    """Of the whole file."""
    before: int | None
    """For ``newest``, to go on with; None: there are no older ones."""
    written_at: str | None
    """When the file was last written, ISO 8601 in UTC; None: there is none."""


def newest(folder: Path, limit: int, before: int | None = None) -> RejectsPage:
    """Gives the newest lines of a store's rejects file; empty where there is no file.

    Memory: of the lines that are given. A line that is being written is left out.

    Args:
        folder: of the store, on this machine.
        limit: most lines.
        before: where an earlier page ended.

    Raises:
        RequestError: another file lies there since that page.
    """
    try:
        file = (folder / REJECTS_FILE).open("rb")
    except FileNotFoundError:
        return RejectsPage((), 0, None, None)
    with file:
        lines, start = _lines_before(file, limit, _end(file, before))
        return RejectsPage(
            rejects=tuple(_rejects(lines[::-1])),
            lines=_count(file),
            before=start or None,
            written_at=_written_at(folder / REJECTS_FILE),
        )


def _end(file: IO[bytes], before: int | None) -> int:
    size = file.seek(0, 2)
    if before is None:
        return size
    if 0 < before <= size:
        file.seek(before - 1)
        if file.read(1) == b"\n":
            return before
    raise RequestError("before: the rejects file was written anew; ask without it")


def _lines_before(file: IO[bytes], limit: int, end: int) -> tuple[list[bytes], int]:
    """The last whole lines before a position, oldest first, and where the first begins."""
    data, start = b"", end
    while start and data.count(b"\n") <= limit:
        step = min(_BLOCK_BYTES, start)
        start -= step
        file.seek(start)
        data = file.read(step) + data
    *whole, rest = data.split(b"\n")
    chosen = whole[-limit:]
    return chosen, end - len(rest) - sum(len(line) + 1 for line in chosen)


def _count(file: IO[bytes]) -> int:
    file.seek(0)
    return sum(block.count(b"\n") for block in iter(lambda: file.read(_BLOCK_BYTES), b""))


def _rejects(lines: list[bytes]) -> Iterator[Reject]:
    for line in lines:
        try:
            found = Reject(**json.loads(line))
        except (ValueError, TypeError):
            continue  # cut off by a full disk, or none of ours
        yield _without_paths(found)


def _without_paths(reject: Reject) -> Reject:
    return replace(
        reject,
        feed=PureWindowsPath(reject.feed).name,
        reason=without_paths(reject.reason),
        picture=without_paths(reject.picture),
    )


def without_paths(text: str) -> str:
    """Gives a text in which every absolute path is its last part; addresses stay."""
    return _PATH.sub("", _QUOTED_PATH.sub(_last_part, text))


def _last_part(found: re.Match[str]) -> str:
    quote, path = found[1], found[3]
    return f"{quote}{PureWindowsPath(path).name}{quote}"  # both slashes part these


def _written_at(path: Path) -> str | None:
    try:
        written = path.stat().st_mtime
    except FileNotFoundError:  # a run began meanwhile
        return None
    return datetime.datetime.fromtimestamp(written, datetime.UTC).isoformat(timespec="seconds")
