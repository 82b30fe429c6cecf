"""The demo shop in a process of its own: ``python -m tests.web.demo_server FOLDER``."""

import sys
from pathlib import Path

from index.verdict import Calibration, Logistic, Thresholds
from scripts.demo import DATA
from scripts.serve import bind, run
from service import wiring
from service.indexing import FeedIndexing
from service.settings import load_settings

HOST = "127.0.0.1"


def main(folder: Path) -> None:
    """Indexes the demo shop and serves it on a free port until the process is ended."""
    listener = bind(HOST, 0)
    settings = load_settings()
    models = wiring.load_models(settings)
    store = wiring.open_store(folder, models, create=True)
    indexing = FeedIndexing(store, wiring.ingest(settings, models, store))
    indexing.run([DATA / "feed.csv"], lambda _: wiring.picture_sources(settings, DATA))
    store.calibrate(calibration(str(store.space)))
    run(wiring.http_service(settings, models, store, HOST), listener, settings.drain_timeout_s)


def calibration(space: str) -> Calibration:
    """What ``snapshelf doctor`` found for the demo shop, rounded: asking takes it a minute."""
    return Calibration(
        features=("margin", "prominence"),
        group=Logistic((0.055, 2.83), (0.053, 1.27), (1.12, 0.66), -0.52),
        product=Logistic((0.087,), (0.077,), (1.26,), 1.76),
        thresholds=Thresholds(),
        trials=368,
        source="own pictures",
        space=space,
        made_at="2026-11-24T00:00:00+00:00",
        report={},
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
