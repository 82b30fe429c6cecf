"""The stages of indexing on a Ray cluster: pictures are read in tasks and embedded in actors.

The process that runs the command reads the feed, says of each batch what it wants, and commits
what comes back, in the feed's order. What it wants goes to the cluster as numbered jobs: Ray Data
streams the numbers, a task asks for the job of its number. So what a killed worker had is done
again from its number, and nothing is decided outside the commit.
Source: https://docs.ray.io/en/latest/data/batch_inference.html
"""

import logging
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from index.feed_rows import FeedRow
from index.store import Store
from service.errors import EngineError
from service.feed_batches import BATCH_ROWS
from service.ingest import NOTHING_AHEAD, Ingest
from service.picture_loading import PictureDecoding, PictureLoader
from service.picture_sources import PictureSources
from service.ray_jobs import MOST_TRIES, Done, Fetched, Job, Jobs, fetched, jobs_of, joined
from service.ray_workers import workers_of
from service.reading_ahead import Ahead, embedded, planned
from service.stage_clock import StageClock
from vision.errors import VisionError
from vision.protocols import Embedder

_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",  # what its processes say of retries goes to standard output
}
for _name, _value in _QUIET.items():  # Ray reads some of them while it is imported
    os.environ.setdefault(_name, _value)

import ray  # noqa: E402
import ray.data  # noqa: E402

LoadEmbedder = Callable[[str], Embedder]
"""Gives the embedder on a device, ``cpu`` or ``cuda``; runs on the cluster."""

_NAMED = re.compile(r"^[\w.]*(?:Error|Exception)\b.*", re.MULTILINE)
"""The line of a worker's traceback that says what it was; Ray puts advice below it."""
_CONNECT_S = 5.0
_WATCH_S = 1.0
_CLOSE_S = 60.0
_RUN_JOBS = 1024
"""Numbers an actor in one run of the pipeline, some 65,000 pictures; then it loads anew."""


@contextmanager
def cluster(address: str, cpus: int | None = None) -> Iterator[None]:
    """Connects to a cluster, or starts one on this machine and ends it.

    One that this process is connected to already is used and stays.

    Args:
        address: as ``ray.init`` takes it; empty: start one.
        cpus: of one that is started; None: as many as there are.

    Raises:
        EngineError: nothing answers at the address.
    """
    if ray.is_initialized():
        yield
        return
    for name in ("ray", "ray.data"):  # what fails is raised, too
        logging.getLogger(name).setLevel(logging.CRITICAL)
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    if not address:
        options |= {"include_dashboard": False, "num_cpus": cpus}
    _check_answers(address)
    try:
        with _silent():
            ray.init(address=address or "local", **options)
    except (ConnectionError, ValueError, RuntimeError) as error:
        hint = "; a cluster that asks for a token needs RAY_AUTH_MODE=token here" if address else ""
        raise EngineError(f"Ray at {address or 'this machine'}: {error}{hint}") from error
    try:
        yield
    finally:
        ray.shutdown()


