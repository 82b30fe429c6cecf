"""The demo shop in a process of its own: ``python -m tests.web.demo_server FOLDER``."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.past_prices import import_past_prices, read_past_prices
from index.verdict import Calibration, Logistic, Thresholds
from scripts.demo import DATA, demo_service
from scripts.serve import bind, run
from service import wiring
from service.settings import load_settings
from service.shop import open_shop

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def demo_server(folder: Path) -> Iterator[str]:
    """Gives the address of a server with the demo shop, detector and captioner on."""
    command = [sys.executable, "-m", "tests.web.demo_server", str(folder / "store")]
    env = {**os.environ, "SNAPSHELF_THREADS": "1", "SNAPSHELF_DECODE_PROCESSES": "1"}
    with (folder / "errors").open("wb") as errors:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=errors)
    try:
        assert server.stdout is not None
        line = server.stdout.readline().decode()
        found = re.search(r"http://\S+/", line)
        assert found, (folder / "errors").read_text()
        yield found[0]
    finally:
        server.terminate()
        server.communicate(timeout=30)


def main(folder: Path) -> None:
    """Indexes the demo shop and serves it on a free port until the process is ended."""
    listener = bind(HOST, 0)
    settings = load_settings()
    models = wiring.load_models(settings)
    store = open_shop(DATA / "feed.csv", folder, settings, models).store
    import_past_prices(store.catalogue, read_past_prices(DATA / "price_history.csv"))
    store.calibrate(calibration(str(store.space)))
    run(demo_service(settings, models, store), listener, settings.drain_timeout_s)


def calibration(space: str) -> Calibration:
    """What ``snapshelf demo`` finds for its shop, rounded: asking takes it half a minute."""
    return Calibration(
        features=("score", "margin", "prominence"),
        group=Logistic((0.754, 0.0331, 3.94), (0.0541, 0.0332, 1.75), (0.622, 0.66, 0.909), -0.176),
        product=Logistic((0.0,), (1.0,), (0.0,), 2.97),
        thresholds=Thresholds(),
        trials=96,
        source="labelled photos",
        space=space,
        made_at="2026-11-29T00:00:00+00:00",
        report={},
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
