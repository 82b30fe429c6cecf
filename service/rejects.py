"""The rejects file: what was not taken from a feed, and why."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

REJECTS_FILE = "rejects.jsonl"


@dataclass(frozen=True)
class Reject:
    """One line of the file."""

    feed: str
    line: int
    id: str
    kind: str
    """``rejected``, or ``warning`` where the row was taken all the same."""
    reason: str
    picture: str = ""
    """Path or address of the picture that it is about."""


class Rejects:
    """Made with the first fault, one JSON object a line; an older run's file goes at the start."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / REJECTS_FILE
        self._file: IO[str] | None = None
        self._path.unlink(missing_ok=True)

    @property
    def name(self) -> str:
        """The file's path; empty where nothing was rejected."""
        return str(self._path) if self._file else ""

    def write(self, reject: Reject) -> None:
        """Adds a line."""
        if self._file is None:
            self._file = self._path.open("w", encoding="utf-8")
        self._file.write(json.dumps(asdict(reject)) + "\n")

    def close(self) -> None:
        """Writes what is held back; the name stays."""
        if self._file is not None:
            self._file.close()
