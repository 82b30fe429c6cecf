"""Each format's own traps: quotes, broken items, variants in several rows, damaged archives."""

import gzip
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import FeedError, RowError
from index.feed_formats import delimited, text_files
from index.feed_formats.raw_row import RawRow
from index.feed_rows import parse_row
from index.feeds import count_rows, read_feed

RSS = """<?xml version="1.0"?>
<rss xmlns:{prefix}="http://base.google.com/ns/1.0" version="2.0"><channel>
<title>Shop</title><link>https://shop.example</link>
{items}
</channel></rss>
"""


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows_of(path: Path) -> dict[int, str]:
    """Line to id, or to why it cannot be read."""
    return {row.line: row.problem or str(row.values.get("id")) for row in read_feed(path)}


# CSV


@pytest.mark.parametrize("tail", [",plain", ',"quoted"', ',"two ""words"""', ',"a\nb"'])
def test_a_quote_that_is_not_closed_costs_its_own_row_alone(tmp_path: Path, tail: str) -> None:
    good = "".join(f"{i}{tail},x\n" for i in range(2000))
    path = written(tmp_path, "feed.csv", f'id,title,more\n{good}bad,"oops,x\n{good}')
    found = list(read_feed(path))
    assert [row.values["id"] for row in found if not row.problem] == [
        str(i) for i in range(2000)
    ] * 2
    [bad] = [row for row in found if row.problem]
    assert bad.line == 2 + good.count("\n")


def test_a_quoted_field_may_run_over_many_lines_and_no_more(tmp_path: Path) -> None:
    most = delimited.MAX_RECORD_LINES - 1
    allowed, refused = "x\n" * most, "y\n" * (most + 1)
    text = f'id,title\n1,"{allowed}x"\n2,"{refused}y"\n3,three\n'
    found = rows_of(written(tmp_path, "feed.csv", text))
    assert found[2] == "1"
    assert found[2 + most + 1].startswith("a quote is not closed within 500 lines")
    assert list(found.values())[-1] == "3"


def test_inner_quotes_that_are_not_doubled_are_kept(tmp_path: Path) -> None:
    path = written(tmp_path, "feed.csv", 'id,title,more\n1,"a 5" pipe",x\n2,5" pipe,"y"\n')
    assert [row.values.get("title") for row in read_feed(path)] == ['a 5" pipe', '5" pipe']


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("ab\",\n\r;\t'", max_size=12), min_size=1, max_size=30))
def test_whatever_stands_in_a_row_every_row_around_it_is_read(garbage: list[str]) -> None:
    good = [f'good-{i},"t, {i}"\n' for i in range(3)]
    text = "id,title\n" + "".join(good) + ",".join(garbage) + "\n" + "".join(good) * 200
    found = list(delimited._rows(_lines(text), ["id", "title"], ","))
    ids = [row.values.get("id") for row in found if not row.problem]
    assert [one for one in ids if str(one).startswith("good-")].count("good-2") >= 200


def _lines(text: str) -> delimited._RecordLines:
    lines = delimited._RecordLines(text_files.read_lines(io.StringIO(text, newline="")))
    next(lines)
    return lines


def test_rows_in_another_encoding_are_named_and_the_others_keep_their_letters(
    tmp_path: Path,
) -> None:
    rows = [f"{i},Küche\n".encode("latin-1" if i % 20 == 0 else "utf-8") for i in range(1, 101)]
    found = list(read_feed(written(tmp_path, "feed.csv", b"id,title\n" + b"".join(rows))))
    bad = [row for row in found if row.values["title"] != "Küche"]
    assert [row.line for row in bad] == [21, 41, 61, 81, 101]
    for row in bad:
        with pytest.raises(RowError, match="title: holds characters that are no Unicode text"):
            parse_row(row.values)


