"""Milliseconds by stage."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from service.tracing import span


@dataclass
class Stopwatch:
    """Adds up what each stage of one request took."""

    started: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Times what happens inside; a stage may come again."""
        before = time.perf_counter()
        with span(name):
            yield
        self.stages[name] = self.stages.get(name, 0.0) + (time.perf_counter() - before) * 1e3

    def timings(self) -> dict[str, float]:
        """Gives milliseconds by stage, and ``total`` since the start."""
        total = (time.perf_counter() - self.started) * 1e3
        return {**self.stages, "total": total}