def _check_answers(address: str) -> None:
    """Ray itself tries for minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or "/" in host:
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_S).close()
    except OSError as error:
        raise EngineError(f"nothing answers at {address}, where Ray should be: {error}") from error


class RayReading:
    """The stages on the cluster that this process is connected to."""

    def __init__(
        self,
        store: Store,
        ingest: Ingest,
        clock: StageClock,
        load: LoadEmbedder,
        rows: int,
        with_gpus: bool = True,
    ) -> None:
        """Begins nothing before the first batch.

        Args:
            store: for what is known already.
            ingest: as ``store``; its models are asked for nothing but how pictures are prepared.
            clock: what the workers' clocks count is added to it.
            load: is called once in each actor.
            rows: about how many will come.
            with_gpus: use the cluster's, one an actor.
        """
        self._store = store
        self._ingest = ingest
        self._clock = clock
        self._load = load
        resources = ray.cluster_resources()  # type: ignore[no-untyped-call]
        gpus = int(resources.get("GPU", 0)) if with_gpus else 0
        self._workers = workers_of(int(resources.get("CPU", 1)), gpus)
        self._first_run = rows // BATCH_ROWS + 8  # numbers that nobody uses cost time
        self._waiting: dict[int, tuple[Job, Future[Done]]] = {}
        self._lock = threading.Lock()
        self._begun = 0
        self._is_over = threading.Event()
        self._broken: EngineError | None = None
        self._threads: list[threading.Thread] = []
        kept = {"num_cpus": 0, "max_restarts": -1, "max_task_retries": -1}
        self._jobs: Any = ray.remote(Jobs).options(**kept).remote()

    @property
    def ahead(self) -> int:
        """How many batches keep all workers busy."""
        return self._workers.ahead

    def start(
        self, rows: Sequence[FeedRow], sources: PictureSources, *, fresh: bool
    ) -> Callable[[], Ahead]:
        """Begins a batch; what is given waits for its end.

        Raises:
            EngineError: from what is given: the cluster is away, or cannot do it.
        """
        with self._clock.timed("read"):
            plan = planned(self._store, self._ingest, rows, fresh=fresh)
        if not plan.pictures:
            return lambda: (NOTHING_AHEAD, [])
        futures = [self._hand_out(job) for job in jobs_of(plan, sources)]
        self._begin()
        return partial(self._finished, futures)

    def close(self) -> None:
        """Ends the pipeline; the cluster stays."""
        self._is_over.set()
        if self._broken is None:
            self._jobs.end.remote()
        for thread in self._threads:
            thread.join(_CLOSE_S)

    def _hand_out(self, job: Job) -> "Future[Done]":
        future: Future[Done] = Future()
        with self._lock:
            if self._broken is not None:
                future.set_exception(self._broken)
                return future
            number = self._begun
            self._begun += 1
            self._waiting[number] = job, future
        self._jobs.put.remote(number, job)
        return future

    def _begin(self) -> None:
        if not self._threads:
            for target in (self._collect, self._watch):
                self._threads.append(threading.Thread(target=target, name="ray", daemon=True))
            for thread in self._threads:
                thread.start()

    def _finished(self, futures: "list[Future[Done]]") -> Ahead:
        parts = [one.result() for one in futures]
        for part in parts:
            self._clock.add(part.seconds)
            if part.fault:
                raise EngineError(part.fault)
        return joined([part.ahead for part in parts])

    def _collect(self) -> None:
        """Runs the pipeline over one range of numbers after the other."""
        try:
            _set_context()
            most = _RUN_JOBS * self._workers.actors
            numbers = range(min(most, self._first_run))
            while not self._is_over.is_set():
                missing = set(numbers)
                for number, done in self._pipeline(numbers):
                    if done is None or self._is_over.is_set():
                        return
                    missing.discard(number)
                    self._arrived(number, done)
                    if not missing:
                        break
                numbers = range(numbers.stop, numbers.stop + most)
        except Exception as error:  # whatever Ray raises, all that wait are to be told
            self._break(error)

    def _pipeline(self, numbers: range) -> Iterator[tuple[int, Done | None]]:
        workers = self._workers
        items = ray.data.from_items(list(numbers), override_num_blocks=len(numbers))
        read = items.map_batches(
            partial(_fetch, jobs=self._jobs, decoding=self._ingest.loader.decoding),
            batch_size=1,
            batch_format="numpy",
            compute=ray.data.TaskPoolStrategy(size=workers.readers),
            num_cpus=workers.reader_cpus,
        )
        device = "cuda" if workers.actor_gpus else "cpu"
        done = read.map_batches(
            _Embedding,
            batch_size=1,
            batch_format="numpy",
            compute=ray.data.ActorPoolStrategy(size=workers.actors),
            num_cpus=workers.actor_cpus,
            num_gpus=workers.actor_gpus,
            fn_constructor_kwargs={
                "load": partial(self._load, device),
                "decoding": self._ingest.loader.decoding,
                "space": self._store.space.embedder,
            },
        )
        for batch in done.iter_batches(batch_size=1, batch_format="numpy", prefetch_batches=0):
            yield int(batch["number"][0]), batch["value"][0]

    def _arrived(self, number: int, done: Done) -> None:
        with self._lock:
            _, future = self._waiting.pop(number, (None, None))
        if future is not None:  # None: a retry was not needed after all
            future.set_result(done)
        self._jobs.drop.remote(number)

    def _watch(self) -> None:
        """Gives jobs again that went with the process that held them."""
        try:
            while not self._is_over.wait(_WATCH_S):
                with self._lock:
                    waiting = {number: job for number, (job, _) in self._waiting.items()}
                for number in ray.get(self._jobs.missing.remote(list(waiting))):
                    self._jobs.put.remote(number, waiting[number])
        except Exception as error:
            self._break(error)

    def _break(self, error: Exception) -> None:
        if self._is_over.is_set():
            return
        named = _NAMED.findall(str(error)) or [f"{type(error).__name__}: {error}".splitlines()[0]]
        broken = EngineError(f"Ray: {named[-1]}")
        broken.__cause__ = error
        with self._lock:
            self._broken = broken
            waiting = [future for _, future in self._waiting.values()]
            self._waiting.clear()
        for future in waiting:
            future.set_exception(broken)


def _fetch(batch: dict[str, Any], jobs: Any, decoding: PictureDecoding) -> dict[str, Any]:
    """The first stage: a number to pictures, decoded as the model takes them; a task."""
    number = int(batch["item"][0])
    taken = ray.get(jobs.take.remote(number))
    if taken is None:
        return _row(number, None)
    job, tries = taken
    return _row(number, fetched(job, tries, decoding))


class _Embedding:
    """The second stage: pictures and texts to vectors; an actor that loads the model once."""

    def __init__(self, load: Callable[[], Embedder], decoding: PictureDecoding, space: str) -> None:
        self._fault = ""
        try:
            embedder = load()
        except VisionError as error:  # told as a result: Ray would report an actor that died
            self._fault = str(error)
            return
        if str(embedder.identity) != space:
            self._fault = f"a worker has the embedder {embedder.identity}, the store needs {space}"
        self._loader = PictureLoader(embedder, decoding.colours, decoding.decode)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        number, found = int(batch["number"][0]), batch["value"][0]
        return _row(number, None if found is None else self._done(found))

    def _done(self, found: Fetched) -> Done:
        fault = found.fault or self._fault
        if fault:
            return Done(fault=fault)
        clock = StageClock()
        clock.add(found.seconds)
        with clock.timed("embed"):
            ahead = embedded(self._loader, found.reads, found.texts)
        return Done(ahead, clock.seconds())


def _row(number: int, value: object) -> dict[str, Any]:
    values = np.empty(1, dtype=object)
    values[0] = value
    return {"number": np.array([number]), "value": values}


def _set_context() -> None:
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.max_consecutive_actor_init_deaths = MOST_TRIES


@contextmanager
def _silent() -> Iterator[None]:
    """Ray's C++ part says on standard error how loud it will be."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