def test_columns_of_one_name_are_joined(tmp_path: Path) -> None:
    text = "id,title,additional_image_link,additional_image_link\n1,a,b.jpg,c.jpg\n2,a,,d.jpg\n"
    found = [parse_row(row.values) for row in read_feed(written(tmp_path, "feed.csv", text))]
    assert [row.pictures for row in found] == [("b.jpg", "c.jpg"), ("d.jpg",)]


# JSON Lines


def test_nan_is_no_json(tmp_path: Path) -> None:
    lines = '{"id": "1"}\n{"id": "2", "price": NaN}\n{"id": "3", "price": -Infinity}\n'
    assert rows_of(written(tmp_path, "feed.jsonl", lines)) == {
        1: "1",
        2: "no readable JSON: NaN is no JSON number",
        3: "no readable JSON: -Infinity is no JSON number",
    }


def test_openai_s_products_with_variants_become_a_row_a_variant(tmp_path: Path) -> None:
    product = {
        "id": "tee",
        "title": "Tee",
        "description": {"plain": "Soft."},
        "variants": [
            {
                "id": "tee-s",
                "title": "Tee, small",
                "price": {"amount": 1999, "currency": "USD"},
                "list_price": {"amount": 2499, "currency": "USD"},
                "availability": {"available": False},
                "barcodes": [{"type": "gtin", "value": "4006381333931"}],
                "variant_options": [{"name": "Size", "value": "S"}],
                "media": [{"type": "image", "url": "https://x.example/s.jpg"}],
                "seller": {"name": "Shop"},
            },
            {"id": "tee-m", "price": {"amount": 500, "currency": "JPY"}},
            "nonsense",
        ],
    }
    small, medium, bad = read_feed(written(tmp_path, "feed.jsonl", json.dumps(product)))
    one = parse_row(small.values)
    assert (one.product.id, one.product.group, one.product.title) == ("tee-s", "tee", "Tee, small")
    assert (one.product.gtin, one.product.attributes) == ("4006381333931", {"size": "S"})
    assert one.pictures == ("https://x.example/s.jpg",)
    [offer] = one.product.offers
    assert (str(offer.price), offer.merchant) == (
        "Price(amount=Decimal('19.99'), currency='USD')", "Shop",
    )  # fmt: skip
    assert (str(offer.regular_price and offer.regular_price.amount), offer.availability) == (
        "24.99", "out_of_stock",
    )  # fmt: skip
    two = parse_row(medium.values).product
    assert (two.title, two.description, two.offers[0].price and two.offers[0].price.amount) == (
        "Tee", "Soft.", 500,
    )  # fmt: skip
    assert bad.problem == "variants: holds a JSON str, no object"


# XML


def test_google_s_rss_is_read_with_whatever_prefix(tmp_path: Path) -> None:
    for prefix in ("g", "google"):
        item = f"""<item><{prefix}:id>1</{prefix}:id><title>RSS title</title>
          <{prefix}:title>A &amp; B</{prefix}:title><link>https://shop.example/1</link>
          <description><![CDATA[<b>Soft</b>]]></description>
          <{prefix}:price>9.00 EUR</{prefix}:price>
          <{prefix}:image_link>https://x.example/a,1.jpg</{prefix}:image_link>
          <{prefix}:additional_image_link>https://x.example/b,1.jpg</{prefix}:additional_image_link>
          <{prefix}:additional_image_link>https://x.example/c.jpg</{prefix}:additional_image_link>
          <{prefix}:product_type>Home &gt; Mugs</{prefix}:product_type>
          <{prefix}:product_type>Gifts</{prefix}:product_type>
          <{prefix}:shipping><{prefix}:country>DE</{prefix}:country>
            <{prefix}:price>4 EUR</{prefix}:price></{prefix}:shipping></item>"""
        [raw] = read_feed(written(tmp_path, "feed.xml", RSS.format(prefix=prefix, items=item)))
        row = parse_row(raw.values)
        assert (raw.line, row.product.title, row.product.category) == (4, "A & B", "Home > Mugs")
        assert row.product.description == "<b>Soft</b>"
        assert row.product.attributes == {"shipping": "DE:4 EUR"}
        assert len(row.pictures) == 3


