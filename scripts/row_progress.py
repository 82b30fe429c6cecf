"""How far indexing has come, on standard error."""

import sys
import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

_PLAIN_EVERY_ROWS = 1000
_PLAIN_EVERY_S = 10.0


class _RateColumn(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed or 0.0
        return Text(f"{speed:.1f} rows/s")


class RowProgress:
    """A bar with rate and time left on a terminal; elsewhere a line in ten seconds at least."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._before = self._told = time.monotonic()
        console = Console(stderr=True)
        columns = (
            TextColumn("rows"),
            BarColumn(),
            MofNCompleteColumn(),
            _RateColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, console=console) if console.is_terminal else None

    def __enter__(self) -> Callable[[int], None]:
        if self._bar:
            self._bar.start()
            self._task = self._bar.add_task("rows", total=self._total)
        return self._advance

    def __exit__(self, *_error: object) -> None:
        if self._bar:
            self._bar.stop()

    def _advance(self, rows: int) -> None:
        before = self._done
        self._done += rows
        total = max(self._total, self._done)
        if self._bar:
            self._bar.update(self._task, completed=self._done, total=total)
            return
        now = time.monotonic()
        is_due = self._done // _PLAIN_EVERY_ROWS > before // _PLAIN_EVERY_ROWS
        if is_due or now - self._told > _PLAIN_EVERY_S:
            self._told = now
            rate = self._done / (now - self._before or 1e-9)
            left = (total - self._done) / rate
            print(
                f"{self._done} of about {total} rows, {rate:.1f} a second, {left:.0f} s left",
                file=sys.stderr,
            )
