"""What goes to a Ray cluster and comes back, by numbers; nothing here needs Ray."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache
from platform import node

from service.feed_batches import BATCH_ROWS
from service.ingest import NOTHING_AHEAD, ReadAhead
from service.picture_loading import PictureDecoding
from service.picture_sources import PictureSources, is_address
from service.reading_ahead import Ahead, PictureThreads, Plan, Read, Wanted
from service.stage_clock import StageClock

MOST_TRIES = 4
"""After so many workers died of a job, the job is to blame."""
_JOB_PICTURES = BATCH_ROWS
"""At most; a batch whose products have many pictures is several jobs."""


@dataclass(frozen=True)
class Job:
    """Pictures of one batch, and texts of its products."""

    pictures: tuple[Wanted, ...]
    texts: tuple[str, ...]
    sources: PictureSources
    needs_folder: bool
    """Paths are read, and their folder is there where the command runs."""


@dataclass(frozen=True)
class Fetched:
    """A job whose pictures are as the model takes them."""

    reads: tuple[Read, ...] = ()
    texts: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    """By stage."""
    fault: str = ""
    """Why nobody can do the job; faults of single pictures are in ``reads``."""


@dataclass(frozen=True)
class Done:
    """A job that can be committed."""

    ahead: Ahead = (NOTHING_AHEAD, [])
    seconds: dict[str, float] = field(default_factory=dict)
    fault: str = ""


def jobs_of(plan: Plan, sources: PictureSources) -> Iterator[Job]:
    """Gives the jobs of a batch; the first has its texts."""
    root = sources.root and sources.root.resolve()
    there = replace(sources, root=root)  # a new one: without this process's connections
    for first in range(0, len(plan.pictures), _JOB_PICTURES):
        pictures = plan.pictures[first : first + _JOB_PICTURES]
        are_addresses = all(is_address(one.source) for one in pictures)
        needs_folder = root is not None and root.is_dir() and not are_addresses
        yield Job(pictures, () if first else plan.texts, there, needs_folder)


class Jobs:
    """Jobs by their numbers, for tasks that may ask before a job is there; becomes an actor."""

    def __init__(self) -> None:
        self._jobs: dict[int, Job] = {}
        self._tries: Counter[int] = Counter()
        self._is_over = False
        self._changed = asyncio.Condition()

    async def put(self, number: int, job: Job) -> None:
        """Keeps a job; a second time changes nothing."""
        async with self._changed:
            self._jobs[number] = job
            self._changed.notify_all()

    async def drop(self, number: int) -> None:
        """Forgets a job that is done."""
        self._jobs.pop(number, None)
        self._tries.pop(number, None)

    async def missing(self, numbers: list[int]) -> list[int]:
        """Gives those that it has not: all of them after its process died."""
        return [one for one in numbers if one not in self._jobs]

    async def take(self, number: int) -> tuple[Job, int] | None:
        """Waits for a job; gives it and how often it was asked for, or None after the end."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._is_over or number in self._jobs)
            if self._is_over:
                return None
            self._tries[number] += 1
            return self._jobs[number], self._tries[number]

    async def end(self) -> None:
        """Lets nobody wait any longer."""
        async with self._changed:
            self._is_over = True
            self._changed.notify_all()


def fetched(job: Job, tries: int, decoding: PictureDecoding) -> Fetched:
    """Reads and decodes the pictures of a job, where it is called.

    Args:
        job: what to read.
        tries: how often it has been begun, this time included.
        decoding: gives what the model takes.
    """
    root, first = job.sources.root, job.pictures[0].source
    if tries > MOST_TRIES:
        return Fetched(fault=f"{MOST_TRIES} workers died of the pictures from {first!r} on")
    if job.needs_folder and not (root and root.is_dir()):
        return Fetched(fault=f"the folder of the pictures, {root}, is not there on {node()}")
    clock = StageClock()
    with closing(PictureThreads(decoding, clock)) as threads:
        reads = [one.result() for one in threads.start(job.pictures, _kept(job.sources))]
    return Fetched(tuple(reads), job.texts, clock.seconds())


@cache
def _kept(sources: PictureSources) -> PictureSources:
    """The first of equal ones in this process: it has connections to hosts."""
    return sources


def joined(parts: Sequence[Ahead]) -> Ahead:
    """Gives what the jobs of a batch became, as one."""
    read = [ahead for ahead, _ in parts]
    ahead = ReadAhead(
        hashes={source: one for part in read for source, one in part.hashes.items()},
        records={source: one for part in read for source, one in part.records.items()},
        faults={source: one for part in read for source, one in part.faults.items()},
        texts={text: one for part in read for text, one in part.texts.items()},
    )
    return ahead, [one for _, downloads in parts for one in downloads]
