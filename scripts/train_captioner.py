"""Makes the default captioner: ``python -m scripts.train_captioner --out data/models/captioner``.

Needs the data sets (``$SNAPSHELF_DATASETS`` or ``../shared/data``); one CPU core, no network. The
same seed gives the same weights on the same machine.
"""

import argparse
import tempfile
from pathlib import Path

from scripts.captioner_training.recipe import Run, train
from scripts.captioner_training.report import report
from scripts.embedder_training.pictures import datasets_root


def main() -> None:
    """Parses, trains, prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m scripts.train_captioner")
    parser.add_argument(
        "--out", type=Path, default=Path("data/models/captioner"), help="folder to write"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--work", type=Path, help="cache of intermediate results")
    parser.add_argument("--only", choices=["report"], help="report: measure --out")
    given = parser.parse_args()
    work = given.work or Path(tempfile.gettempdir()) / "snapshelf-captioner-training"
    if given.only != "report":
        train(Run(datasets_root(), work, given.seed), given.out)
    for name, value in report(given.out, datasets_root(), work).items():
        print(f"{name:45} {value}")


if __name__ == "__main__":
    main()
