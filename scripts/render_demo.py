"""Command: render the demo shop, or random products to train an embedder with.

python -m scripts.render_demo --out data/demo
python -m scripts.render_demo --training 60 --out renders
"""

from __future__ import annotations

import argparse
from pathlib import Path

from scripts.demo_shop.build import build
from scripts.demo_shop.training import render_training


def main() -> None:
    """Parses the command line and renders."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=Path("data/demo"))
    parser.add_argument(
        "--only", metavar="NAME", help='a product, group or photo, or "catalogue" or "photos"'
    )
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes that render")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--training", type=int, metavar="N", help="N random shapes instead")
    options = parser.parse_args()
    if options.training is not None:
        render_training(options.training, options.out, options.seed)
    else:
        build(options.out, options.only, options.seed, options.jobs)


if __name__ == "__main__":
    main()
