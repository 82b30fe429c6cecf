"""Exports of Shopify and OpenAI's product feed: prices, ids and columns that must not get lost."""

import json
from pathlib import Path

import pytest

from index.feed_formats.raw_row import RawRow
from index.feed_rows import FeedRow, parse_row
from index.feeds import read_feed

SHOPIFY = (
    "Handle,Title,Option1 Name,Option1 Value,Variant Price,Variant Compare At Price,"
    "Image Src,Variant Inventory Tracker,Variant Inventory Qty\n"
)


def shopify(folder: Path, rows: str) -> list[RawRow]:
    path = folder / "export.csv"
    path.write_text(SHOPIFY + rows)
    return list(read_feed(path, "USD"))


def openai(folder: Path, *products: object) -> list[RawRow]:
    path = folder / "feed.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in products))
    return list(read_feed(path))


def paid(row: FeedRow) -> tuple[str, str]:
    """What is paid, and the regular price."""
    [offer] = row.product.offers
    return (
        str(offer.price.amount) if offer.price else "",
        str(offer.regular_price.amount) if offer.regular_price else "",
    )


@pytest.mark.parametrize(
    ("price", "compare_at", "expected"),
    [
        ("25.00", "0.00", ("25.00", "")),
        ("25.00", "20.00", ("25.00", "")),
        ("25.00", "25.00", ("25.00", "")),
        ("25.00", "30.00", ("25.00", "30.00")),
        ("9.00", "10.00", ("9.00", "10.00")),
        ("25.00", "", ("25.00", "")),
        ("", "30.00", ("", "")),
    ],
)
def test_a_compare_at_price_counts_only_if_it_is_higher(
    tmp_path: Path, price: str, compare_at: str, expected: tuple[str, str]
) -> None:
    [raw] = shopify(tmp_path, f"mug,Mug,Title,Default Title,{price},{compare_at},,,\n")
    assert paid(parse_row(raw.values)) == expected


@pytest.mark.parametrize(
    ("list_price", "expected"), [(5000, ("79.99", "")), (9900, ("79.99", "99.00"))]
)
def test_a_list_price_counts_only_if_it_is_higher(
    tmp_path: Path, list_price: int, expected: tuple[str, str]
) -> None:
    variant = {
        "id": "v",
        "price": {"amount": 7999, "currency": "USD"},
        "list_price": {"amount": list_price, "currency": "USD"},
    }
    [raw] = openai(tmp_path, {"id": "p", "title": "T", "variants": [variant]})
    assert paid(parse_row(raw.values)) == expected


def test_a_faulty_row_parts_no_product_of_shopify_s(tmp_path: Path) -> None:
    bad, *good = shopify(
        tmp_path,
        "shirt,Shirt,Size,S,25.00,,https://x.example/1.jpg,,\n"
        "shirt,,,M,25.00,,,,,too,many\n"
        "shirt,,,L,25.00,,https://x.example/2.jpg,,\n"
        "cap,Cap,Title,Default Title,8.00,,,,\n",
    )
    assert (bad.line, bad.problem) == (3, "has 11 cells, the header 9")
    rows = [parse_row(raw.values) for raw in good]
    assert [row.product.id for row in rows] == ["shirt/S", "shirt/L", "cap"]
    assert {row.product.title for row in rows} == {"Shirt", "Cap"}
    assert len(rows[0].pictures) == 2


def test_a_variant_that_a_faulty_row_leaves_alone_keeps_its_id(tmp_path: Path) -> None:
    _, good = shopify(tmp_path, "shirt,Shirt,Size,S,25.00,,,,\nshirt,,,M,25.00,,,,,too,many\n")
    assert parse_row(good.values).product.id == "shirt/S"
    _, cap = shopify(tmp_path, "cap,Cap,Title,Default Title,8.00,,,,\nx,,,M,25.00,,,,,too,many\n")
    assert parse_row(cap.values).product.id == "cap"


def test_a_row_of_shopify_s_that_is_cut_off_is_not_in_stock(tmp_path: Path) -> None:
    mug, picture = shopify(
        tmp_path, "mug,Mug,Title,Default Title,8.00\nmug,,,,,,https://x.example/1.jpg\n"
    )
    row = parse_row(mug.values)
    assert row.product.offers[0].availability == "out_of_stock"
    assert row.pictures == ("https://x.example/1.jpg",)
    assert mug.warning.startswith("has 5 cells, the header 9: Variant Compare At Price, ")
    assert (picture.line, picture.values) == (3, {})
    assert picture.warning.startswith("has 7 cells, the header 9")


def test_every_column_of_openai_s_products_reaches_the_variants(tmp_path: Path) -> None:
    product = {
        "id": "p", "title": "Tee", "description": {"plain": "Soft."}, "material": "cotton",
        "seller": {"name": "Shop"}, "is_eligible_search": True,
        "categories": [{"value": "1604", "taxonomy": "google_product_category"},
                       {"value": "Tops > Tees", "taxonomy": "merchant"}],
        "media": [{"type": "video", "url": "https://x.example/v.mp4"},
                  {"type": "image", "url": "https://x.example/1.jpg"},
                  {"url": "https://x.example/2.jpg"}],
        "variants": [
            {"id": "a", "condition": ["new"], "dimensions": {"w": 3}, "title": ""},
            {"id": "b", "categories": [{"value": "Hats"}], "material": "wool"},
            {"id": "c", "is_eligible_search": False},
            {"id": "d", "media": [{"type": "video", "url": "v"}], "image_link": "d.jpg",
             "gtin": 12345670},
        ],
    }  # fmt: skip
    first, second, hidden, last = openai(tmp_path, product)
    one, two, three = (parse_row(raw.values) for raw in (first, second, last))
    assert (one.product.title, one.product.description) == ("Tee", "Soft.")
    assert (one.product.category, two.product.category) == ("Tops > Tees", "Hats")
    assert one.product.attributes == {
        "material": "cotton", "is_eligible_search": "True", "condition": "new",
        "dimensions": '{"w": 3}',
    }  # fmt: skip
    assert two.product.attributes["material"] == "wool"
    assert one.product.offers[0].merchant == "Shop"
    assert one.pictures == ("https://x.example/1.jpg", "https://x.example/2.jpg")
    assert (three.pictures, three.product.gtin) == (("d.jpg",), "12345670")
    assert hidden.warning == "'c' is not is_eligible_search and was left out"


@pytest.mark.parametrize("value", [False, "false", "FALSE"])
def test_what_a_shop_keeps_out_of_searches_is_left_out(tmp_path: Path, value: object) -> None:
    rows = [{"item_id": str(i), "title": "T", "is_eligible_search": i or value} for i in range(2)]
    hidden, shown = openai(tmp_path, *rows)
    expected = "'0' is not is_eligible_search and was left out"
    assert (hidden.values, hidden.warning, hidden.problem) == ({}, expected, "")
    assert parse_row(shown.values).product.id == "1"
    flat = tmp_path / "feed.csv"
    flat.write_text(f"item_id,title,is_eligible_search\n0,T,{value}\n")
    assert [raw.warning for raw in read_feed(flat)] == [expected]
