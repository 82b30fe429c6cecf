"""Rows with ids that cannot be stored or are written otherwise, through a whole run."""

import os
from pathlib import Path

import pytest

from tests.fakes import encoded, picture
from tests.service.test_indexing_stages import Bench, bench, rejects, row

__all__ = ["bench"]


def ids(bench: Bench) -> set[str]:
    keys = bench.store.catalogue.changes(0).upserted
    return {one.id for one in bench.store.catalogue.products(keys).values()}


def test_an_id_that_is_no_text_costs_its_own_row(bench: Bench) -> None:
    bench.run(bench.feed([row(i) for i in range(3)]))
    feed = bench.feed([row(0), {**row(1), "id": "a\ud800"}, row(3)])
    counts = bench.run(feed, complete=True)
    assert (counts.added, counts.rejected, counts.removed) == (1, 1, 0)
    [entry] = rejects(counts)
    assert (entry["line"], entry["id"]) == (2, "a\\ud800")
    assert entry["reason"] == "id: holds characters that are no Unicode text"
    # it may have been one of those that the feed lacks
    assert counts.not_removed.startswith("1 rows could not be read")


def test_a_file_whose_name_is_no_text_costs_itself(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "good.png").write_bytes(encoded(picture("red")))
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png")).write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    bench.folder = folder
    counts = bench.run(folder)
    assert (counts.added, counts.rejected) == (1, 1)
    assert [entry["id"] for entry in rejects(counts)] == ["caf\\udce9.png"]


@pytest.mark.parametrize("column", ["ID", "Item ID", "g:id"])
def test_a_bad_price_keeps_its_product_whatever_the_id_column_is_called(
    bench: Bench, column: str
) -> None:
    bench.run(bench.feed([row(i) for i in range(3)]))
    feed = bench.folder / "feed.csv"
    feed.write_text(
        f"{column},Title,Image_Link,Price\np0,Thing 0,red.png,\np1,Thing 1,green.png,abc\n"
    )
    counts = bench.run(feed, complete=True)
    assert (counts.rejected, counts.removed, counts.not_removed) == (1, 1, "")
    assert [entry["id"] for entry in rejects(counts)] == ["p1"]
    assert ids(bench) == {"p0", "p1"}


def test_pictures_in_a_list_and_escaped_names_are_found(bench: Bench) -> None:
    for name in ("a&copy=1.png", "b,c.png"):
        (bench.folder / name).write_bytes(encoded(picture("blue")))
    counts = bench.run(bench.feed([row(0, image_link=["a&copy=1.png", "b,c.png"])]))
    assert (counts.added, counts.rejected) == (1, 0)
    assert [source for source, _ in bench.store.catalogue.sources("p0")] == [
        "a&copy=1.png",
        "b,c.png",
    ]
