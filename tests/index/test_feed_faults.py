"""What real feeds have in them besides honest rows: it costs its own row at most, and is named."""

import os
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from index.errors import FeedError, RowError
from index.feed_rows import FeedRow, parse_price, parse_row, row_id
from index.feeds import count_rows, read_feed
from index.types import Price

BASE = {"id": "A1", "title": "Mug"}
RSS = '<rss xmlns:g="http://base.google.com/ns/1.0"><channel>\n{items}\n</channel></rss>'


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def parsed(path: Path) -> list[FeedRow]:
    return [parse_row(raw.values) for raw in read_feed(path)]


# addresses and ids are no words


@pytest.mark.parametrize("query", ["id=1&currency=USD&region=us", "a=1&amp;b=2", "x=1&copy=2"])
def test_addresses_are_taken_as_they_stand(query: str) -> None:
    address = f"https://shop.example/p?{query}"
    row = parse_row(
        {**BASE, "link": address, "image_url": address, "additional_image_link": [f"{address}&n=2"],
         "mobile_link": address}
    )  # fmt: skip
    assert row.product.offers[0].link == address
    assert row.pictures == (address, f"{address}&n=2")
    assert row.product.attributes == {"mobile_link": address}


def test_ids_are_taken_as_they_stand_and_words_without_html() -> None:
    row = parse_row(
        {"id": "a&amp;b", "item_group_id": "a&lt", "title": "Cup &amp; mug &reg;",
         "brand": "A&amp;B", "note": "5&nbsp;cm", "price": "5 &euro;"}
    )  # fmt: skip
    product = row.product
    assert (product.id, product.group, product.title) == ("a&amp;b", "a&lt", "Cup & mug ®")
    assert (product.brand, product.attributes) == ("A&B", {"note": "5\u00a0cm"})
    assert product.offers[0].price == Price(Decimal(5), "EUR")


def test_an_address_in_xml_is_unescaped_once(tmp_path: Path) -> None:
    item = (
        "<item><g:id>1</g:id><title>T</title><link>https://s.example/?a=1&amp;copy=2</link></item>"
    )
    [row] = parsed(written(tmp_path, "feed.xml", RSS.format(items=item)))
    assert row.product.offers[0].link == "https://s.example/?a=1&copy=2"


def test_files_of_a_folder_keep_their_names(tmp_path: Path) -> None:
    names = ["fish&chips&copy.jpg", "tom&amp;jerry.jpg"]
    for name in names:
        written(tmp_path, name, b"")
    rows = parsed(tmp_path)
    assert [row.pictures for row in rows] == [(name,) for name in names]
    assert [row.product.id for row in rows] == names


# lists and objects


def test_a_list_of_pictures_is_so_many_pictures() -> None:
    listed = ["a,1.jpg", "b.jpg"]
    assert parse_row({**BASE, "image_link": listed}).pictures == ("a,1.jpg", "b.jpg")
    more = ["https://x.example/w_3,h_4/c.jpg"]
    row = parse_row({**BASE, "image_link": listed, "additional_image_link": more})
    assert row.pictures == ("a,1.jpg", "b.jpg", more[0])


def test_columns_of_one_name_with_several_addresses_each_are_all_read(tmp_path: Path) -> None:
    text = (
        "id,title,additional_image_link,additional_image_link\n"
        '1,a,"https://x.example/b.jpg,https://x.example/c.jpg",d.jpg\n'
    )
    [row] = parsed(written(tmp_path, "feed.csv", text))
    assert row.pictures == ("https://x.example/b.jpg", "https://x.example/c.jpg", "d.jpg")


def test_an_object_in_a_column_of_its_own_is_an_attribute() -> None:
    row = parse_row({**BASE, "dimensions": {"w": 3, "unit": "&quot;"}, "tags": [["x"], "ü"]})
    assert row.product.attributes == {
        "dimensions": '{"w": 3, "unit": "&quot;"}',
        "tags": '[["x"], "ü"]',
    }
    assert parse_row({**BASE, "dimensions": {}, "tags": [None, ""]}).product.attributes == {}
    for field in ("title", "image_link"):
        with pytest.raises(RowError, match=f"{field}: is an object"):
            parse_row({**BASE, field: {"w": 3}})
    with pytest.raises(RowError, match="size: holds characters that are no Unicode text"):
        parse_row({**BASE, "size": {"w": "\ud83d"}})


