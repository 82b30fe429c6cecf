"""The real server, pipeline and store around a fake embedder: no torch, it starts in seconds."""

import argparse
from pathlib import Path

from scripts.serve import bind, run
from service import serving, wiring
from service.settings import load_settings
from tests.fakes import FakeColours, FakeEmbedder, record, small_store


def main() -> None:
    """Takes the options of ``snapshelf serve``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    listener = bind("127.0.0.1", given.port)
    settings = load_settings(batching="on")
    models = wiring.Models(embedder=FakeEmbedder(), colours=FakeColours())
    store = small_store(
        given.store,
        [record("p0", space=models.space), record("p1", space=models.space)],
        models.space,
    )
    service = serving.http_service(settings, models, store, "127.0.0.1")
    run(service, listener, settings.drain_timeout_s)


if __name__ == "__main__":
    main()
