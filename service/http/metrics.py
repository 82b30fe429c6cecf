"""Prometheus metrics of the process."""

from prometheus_client import Counter, Gauge, Histogram

SEARCH_SECONDS = Histogram(
    "snapshelf_search_seconds",
    "Time of a search by stage",
    ["stage"],
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
)
REQUESTS = Counter("snapshelf_requests_total", "Requests by route and status", ["route", "status"])
ANSWERS = Counter("snapshelf_answers_total", "Answers by who wrote them", ["writer"])
DROPPED_SENTENCES = Counter(
    "snapshelf_answer_sentences_dropped_total", "Sentences of models that were not let out"
)
REFUSED = Counter(
    "snapshelf_refused_total", "Requests that ended before they were worked on, by why", ["reason"]
)
WAITING = Gauge("snapshelf_inside", "Calls at work or waiting for it, by kind", ["kind"])
