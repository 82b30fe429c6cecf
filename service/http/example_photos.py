"""Photos that the page offers to a visitor who has none at hand."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ExamplePhoto:
    """One photo."""

    path: Path
    """A JPEG."""
    shows: Mapping[str, str]
    """What it shows, by the page's languages (BCP 47)."""


def read_examples(path: Path) -> tuple[ExamplePhoto, ...]:
    """Gives the photos of a list such as ``data/demo/examples.toml``; files lie beside it."""
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["photo"]
    return tuple(
        ExamplePhoto(
            path.parent / one["file"], {name: text for name, text in one.items() if name != "file"}
        )
        for one in listed
    )
