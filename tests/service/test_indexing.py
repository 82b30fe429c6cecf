"""Whole feeds: counts, rejects, resuming, and bad input."""

import csv
import json
from pathlib import Path

import pytest

from index.errors import FeedError, StoreBusyError
from index.store import hold
from service import wiring
from service.indexing import Counts, FeedIndexing, IndexingOptions
from service.types import SearchRequest
from tests.service.conftest import Shop, drawn, encoded, shop_rows


def write_feed(shop: Shop, rows: list[dict[str, str]], name: str = "feed.csv") -> Path:
    path = shop.pictures / name
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def run(shop: Shop, *feeds: Path, **options: object) -> Counts:
    indexing = FeedIndexing(shop.store, shop.ingest)
    return indexing.run(
        list(feeds),
        lambda feed: wiring.picture_sources(shop.settings, feed.parent),
        IndexingOptions(**options),  # type: ignore[arg-type]
    )


def rejects(counts: Counts) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(counts.rejects_file).read_text().splitlines()]


def test_a_feed_is_indexed_and_a_version_is_saved(empty_shop: Shop) -> None:
    counts = run(empty_shop, write_feed(empty_shop, shop_rows()))
    assert (counts.added, counts.rejected, counts.rejects_file) == (9, 0, "")
    assert (empty_shop.folder / "versions" / counts.version / "manifest.json").is_file()
    request = SearchRequest(photo=encoded(drawn("box", "green")))
    [item] = empty_shop.pipeline.search(request).items
    assert item.matches[0].product.id == "box-green"


def test_a_second_run_changes_nothing_and_saves_no_new_version(empty_shop: Shop) -> None:
    feed = write_feed(empty_shop, shop_rows())
    first = run(empty_shop, feed)
    second = run(empty_shop, feed)
    assert (second.added, second.updated, second.unchanged) == (0, 0, 9)
    assert second.version == first.version


def test_bad_rows_are_named_with_line_field_and_reason_and_the_good_ones_stay(
    empty_shop: Shop,
) -> None:
    rows = shop_rows()[:4]
    rows[1] = {**rows[1], "price": "abc"}
    rows[2] = {**rows[2], "image_link": "missing.png"}
    counts = run(empty_shop, write_feed(empty_shop, rows))
    assert (counts.added, counts.rejected) == (2, 2)
    found = {entry["id"]: entry for entry in rejects(counts)}
    assert found["disc-blue"]["line"] == 3
    assert "price: 'abc' is no price" in str(found["disc-blue"]["reason"])
    assert found["disc-green"]["line"] == 4
    assert "no such picture" in str(found["disc-green"]["reason"])
    assert {entry["kind"] for entry in found.values()} == {"rejected"}


def test_of_two_rows_with_one_id_and_merchant_the_last_wins_and_it_is_reported(
    empty_shop: Shop,
) -> None:
    row = shop_rows()[0]
    counts = run(empty_shop, write_feed(empty_shop, [row, {**row, "title": "Later"}]))
    assert empty_shop.store.catalogue.product("disc-red").title == "Later"
    [entry] = rejects(counts)
    assert entry["kind"] == "warning"
    assert "same id and merchant as line 2; this row wins" in str(entry["reason"])


def test_an_empty_feed_is_refused_and_nothing_is_written(empty_shop: Shop) -> None:
    empty = empty_shop.pictures / "empty.csv"
    empty.write_bytes(b"")
    good = write_feed(empty_shop, shop_rows())
    with pytest.raises(FeedError, match=r"empty.csv is empty"):
        run(empty_shop, good, empty)
    header_only = write_feed(empty_shop, [], "header.csv")
    header_only.write_text("id,title\n")
    with pytest.raises(FeedError, match="a header but no rows"):
        run(empty_shop, header_only)
    assert empty_shop.store.catalogue.count() == (0, 0)


def test_a_feed_in_another_encoding_keeps_its_letters(empty_shop: Shop) -> None:
    row = {**shop_rows()[0], "title": "Grüne Schüssel für Käse", "description": "Größe 20 cm, weiß"}
    path = write_feed(empty_shop, [row])
    path.write_bytes(path.read_text(encoding="utf-8").encode("windows-1252"))
    run(empty_shop, path)
    assert empty_shop.store.catalogue.product("disc-red").title == "Grüne Schüssel für Käse"


def test_two_indexers_at_once_are_one_indexer_and_one_clear_refusal(empty_shop: Shop) -> None:
    feed = write_feed(empty_shop, shop_rows())
    lock = hold(empty_shop.store.writer_lock())
    with pytest.raises(StoreBusyError, match="another process is writing"):
        run(empty_shop, feed)
    lock.release()
    assert run(empty_shop, feed).added == 9


def test_jsonl_and_parquet_feeds_give_the_same_catalogue(empty_shop: Shop) -> None:
    import pyarrow
    import pyarrow.parquet

    rows = shop_rows()
    lines = empty_shop.pictures / "feed.jsonl"
    lines.write_text("\n".join(json.dumps(row) for row in rows))
    assert run(empty_shop, lines).added == 9
    table = empty_shop.pictures / "feed.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), table)
    assert run(empty_shop, table).unchanged == 9
