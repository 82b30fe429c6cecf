"""How long each stage of a run was at work, in all its threads together."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

STAGES = ("read", "fetch", "decode", "embed", "caption", "commit", "publish")
_OPTIONAL = frozenset({"caption"})
"""Named only where it took time."""


class StageClock:
    """Adds up seconds by stage; safe to use from several threads."""

    def __init__(self) -> None:
        self._seconds = dict.fromkeys(STAGES, 0.0)
        self._lock = threading.Lock()

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Counts what is done inside as work of the stage."""
        before = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - before
            with self._lock:
                self._seconds[stage] += spent

    def add(self, seconds: Mapping[str, float]) -> None:
        """Counts what a clock elsewhere has counted."""
        with self._lock:
            for stage, spent in seconds.items():
                self._seconds[stage] += spent

    def seconds(self) -> dict[str, float]:
        """Gives stage to seconds, in the order of the work; threads at work at once add up."""
        with self._lock:
            return {
                stage: round(spent, 3)
                for stage, spent in self._seconds.items()
                if spent or stage not in _OPTIONAL
            }
