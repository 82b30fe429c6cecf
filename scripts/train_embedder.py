"""Makes the default embedder: ``python -m scripts.train_embedder --out data/models/embedder``.

Needs the data sets (``$SNAPSHELF_DATASETS`` or ``../shared/data``) and the text teacher; one CPU
core, no network. The same seed gives the same weights on the same machine.
"""

import argparse
import tempfile
from pathlib import Path

from scripts.embedder_training.pictures import datasets_root
from scripts.embedder_training.recipe import Run, develop, train
from scripts.embedder_training.report import report
from scripts.embedder_training.teacher import teacher_folder


def main() -> None:
    """Parses, trains, prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m scripts.train_embedder")
    parser.add_argument(
        "--out", type=Path, default=Path("data/models/embedder"), help="folder to write"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--work", type=Path, help="cache of intermediate results")
    parser.add_argument("--teacher", type=Path, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--renders", type=Path, help="own renders: folder with manifest.csv")
    parser.add_argument(
        "--only",
        choices=["report", "development"],
        help="report: measure --out; development: measure the head settings on the held-out split",
    )
    given = parser.parse_args()
    if given.only != "report":
        run = Run(
            data=datasets_root(),
            teacher=teacher_folder(given.teacher),
            work=given.work or Path(tempfile.gettempdir()) / "snapshelf-embedder-training",
            seed=given.seed,
            renders=given.renders,
        )
        if given.only == "development":
            print(develop(run))
            return
        train(run, given.out)
    for name, value in report(given.out, datasets_root()).items():
        print(f"{name:45} {value}")


if __name__ == "__main__":
    main()