def test_atom_is_read_with_its_link(tmp_path: Path) -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
    <title>Shop</title><entry><g:id>1</g:id><title>Mug</title>
    <link href="https://shop.example/1"/></entry></feed>"""
    [raw] = read_feed(written(tmp_path, "feed.atom", atom))
    product = parse_row(raw.values).product
    assert (product.title, product.offers[0].link) == ("Mug", "https://shop.example/1")


def test_broken_items_are_named_and_cost_no_other(tmp_path: Path) -> None:
    items = "\n".join(
        [
            "<item><g:id>1</g:id></item>",
            "<item><g:id>2</g:id><title>A & B</title></item>",
            "<item><g:id>3</g:id><title>not closed</item>",
            "<item><g:id>4</g:id>",
            "<item><g:id>5</g:id></item> <!-- <item><g:id>no</g:id></item> -->",
            "<item><g:id>&nbsp;6</g:id></item>",
            "<item><x:y>7</x:y></item>",
            "<item><g:id>8</g:id></item>\n<item><g:id>9</g:id>",
        ]
    )
    found = rows_of(written(tmp_path, "feed.xml", RSS.format(prefix="g", items=items)))
    assert {line: text for line, text in found.items() if text.isdigit()} == {
        4: "1",
        8: "5",
        11: "8",
    }
    assert found[5].startswith("no well-formed XML: not well-formed")
    assert found[6].startswith("no well-formed XML: mismatched tag")
    assert found[7] == "the next item begins before this one ends"
    assert found[9].startswith("no well-formed XML: undefined entity")
    assert found[10].startswith("no well-formed XML: unbound prefix")


def test_no_entity_of_a_document_type_is_ever_expanded(tmp_path: Path) -> None:
    secret = written(tmp_path, "secret.txt", "SECRET")
    entities = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    doctype = f'<!DOCTYPE rss [<!ENTITY a0 "ha"><!ENTITY x SYSTEM "{secret.as_uri()}">{entities}]>'
    items = "<item><g:id>&x;</g:id></item><item><g:id>&a11;</g:id></item>"
    text = RSS.format(prefix="g", items=items).replace("<rss", doctype + "<rss")
    found = list(read_feed(written(tmp_path, "feed.xml", text)))
    assert [row.problem[:36] for row in found] == ["no well-formed XML: undefined entity"] * 2
    inner = RSS.format(prefix="g", items=f"<item>{doctype}<g:id>&x;</g:id></item>")
    [row] = read_feed(written(tmp_path, "inner.xml", inner))
    assert row.problem.startswith("no well-formed XML")


def test_an_item_that_never_ends_is_given_up(tmp_path: Path) -> None:
    text = RSS.format(prefix="g", items=f"<item>{'x' * 9_000_000}")
    text = text.replace("</channel>", "<item><g:id>1</g:id></item></channel>")
    assert list(rows_of(written(tmp_path, "feed.xml", text)).values()) == [
        "has more than 4,194,304 characters", "1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<rss></rss>", "feed.xml holds no <item> and no <entry>"),
        ("id,title\n1,a\n", "feed.xml holds no <item> and no <entry>"),
        ('<?xml version="1.0" encoding="x-no"?><rss/>', "there is no encoding 'x-no'"),
    ],
)
def test_what_is_no_feed_in_xml_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(FeedError, match=reason):
        list(read_feed(written(tmp_path, "feed.xml", text)))


def test_the_declared_encoding_counts(tmp_path: Path) -> None:
    text = RSS.format(prefix="g", items="<item><g:id>Тест</g:id></item>")
    text = text.replace('"1.0"?', '"1.0" encoding="windows-1251"?')
    assert list(rows_of(written(tmp_path, "feed.xml", text.encode("cp1251"))).values()) == ["Тест"]


# Shopify

OLD = "Handle,Title,Body (HTML),Vendor,Type,Option1 Name,Option1 Value,Option2 Name,Option2 Value,"
OLD += (
    "Variant SKU,Variant Price,Variant Compare At Price,Variant Barcode,Variant Inventory Tracker,"
)
OLD += "Variant Inventory Qty,Variant Inventory Policy,Image Src,Variant Image,Status\n"
OLD_ROWS = """\
tee,Tee,"<p>Soft &amp; <b>warm</b></p>",Luma,Tops,Color,Red,Size,S,T-R-S,10.00,15.00,4006381333931,shopify,0,deny,https://x.example/1.jpg,https://x.example/red.jpg,active
tee,,,,,,Blue,,S,T-B-S,12.00,,123,shopify,4,deny,https://x.example/2.jpg,https://x.example/blue.jpg,
tee,,,,,,,,,,,,,,,,https://x.example/3.jpg,,
cap,Cap,,Luma,Hats,Title,Default Title,,,,8.00,,,,,,https://x.example/cap.jpg,,active
,Lost,,,,,,,,,,,,,,,,,
new,New,,Luma,Hats,Title,Default Title,,,,9.00,,,,,,https://x.example/new.jpg,,draft
"""


def test_shopify_s_variants_are_products_of_one_group(tmp_path: Path) -> None:
    path = written(tmp_path, "export.csv", OLD + OLD_ROWS)
    red, blue, cap, lost, draft = read_feed(path, "USD")
    one, two, three = (parse_row(raw.values) for raw in (red, blue, cap))
    product = one.product
    assert (product.id, product.group, product.title, product.brand) == (
        "T-R-S",
        "tee",
        "Tee",
        "Luma",
    )
    assert (product.color, product.attributes["size"], product.gtin) == (
        "Red",
        "S",
        "4006381333931",
    )
    assert product.description == "Soft & warm"
    assert str(product.offers[0].price and product.offers[0].price.amount) == "10.00"
    assert product.offers[0].regular_price is not None
    assert product.offers[0].availability == "out_of_stock"
    assert [Path(link).name for link in one.pictures] == ["red.jpg", "1.jpg", "2.jpg", "3.jpg"]
    assert (two.product.id, two.product.title, two.product.color) == ("T-B-S", "Tee", "Blue")
    assert two.product.attributes["barcode"] == "123"
    assert two.product.offers[0].availability == "in_stock"
    assert (three.product.id, three.product.group, three.product.color) == ("cap", "cap", "")
    assert (lost.line, lost.problem) == (6, "has no handle, so it belongs to no product")
    assert (draft.values, draft.warning) == ({}, "'new' is draft in the shop and was left out")


def test_shopify_s_prices_without_a_currency_are_left_out_with_a_warning(tmp_path: Path) -> None:
    first, *_ = read_feed(written(tmp_path, "export.csv", OLD + OLD_ROWS))
    assert parse_row(first.values).product.offers[0].price is None
    assert first.warning.startswith("the price 10.00 was left out: Shopify names no currency")


def test_shopify_s_newer_columns_are_known(tmp_path: Path) -> None:
    text = (
        "Title,URL handle,Description,Vendor,SKU,Option1 name,Option1 value,Price,"
        "Compare-at price,Product image URL,Variant image URL\n"
        "Tee,tee,Soft,Luma,T-1,Size,S,10.00,,https://x.example/1.jpg,\n"
    )
    [raw] = read_feed(written(tmp_path, "export.csv", text), "EUR")
    row = parse_row(raw.values)
    assert (row.product.id, row.product.group, row.product.brand) == ("T-1", "tee", "Luma")
    assert row.pictures == ("https://x.example/1.jpg",)


# Parquet, archives, folders


def test_a_damaged_row_group_costs_its_own_rows_alone(tmp_path: Path) -> None:
    path = tmp_path / "feed.parquet"
    table = pyarrow.Table.from_pylist([{"id": f"{i:06}", "title": "Mug"} for i in range(3000)])
    pyarrow.parquet.write_table(table, path, row_group_size=1000, use_dictionary=False)
    group = pyarrow.parquet.ParquetFile(path).metadata.row_group(1)
    start = group.column(0).data_page_offset
    data = bytearray(path.read_bytes())
    data[start : start + 40] = bytes(40)
    path.write_bytes(data)
    found = list(read_feed(path))
    assert len([row for row in found if not row.problem]) == 2000
    [bad] = [row for row in found if row.problem]
    assert bad.problem.startswith("rows 1001 to 2000 cannot be read")
    assert found[-1].line == 3000


FORMS: dict[str, Callable[[int], Iterator[str]]] = {
    "feed.csv": lambda n: (f'{i},"Mug, {i}"\n' if i else "id,title\n" for i in range(n)),
    "feed.jsonl": lambda n: (json.dumps({"id": i, "title": "Mug"}) + "\n" for i in range(1, n)),
    "feed.xml": lambda n: (
        f"<item><id>{i}</id></item>" if i else "<rss><channel>" for i in range(n)
    ),
}


@pytest.mark.parametrize("name", list(FORMS))
def test_gzipped_feeds_are_read_and_a_cut_one_to_its_end(tmp_path: Path, name: str) -> None:
    whole = gzip.compress("".join(FORMS[name](20_000)).encode())
    path = written(tmp_path, f"{name}.gz", whole)
    assert len(rows_of(path)) == 19_999 or name == "feed.xml"
    assert sum(not row.problem for row in read_feed(path)) == 19_999
    assert count_rows(path) in {19_999, 20_000}
    cut = written(tmp_path, f"cut-{name}.gz", whole[: len(whole) // 2])
    *good, last = read_feed(cut)
    assert len(good) > 5_000
    assert "the feed cannot be read from here on: Compressed file ended" in last.problem or (
        "the feed cannot be read from here on: Compressed file ended" in good[-1].problem
    )
    with pytest.raises(FeedError, match=r"bad-.*gz cannot be read"):
        list(read_feed(written(tmp_path, f"bad-{name}.gz", b"no gzip at all")))


def test_a_folder_of_pictures_is_a_feed(tmp_path: Path) -> None:
    for name in ("b/red_mug-01.JPG", "a.png", "b/notes.txt", ".hidden/x.jpg", "b/.x.jpg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    assert list(read_feed(tmp_path)) == [
        RawRow(1, {"id": "a.png", "title": "a", "image_link": "a.png"}),
        RawRow(
            2,
            {
                "id": "b/red_mug-01.JPG",
                "title": "red mug 01",
                "image_link": "b/red_mug-01.JPG",
            },
        ),
    ]
    assert count_rows(tmp_path) == 2


@pytest.mark.parametrize(
    ("name", "rows"), [("feed.csv", 200_000), ("feed.jsonl", 50_000), ("feed.xml", 20_000)]
)
def test_memory_does_not_grow_with_the_feed(tmp_path: Path, name: str, rows: int) -> None:
    path = tmp_path / name
    with path.open("w") as file:
        file.writelines(FORMS[name](rows))
    read = 0
    tracemalloc.start()
    try:
        for _row in read_feed(path):
            read += 1
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read == rows - 1
    assert peak < 4_000_000


def test_memory_does_not_grow_with_a_parquet_feed(tmp_path: Path) -> None:
    path = tmp_path / "feed.parquet"
    with pyarrow.parquet.ParquetWriter(
        path, pyarrow.schema([("id", "string"), ("title", "string")])
    ) as writer:
        for start in range(0, 200_000, 50_000):
            ids = [str(i) for i in range(start, start + 50_000)]
            table = pyarrow.table({"id": ids, "title": [f"Mug {i} " * 20 for i in ids]})
            writer.write_table(table)
    del table
    before = pyarrow.total_allocated_bytes()
    most = 0
    for read, _row in enumerate(read_feed(path), start=1):
        most = max(most, pyarrow.total_allocated_bytes()) if read % 1000 == 0 else most
    assert read == 200_000
    assert most - before < 8_000_000
