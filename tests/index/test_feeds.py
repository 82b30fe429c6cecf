"""Feeds of every format and encoding give the same rows; what cannot be read has its line."""

import csv
import io
import json
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from index.errors import FeedError, UnknownFeedError
from index.feed_rows import parse_row
from index.feeds import RawRow, count_rows, read_feed

ROWS = [
    {"id": "1", "title": "Tasse, blau", "price": "9.00 EUR", "description": 'mit "Henkel"'},
    {"id": "2", "title": "Stuhl", "price": "49.00 EUR", "description": "zwei\nZeilen"},
    {"id": "3", "title": "杯子", "price": "5.00 CNY", "description": ""},
]
GERMAN = [
    {"id": str(i), "title": title, "description": "Größe wählbar, für die Küche, schöne Maße"}
    for i, title in enumerate(["Türgriff", "Schüssel weiß", "Löffel", "Gemüsemesser", "Bügel"])
]
CHINESE = [
    {"id": str(i), "title": title, "description": "适合厨房使用的日常用品,质量很好,价格便宜。"}
    for i, title in enumerate(["蓝色陶瓷杯", "木制椅子", "不锈钢勺子", "玻璃花瓶", "棉质毛巾"])
]


SPANISH = [
    {"id": "1", "title": "Silla de niño", "description": "Tamaño pequeño y diseño español"},
    {"id": "2", "title": "Cojín de algodón", "description": "Color café y añil"},
]
RUSSIAN = [
    {"id": "1", "title": "Стул деревянный красный", "description": "Для кухни"},
    {"id": "2", "title": "Кружка синяя керамическая", "description": "Объём 300 мл"},
]


def text_of(rows: list[dict[str, str]], delimiter: str = ",") -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def written(folder: Path, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def parquet(folder: Path, rows: list[dict[str, str]] = ROWS) -> Path:
    path = folder / "feed.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return path


def values(path: Path) -> list[dict[str, object]]:
    rows = list(read_feed(path))
    assert [row.problem for row in rows] == [""] * len(rows)
    return [dict(row.values) for row in rows]


def test_every_format_gives_the_same_rows(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(row) for row in ROWS)
    feeds = [
        written(tmp_path, "feed.csv", text_of(ROWS)),
        written(tmp_path, "semicolons.csv", text_of(ROWS, ";")),
        written(tmp_path, "tabs.csv", text_of(ROWS, "\t")),
        written(tmp_path, "feed.TSV", text_of(ROWS, "\t")),
        written(tmp_path, "feed.jsonl", lines),
        written(tmp_path, "feed.ndjson", lines.replace("\n", "\r\n\r\n")),
        parquet(tmp_path),
    ]
    for feed in feeds:
        assert values(feed) == ROWS, feed.name
    products = [[parse_row(row.values) for row in read_feed(feed)] for feed in feeds]
    assert all(one == products[0] for one in products)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_unicode_feeds_are_read_in_any_encoding(tmp_path: Path, form: str, encoding: str) -> None:
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in CHINESE)
    text = text_of(CHINESE) if form == "csv" else lines
    if encoding in {"utf-16-le", "utf-16-be"}:
        text = "\ufeff" + text
    assert values(written(tmp_path, f"feed.{form}", text, encoding)) == CHINESE


@pytest.mark.parametrize(
    ("rows", "encoding"),
    [
        (GERMAN, "windows-1252"),
        (GERMAN, "latin-1"),
        (SPANISH, "windows-1252"),
        (RUSSIAN, "windows-1251"),
        (CHINESE, "gb18030"),
        (CHINESE, "gbk"),
    ],
)
def test_feeds_of_older_encodings_keep_their_letters(
    tmp_path: Path, rows: list[dict[str, str]], encoding: str
) -> None:
    assert values(written(tmp_path, "feed.csv", text_of(rows), encoding)) == rows


def test_a_letter_at_the_very_end_decides_the_encoding(tmp_path: Path) -> None:
    rows = "".join(f"{i},Tisch aus Holz und Stahl\n" for i in range(20))
    path = written(tmp_path, "feed.csv", f"id,title\n{rows}x,Tür", "windows-1252")
    assert values(path)[-1] == {"id": "x", "title": "Tür"}


def test_a_utf_8_feed_cut_inside_a_letter_stays_utf_8(tmp_path: Path) -> None:
    lines = "\n".join(f"{row['id']}\t{row['title']}" for row in CHINESE)
    whole = f"id\ttitle\n{lines}".encode()
    titles = [row["title"] for row in values(written(tmp_path, "feed.tsv", whole[:-1]))]
    assert titles == [row["title"] for row in CHINESE[:-1]] + ["棉质毛\ufffd"]


@pytest.mark.parametrize("cut", range(4))
def test_utf_8_is_known_where_the_sample_ends_inside_a_letter(tmp_path: Path, cut: int) -> None:
    rows = "".join(f"{i},杯子杯子杯子杯子杯子杯子杯子\n" for i in range(30_000))
    path = written(tmp_path, "feed.csv", "id,title" + " " * cut + "\n" + rows)
    assert path.stat().st_size > 1 << 20
    assert {row.values["title"] for row in read_feed(path)} == {"杯子杯子杯子杯子杯子杯子杯子"}


def test_a_letter_far_into_the_feed_decides_the_encoding(tmp_path: Path) -> None:
    rows = "".join(f"{i},Tisch aus Holz und Stahl\n" for i in range(60_000))
    path = written(tmp_path, "feed.csv", f"id,title\n{rows}x,Türgriff weiß\n", "windows-1252")
    *_, last = read_feed(path)
    assert last.values["title"] == "Türgriff weiß"


