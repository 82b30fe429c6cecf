"""Links of a page to files beside ``docs/``: on the site these files lie in a folder of their own.

So one link serves whoever reads the page in the repository and whoever reads it on the site.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

OUTSIDE = "repository"
"""Folder of the site for files of the repository that lie outside ``docs/``."""
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#|/)([^)\s#]+)")
"""The path of a relative Markdown link."""


def outside_files(pages: Iterable[Path], docs: Path, root: Path) -> list[Path]:
    """Gives the files below ``root``, but not below ``docs``, that pages link to; sorted.

    Pages among them are read in turn.
    """
    found: set[Path] = set()
    waiting = list(pages)
    while waiting:
        new = {
            one
            for one in _targets(waiting.pop())
            if one.is_file() and one.is_relative_to(root) and not one.is_relative_to(docs)
        }
        waiting += [one for one in new - found if one.suffix == ".md"]
        found |= new
    return sorted(found)


def relinked(markdown: str, source: Path, address: str, docs_dir: str) -> str:
    """Gives a page with its links as the site needs them.

    Args:
        markdown: the page.
        source: where it lies in the repository.
        address: where it lies on the site, as ``repository/benchmarks/results.md``.
        docs_dir: the folder ``docs/`` of the repository.
    """
    docs = Path(docs_dir)

    def moved(link: re.Match[str]) -> str:
        target = _resolved(source, link[0])
        if target.is_relative_to(docs):
            uri = target.relative_to(docs).as_posix()
        elif target.is_file() and target.is_relative_to(docs.parent):
            uri = f"{OUTSIDE}/{target.relative_to(docs.parent).as_posix()}"
        else:
            return link[0]  # MkDocs complains of it by the name that the author knows
        return posixpath.relpath(uri, posixpath.dirname(address) or ".")

    return _LINK.sub(moved, markdown)


def _targets(page: Path) -> Iterator[Path]:
    for link in _LINK.finditer(page.read_text(encoding="utf-8")):
        yield _resolved(page, link[0])


def _resolved(page: Path, link: str) -> Path:
    return Path(posixpath.normpath((page.parent / link).as_posix()))
