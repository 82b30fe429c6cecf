"""``python -m scripts`` is ``snapshelf``."""

from scripts.cli import main

main()