def test_quoted_line_breaks_keep_the_line_numbers_right(tmp_path: Path) -> None:
    text = 'id,title\n1,one\n\n2,"two\nlines"\n3,"three\n\nlines"\n4,four\n'
    rows = list(read_feed(written(tmp_path, "feed.csv", text)))
    assert [(row.line, row.values["id"]) for row in rows] == [
        (2, "1"), (4, "2"), (6, "3"), (9, "4"),
    ]  # fmt: skip


def test_a_row_with_too_many_cells_is_a_problem_of_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, "feed.csv", "id,title\n1,one\n2,two,too,many\n3,three\n4\n")
    assert list(read_feed(path)) == [
        RawRow(2, {"id": "1", "title": "one"}),
        RawRow(3, {}, "has 4 cells, the header 2"),
        RawRow(4, {"id": "3", "title": "three"}),
        RawRow(5, {"id": "4"}, warning="has 1 cells, the header 2: title cut off"),
    ]


def test_a_cell_past_the_limit_is_a_problem_of_its_line(tmp_path: Path) -> None:
    huge = "x" * 10_000_000
    path = written(tmp_path, "feed.csv", f"id,title\n1,one\n2,{huge}\n3,three\n")
    assert list(read_feed(path)) == [
        RawRow(2, {"id": "1", "title": "one"}),
        RawRow(3, {}, "has more than 4,194,304 characters"),
        RawRow(4, {"id": "3", "title": "three"}),
    ]


def test_broken_json_lines_are_problems_of_their_lines(tmp_path: Path) -> None:
    lines = ['{"id": "1"}', "{broken", "", "[1, 2]", '"text"', "[" * 100_000, '{"id": "7"}']
    rows = list(read_feed(written(tmp_path, "feed.jsonl", "\n".join(lines))))
    assert [row.line for row in rows] == [1, 2, 4, 5, 6, 7]
    assert rows[1].problem.startswith("no readable JSON")
    assert rows[2].problem == "is a JSON list, not an object"
    assert rows[3].problem == "is a JSON str, not an object"
    assert rows[4].problem.startswith("no readable JSON")
    assert rows[5].values == {"id": "7"}


def test_nul_bytes_reach_the_row_s_own_check(tmp_path: Path) -> None:
    rows = list(read_feed(written(tmp_path, "feed.csv", "id,title\n1,a\0b\n2,two\n")))
    assert [row.values.get("id") for row in rows] == ["1", "2"]
    assert rows[0].values["title"] == "a\0b"


@pytest.mark.parametrize("name", ["feed.csv", "feed.jsonl", "feed.parquet"])
def test_an_empty_feed_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FeedError, match=rf"{name} is empty \(0 bytes\)"):
        read_feed(written(tmp_path, name, b""))


def test_a_feed_of_blank_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"feed.csv holds no rows"):
        list(read_feed(written(tmp_path, "feed.csv", "\n \n")))


def test_a_header_alone_is_a_feed_without_rows(tmp_path: Path) -> None:
    assert list(read_feed(written(tmp_path, "feed.csv", "id,title\n"))) == []


@pytest.mark.parametrize("header", ["title,price", "sku;title", "a"])
def test_a_header_without_id_is_refused_with_what_it_has(tmp_path: Path, header: str) -> None:
    with pytest.raises(FeedError, match="no column 'id' in its header: "):
        list(read_feed(written(tmp_path, "feed.csv", f"{header}\n1,2\n")))


@pytest.mark.parametrize("header", ["id", "ID", "g:id", ' "id" ', "\ufeffid"])
def test_the_id_column_is_known_in_its_usual_forms(tmp_path: Path, header: str) -> None:
    path = written(tmp_path, "feed.csv", f"{header.strip()},title\n1,one\n")
    assert [parse_row(row.values).product.id for row in read_feed(path)] == ["1"]


@pytest.mark.parametrize("kept", [0.5, 0.98])
def test_a_truncated_parquet_is_refused(tmp_path: Path, kept: float) -> None:
    whole = parquet(tmp_path).read_bytes()
    path = written(tmp_path, "cut.parquet", whole[: int(len(whole) * kept)])
    with pytest.raises(FeedError, match=r"cut\.parquet is no readable Parquet"):
        list(read_feed(path))


def test_a_missing_feed_is_named(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"nothing\.csv: no such file"):
        read_feed(tmp_path / "nothing.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FeedError, match=r"the folder folder\.csv holds no pictures"):
        list(read_feed(tmp_path / "folder.csv"))


@pytest.mark.parametrize("name", ["feed.xlsx", "feed", "feed.csv.zip"])
def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownFeedError, match=rf"{name}: allowed are \.csv, \.tsv"):
        read_feed(written(tmp_path, name, "id\n1\n"))


def test_rows_are_counted_without_reading_them(tmp_path: Path) -> None:
    assert count_rows(parquet(tmp_path)) == 3
    assert count_rows(written(tmp_path, "feed.csv", "id\n1\n2\n")) == 3  # the header too


@pytest.mark.data
def test_the_luma_feed_is_read_whole(datasets: Path) -> None:
    rows = [parse_row(row.values) for row in read_feed(datasets / "luma" / "feed.csv")]
    assert len(rows) == 313
    assert len({row.product.group for row in rows}) == 125
    assert all(row.pictures and row.product.offers[0].price for row in rows)