@pytest.mark.parametrize("column", ["id", "ID", " g:Id ", "item_id", "Item ID"])
def test_the_id_of_a_row_that_is_refused_is_known(column: str) -> None:
    assert row_id({"title": "", "price": "abc", column: ' ="007" '}) == "007"
    assert row_id({"group_id": "1", column: None}) == ""
    assert row_id({column: {"x": 1}}) == ""


# CSV


def test_a_row_that_is_cut_off_is_named_and_not_taken_as_in_stock(tmp_path: Path) -> None:
    text = (
        "id,title,description,price,Availability\n"
        "a,Chair,first line\nof two lines,49 USD,out_of_stock\n"
        "b,Mug,fine,5 USD,\nc,Cup,fine,5 USD\n"
    )
    chair, rest, mug, cup = read_feed(written(tmp_path, "feed.csv", text))
    assert chair.warning == "has 3 cells, the header 5: price, Availability cut off"
    assert parse_row(chair.values).product.offers[0].availability == "out_of_stock"
    assert (rest.line, rest.warning) == (3, chair.warning)
    assert (mug.warning, parse_row(mug.values).product.offers[0].availability) == ("", "in_stock")
    assert (cup.line, cup.warning) == (5, "has 4 cells, the header 5: Availability cut off")


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "\ufeffsep=;"])
def test_excel_s_line_with_the_separator_is_no_header(tmp_path: Path, first: str) -> None:
    text = f"{first}\r\nid;title;note\r\n1;a;b,c,d\r\n"
    [raw] = read_feed(written(tmp_path, "feed.csv", text))
    assert (raw.line, raw.values) == (3, {"id": "1", "title": "a", "note": "b,c,d"})


def test_a_separator_alone_is_no_feed(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"feed\.csv holds no rows"):
        list(read_feed(written(tmp_path, "feed.csv", "sep=;\n\n")))


# XML


@pytest.mark.parametrize("inside", ["<!-- <b>soft</b>", "see <item>x</item>", "</item>", "<entry>"])
def test_what_looks_like_markup_in_cdata_is_text(tmp_path: Path, inside: str) -> None:
    item = "<item><g:id>{i}</g:id><title>T</title>{text}</item>"
    text = f"<description><![CDATA[{inside}]]></description>"
    items = "\n".join(item.format(i=i, text=text if i == 1 else "") for i in range(4))
    rows = parsed(written(tmp_path, "feed.xml", RSS.format(items=items)))
    assert [row.product.id for row in rows] == ["0", "1", "2", "3"]
    assert rows[1].product.description == inside


def test_cdata_in_a_comment_and_a_comment_s_end_in_text_change_nothing(tmp_path: Path) -> None:
    item = "<item><g:id>{}</g:id><title>a --> b ]]&gt;</title></item>"
    items = item.format(1) + "<!-- <![CDATA[ <item> -->" + item.format(2)
    found = [raw.values for raw in read_feed(written(tmp_path, "a.xml", RSS.format(items=items)))]
    assert [values["id"] for values in found] == ["1", "2"]


def test_a_comment_that_is_not_closed_is_named_with_its_line(tmp_path: Path) -> None:
    item = "<item><g:id>{}</g:id><title>T</title></item>\n"
    items = item.format(1) + "<!-- oops\n" + item.format(2) + item.format(3)
    good, bad = read_feed(written(tmp_path, "feed.xml", RSS.format(items=items)))
    assert good.values["id"] == "1"
    assert (bad.line, bad.problem) == (3, "a comment is not closed; what follows is not read")


