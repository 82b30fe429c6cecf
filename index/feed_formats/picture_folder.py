"""A folder of pictures as a feed: each file is a product, its name the title."""

import os
from collections.abc import Iterator
from pathlib import Path

from index.errors import FeedError
from index.feed_formats.raw_row import RawRow

PICTURE_ENDINGS = {
    ".jpg", ".jpeg", ".jpe", ".png", ".webp", ".gif", ".avif", ".heic", ".heif", ".bmp", ".tif",
    ".tiff",
}  # fmt: skip


def read_picture_folder(folder: Path) -> Iterator[RawRow]:
    """Gives a row for each picture in a folder and those below it, sorted by path.

    The id is the path in the folder, the title the file's name without its ending; hidden files
    and folders and other endings are passed over. Symbolic links to folders are not followed. A
    folder that cannot be read is one problem.

    Raises:
        FeedError: there is no picture.
    """
    row = 0
    for row, path in enumerate(_pictures(folder), start=1):
        if isinstance(path, OSError):
            yield RawRow(row, {}, _unreadable(folder, path))
            continue
        inside = path.relative_to(folder).as_posix()
        title = " ".join(path.stem.replace("_", " ").replace("-", " ").split())
        yield RawRow(row, {"id": inside, "title": title or path.name, "image_link": inside})
    if not row:
        raise FeedError(f"the folder {folder.name} holds no pictures")


def count_pictures(folder: Path) -> int:
    """Gives how many rows ``read_picture_folder`` gives."""
    return sum(1 for _ in _pictures(folder))


def _pictures(folder: Path) -> Iterator[Path | OSError]:
    faults: list[OSError] = []
    for parent, folders, files in os.walk(folder, onerror=faults.append):
        yield from _taken(faults)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.casefold() in PICTURE_ENDINGS:
                yield Path(parent, name)
    yield from _taken(faults)


def _taken(faults: list[OSError]) -> list[OSError]:
    taken = faults.copy()
    faults.clear()
    return taken


def _unreadable(folder: Path, error: OSError) -> str:
    inside = Path(error.filename).relative_to(folder).as_posix()
    return f"the folder {inside!r} cannot be read: {error.strerror}"
