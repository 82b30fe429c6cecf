"""Prometheus metrics of the process."""

from prometheus_client import Counter, Gauge, Histogram

from index.ranking import LiveSegment
from index.snapshot import Snapshot

SEARCH_SECONDS = Histogram(
    "snapshelf_search_seconds",
    "Time of a search by stage",
    ["stage"],
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
)
REQUESTS = Counter("snapshelf_requests_total", "Requests by route and status", ["route", "status"])
REQUEST_SECONDS = Histogram(
    "snapshelf_request_seconds",
    "Time from a request's head to the end of its answer, by method and route",
    ["method", "route"],
    buckets=(0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0),
)
PROBLEMS = Counter(
    "snapshelf_problems_total", "Requests that were answered with a problem, by its type", ["type"]
)
BATCH = Histogram(
    "snapshelf_batch_size",
    "Pictures or texts that the embedder was given at once for several requests",
    ["kind"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128),
)
CATALOGUE = Gauge("snapshelf_catalogue", "What a search sees: products, pictures", ["what"])
SEQUENCE = Gauge("snapshelf_catalogue_sequence", "Number of the last write that a search sees")
SEGMENTS = Gauge("snapshelf_index_segments", "Parts of the vector index that a search asks")
INDEX = Gauge(
    "snapshelf_index_version", "1 for the saved version that the index started from", ["version"]
)
ANSWERS = Counter("snapshelf_answers_total", "Answers by who wrote them", ["writer"])
DROPPED_SENTENCES = Counter(
    "snapshelf_answer_sentences_dropped_total", "Sentences of models that were not let out"
)
REFUSED = Counter(
    "snapshelf_refused_total", "Requests that ended before they were worked on, by why", ["reason"]
)
WAITING = Gauge("snapshelf_inside", "Calls at work or waiting for it, by kind", ["kind"])


def observe_batch(kind: str, size: int) -> None:
    """Adds what was embedded at once."""
    BATCH.labels(kind).observe(size)


def observe_index(snapshot: Snapshot) -> None:
    """Sets what a search sees now."""
    sizes = [_living(live) for live in snapshot.segments]
    CATALOGUE.labels("products").set(sum(products for products, _ in sizes))
    CATALOGUE.labels("pictures").set(sum(pictures for _, pictures in sizes))
    SEQUENCE.set(snapshot.sequence)
    SEGMENTS.set(len(snapshot.segments))
    INDEX.clear()
    INDEX.labels(snapshot.version or "none").set(1)


def _living(live: LiveSegment) -> tuple[int, int]:
    """Products and pictures of a segment that count."""
    rows, alive = live.segment.picture_rows, live.alive
    if alive is None:
        return len(live.segment.keys), len(rows)
    return int(alive.sum()), int(alive[rows].sum())