def test_after_four_million_characters_a_comment_is_given_up_and_named(tmp_path: Path) -> None:
    item = "<item><g:id>{}</g:id><title>T</title></item>\n"
    items = item.format(1) + "<!-- oops\n" + "x" * 4_400_000 + item.format(2)
    found = list(read_feed(written(tmp_path, "feed.xml", RSS.format(items=items))))
    assert [raw.problem or raw.values["id"] for raw in found] == [
        "1", "a comment is not closed within 4,194,304 characters", "2",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["utf-16", "UTF-16", "utf-16le", "utf-32"])
def test_utf_8_that_says_it_were_utf_16_is_utf_8(tmp_path: Path, name: str) -> None:
    items = "<item><g:id>Größe</g:id><title>T</title></item>"
    text = f'<?xml version="1.0" encoding="{name}"?>\n{RSS.format(items=items)}'
    assert [row.product.id for row in parsed(written(tmp_path, "feed.xml", text))] == ["Größe"]


@pytest.mark.parametrize("name", ["idna", "punycode", "unicode_escape", "undefined", "base64"])
def test_a_codec_that_is_no_encoding_of_xml_is_refused(tmp_path: Path, name: str) -> None:
    text = f'<?xml version="1.0" encoding="{name}"?>\n{RSS.format(items="<item>ü</item>")}'
    with pytest.raises(FeedError, match=r"feed\.xml: .* no encoding"):
        list(read_feed(written(tmp_path, "feed.xml", text)))


# Parquet, folders


def far_date() -> pyarrow.Array:
    return pyarrow.array([0, 4_000_000_000_000, 0], pyarrow.timestamp("s"))


def long_time() -> pyarrow.Array:
    return pyarrow.array([timedelta(), None, timedelta()], pyarrow.duration("s")).fill_null(1 << 60)


def no_utf_8() -> pyarrow.Array:
    return pyarrow.array([b"a", b"\xff", b"b"]).view(pyarrow.string())


@pytest.mark.parametrize("column", [far_date, long_time, no_utf_8])
def test_a_value_that_has_no_form_costs_its_own_row_alone(
    tmp_path: Path, column: Callable[[], pyarrow.Array]
) -> None:
    path = tmp_path / "feed.parquet"
    table = {"id": ["1", "2", "3"], "until": column(), "title": ["T"] * 3}
    pyarrow.parquet.write_table(pyarrow.table(table), path)
    one, two, three = read_feed(path)
    assert [parse_row(raw.values).product.id for raw in (one, three)] == ["1", "3"]
    assert (two.line, row_id(two.values)) == (2, "2")
    assert two.problem.startswith("until: cannot be read: ")


def test_a_folder_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a/1.jpg", "b/2.jpg"):
        (tmp_path / name).parent.mkdir()
        written(tmp_path, name, b"")
    scandir = os.scandir

    def refusing(path: str) -> object:  # root may read everything
        if Path(path).name == "a":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    bad, good = read_feed(tmp_path)
    assert bad.problem == "the folder 'a' cannot be read: Permission denied"
    assert (good.line, good.values["id"]) == (2, "b/2.jpg")
    assert count_rows(tmp_path) == 2


# prices


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("CHF 1'299.-", 1299, "CHF"), ("CHF 1'299.–", 1299, "CHF"), ("1299,- €", 1299, "EUR"),
        ("5.-- CHF", 5, "CHF"), ("1.299,— €", 1299, "EUR"), ("US $5", 5, "USD"),
        ("5 US $", 5, "USD"), ("CA $5.00", 5, "CAD"), ("1 299,- Kč", 1299, "CZK"),
    ],
)  # fmt: skip
def test_a_dash_stands_for_no_decimals_and_a_sign_may_stand_apart(
    text: str, amount: int, currency: str
) -> None:
    assert parse_price(text) == Price(Decimal(amount), currency)


@pytest.mark.parametrize(
    "text", ["5- EUR", "-5 EUR", "5.-5 EUR", "5.--- EUR", "5 - 9 EUR", "5.00.- CHF", "X $5", ".- €"]
)
def test_other_dashes_and_signs_are_no_price(text: str) -> None:
    with pytest.raises(RowError, match=r"is no price|is no ISO 4217 currency"):
        parse_price(text)
