"""A feed's row is checked field by field; what is wrong is named."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import RowError
from index.feed_rows import parse_price, parse_row
from index.types import Offer, Price

BASE = {"id": "A1", "title": "Mug"}


def usd(amount: str) -> Price:
    return Price(Decimal(amount), "USD")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("34.00 USD", Price(Decimal("34.00"), "USD")),
        ("USD 34.00", Price(Decimal("34.00"), "USD")),
        ("  34   usd ", Price(Decimal(34), "USD")),
        ("0 EUR", Price(Decimal(0), "EUR")),
        ("1999 JPY", Price(Decimal(1999), "JPY")),
        ("12.345 KWD", Price(Decimal("12.345"), "KWD")),
        ("34.00USD", Price(Decimal("34.00"), "USD")),
        ("34,00 EUR", Price(Decimal("34.00"), "EUR")),
        ("€34,5", Price(Decimal("34.5"), "EUR")),
        ("34,00\u00a0€", Price(Decimal("34.00"), "EUR")),
        ("US$1,234.50", Price(Decimal("1234.50"), "USD")),
        ("1.234,56 EUR", Price(Decimal("1234.56"), "EUR")),
        ("1,234 USD", Price(Decimal(1234), "USD")),
        ("1.234.567 EUR", Price(Decimal(1234567), "EUR")),
        ("1 234,50 zł", Price(Decimal("1234.50"), "PLN")),
        ("1\u202f234,50 EUR", Price(Decimal("1234.50"), "EUR")),
        ("CHF 1'234.50", Price(Decimal("1234.50"), "CHF")),
        ("₹1,23,456.00", Price(Decimal("123456.00"), "INR")),
        ("0.125 EUR", Price(Decimal("0.125"), "EUR")),
        ("999999999999.9999 CNY", Price(Decimal("999999999999.9999"), "CNY")),
    ],
)
def test_prices_are_an_amount_and_a_currency(text: str, expected: Price) -> None:
    assert parse_price(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "abc", "NaN USD", "Infinity USD", "-1 USD", "+1 USD", "1e5 USD", "USD", "34.00 USD USD",
        "34. USD", ".5 USD", "1_000 USD", "1,23,45 USD", "1.234,567.00 USD", "1,234 567.00 USD",
        "12,34,567.89.1 INR", "٣ USD", "1234567890123 USD", "1.23456 USD", "0x10 USD",
    ],
)  # fmt: skip
def test_what_is_no_price_is_refused_with_what_came(text: str) -> None:
    with pytest.raises(RowError, match=r"price: .* is no price; allowed is amount and currency"):
        parse_row({**BASE, "price": text})


@pytest.mark.parametrize("text", ["1.234 EUR", "12.345 USD", "1,234 KWD"])
def test_an_amount_that_could_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(RowError, match=r"price: .* may be \d+ or \d+\.\d+ [A-Z]{3}; write 2"):
        parse_price(text)


@pytest.mark.parametrize("text", ["34.00", "$34.00", "34.00 $", "¥34.00", "34.00 kr"])
def test_a_price_without_a_currency_of_its_own_needs_that_of_the_feed(text: str) -> None:
    with pytest.raises(RowError, match=r"write its ISO 4217 code or give --currency"):
        parse_row({**BASE, "price": text})
    [offer] = parse_row({**BASE, "price": text}, "CAD").product.offers
    assert offer.price == Price(Decimal("34.00"), "CAD")


@given(
    st.decimals(0, 99_999_999, places=2),
    st.sampled_from(["USD", "EUR", "INR"]),
    st.sampled_from([",.", ".,", " ,", "'."]),
)
def test_grouped_amounts_of_two_decimals_are_read_in_every_form(
    amount: Decimal, currency: str, marks: str
) -> None:
    written = f"{amount:,.2f}".translate(str.maketrans(",.", marks))
    assert parse_price(f"{written} {currency}") == Price(amount, currency)


@pytest.mark.parametrize("currency", ["XXY", "US", "DOLLAR", "U$D"])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(RowError, match="is no ISO 4217 currency"):
        parse_price(f"3 {currency}")


@pytest.mark.parametrize(
    ("price", "sale", "paid", "regular"),
    [
        ("34.00 USD", None, "34.00", None),
        ("34.00 USD", "29.00 USD", "29.00", "34.00"),
        ("34.00 USD", "34.00 USD", "34.00", None),
        ("34.00 USD", "40.00 USD", "34.00", None),
        (None, "29.00 USD", "29.00", None),
        (None, None, None, None),
    ],
)
def test_the_buyer_pays_the_sale_price_where_there_is_one(
    price: str | None, sale: str | None, paid: str | None, regular: str | None
) -> None:
    [offer] = parse_row({**BASE, "price": price, "sale_price": sale}).product.offers
    assert offer.price == (usd(paid) if paid else None)
    assert offer.regular_price == (usd(regular) if regular else None)


def test_a_sale_in_another_currency_is_refused() -> None:
    with pytest.raises(RowError, match="sale_price: is in EUR, the price in USD"):
        parse_row({**BASE, "price": "3 USD", "sale_price": "2 EUR"})


def test_a_full_row_becomes_a_product_with_one_offer() -> None:
    row = parse_row(
        {
            "ID": " A1 ",
            "g:item_group_id": "A",
            "Title": "Blue mug",
            "Description": "Holds 0.3 l",
            "Brand": "Luma",
            "Google Product Category": "Home > Kitchen",
            "colour": "blue",
            "gtin": "4006381333931",
            "price": "9.00 EUR",
            "availability": "in stock",
            "link": "https://shop.example/mug?a=1",
            "image_link": "a.jpg",
            "additional_image_link": "b.jpg, a.jpg,, c.jpg ",
            "merchant": "Shop One",
            "material": "stoneware",
            "Dishwasher Safe": "yes",
            "size": "",
        }
    )
    product = row.product
    assert (product.id, product.group, product.title) == ("A1", "A", "Blue mug")
    assert (product.brand, product.category, product.color) == ("Luma", "Home > Kitchen", "blue")
    assert product.gtin == "4006381333931"
    assert product.attributes == {"material": "stoneware", "dishwasher_safe": "yes"}
    assert row.pictures == ("a.jpg", "b.jpg", "c.jpg")
    assert product.offers == (
        Offer(
            merchant="Shop One",
            price=Price(Decimal("9.00"), "EUR"),
            link="https://shop.example/mug?a=1",
            source_id="A1",
        ),
    )


def test_a_product_without_group_is_its_own_group() -> None:
    assert parse_row(BASE).product.group == "A1"


@pytest.mark.parametrize("first", ["product_type", "google_product_category"])
def test_the_shop_s_own_category_wins_over_google_s(first: str) -> None:
    values = {"product_type": "Mugs > Blue", "google_product_category": "Home"}
    row = {**BASE, first: values.pop(first), **values}
    assert parse_row(row).product.category == "Mugs > Blue"


@pytest.mark.parametrize("field", ["id", "title"])
@pytest.mark.parametrize("value", [None, "", "   "])
def test_id_and_title_must_be_there(field: str, value: str | None) -> None:
    with pytest.raises(RowError, match=f"{field}: is missing or empty"):
        parse_row({**BASE, field: value})


def test_an_id_has_at_most_200_characters() -> None:
    assert parse_row({**BASE, "id": "x" * 200}).product.id == "x" * 200
    with pytest.raises(RowError, match="id: has 201 characters; at most 200"):
        parse_row({**BASE, "id": "x" * 201})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in_stock", "in_stock"),
        ("In Stock", "in_stock"),
        ("out of stock", "out_of_stock"),
        ("OUT-OF-STOCK", "out_of_stock"),
        ("preorder", "preorder"),
        ("BackOrder", "backorder"),
        ("https://schema.org/InStock", "in_stock"),
        ("http://schema.org/OutOfStock", "out_of_stock"),
        ("https://schema.org/PreOrder", "preorder"),
    ],
)
def test_availability_is_read_in_its_usual_forms(text: str, expected: str) -> None:
    assert parse_row({**BASE, "availability": text}).product.offers[0].availability == expected


def test_an_unknown_availability_is_refused_with_the_allowed_ones() -> None:
    with pytest.raises(RowError, match="availability: 'maybe'; allowed are in_stock, out_of_stock"):
        parse_row({**BASE, "availability": "maybe"})


def test_without_availability_a_product_is_in_stock() -> None:
    assert parse_row(BASE).product.offers[0].availability == "in_stock"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("4006381333931", "4006381333931"), ("978-3-16-148410-0", "9783161484100"), ("", "")],
)
def test_gtins_are_digits(text: str, expected: str) -> None:
    assert parse_row({**BASE, "gtin": text}).product.gtin == expected


def test_a_gtin_may_be_a_number() -> None:
    assert parse_row({**BASE, "gtin": 4006381333931}).product.gtin == "4006381333931"


@pytest.mark.parametrize("text", ["123", "400638133393X", "٤٠٠٦٣٨١٣٣٣٩٣١", "123456789012345"])
def test_what_is_no_gtin_is_refused(text: str) -> None:
    with pytest.raises(RowError, match="has not 8, 12, 13 or 14 digits"):
        parse_row({**BASE, "gtin": text})


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "ftp://x/y", "//x/y", "x",
     "https://", "http://a b", 'https://x/"><script>', "java\nscript:alert(1)"],
)  # fmt: skip
def test_a_link_that_is_no_web_address_is_refused(link: str) -> None:
    with pytest.raises(RowError, match=r"link: .* is no http\(s\) address"):
        parse_row({**BASE, "link": link})


def test_a_nul_is_refused() -> None:
    with pytest.raises(RowError, match="title: holds a NUL character"):
        parse_row({**BASE, "title": "Mu\0g"})


@pytest.mark.parametrize("field", ["id", "title", "merchant", "wool\udcff"])
def test_half_a_surrogate_pair_is_refused(field: str) -> None:
    # JSON may write one; neither SQLite nor UTF-8 can
    with pytest.raises(RowError, match="holds characters that are no Unicode text"):
        parse_row({**BASE, field: "Mug \ud83d"})


def test_a_field_has_at_most_100_000_characters() -> None:
    assert len(parse_row({**BASE, "description": "x" * 100_000}).product.description) == 100_000
    with pytest.raises(RowError, match="description: has 100,001 characters"):
        parse_row({**BASE, "description": "x" * 100_001})


def test_lists_are_joined_and_objects_refused() -> None:
    row = parse_row({**BASE, "color": ["red", "blue"], "additional_image_link": ["b.jpg", "c.jpg"]})
    assert row.product.color == "red,blue"
    assert row.pictures == ("b.jpg", "c.jpg")
    with pytest.raises(RowError, match="price: is an object"):
        parse_row({**BASE, "price": {"amount": 3}})


@pytest.mark.parametrize("absent", [None, float("nan")])
def test_what_a_table_has_for_nothing_counts_as_absent(absent: object) -> None:
    row = parse_row({**BASE, "brand": absent, "color": ["red", absent], "gtin": absent})
    assert (row.product.brand, row.product.color, row.product.gtin) == ("", "red", "")


def test_a_row_s_error_names_field_and_reason_apart() -> None:
    with pytest.raises(RowError, match="title: is missing") as caught:
        parse_row({"id": "A1"})
    assert (caught.value.field, caught.value.reason) == ("title", "is missing or empty")


@pytest.mark.parametrize(
    "text", ["=A2*1.2", "=SUM(A1:A3)", "@SUM(A1)", "=cmd|' /C calc'!A0", "=$B$2", "#REF!", "#N/A"]
)
@pytest.mark.parametrize("field", ["id", "title", "price", "image_link"])
def test_a_spreadsheet_s_formulas_and_errors_are_refused(field: str, text: str) -> None:
    with pytest.raises(RowError, match=rf"{field}: .* is a spreadsheet's (formula|error)"):
        parse_row({**BASE, field: text})


@pytest.mark.parametrize("text", ["= the mug =", "@home mug", "-20 % mug", "#1 mug", "+size"])
def test_titles_with_signs_in_front_stay(text: str) -> None:
    assert parse_row({**BASE, "title": text}).product.title == text


def test_text_that_a_spreadsheet_was_told_to_leave_alone_is_unwrapped() -> None:
    assert parse_row({**BASE, "id": '="007"'}).product.id == "007"


def test_the_flat_columns_of_openai_s_feed_are_known() -> None:
    row = parse_row(
        {
            "item_id": "SKU-1", "title": "Shoe", "url": "https://shop.example/1", "brand": "Luma",
            "image_url": "a.jpg", "additional_image_urls": ["b.jpg", "c.jpg"], "group_id": "G",
            "seller_name": "Shop", "product_category": "Shoes > Running", "price": "79.99 USD",
            "availability": "pre_order", "variant_dict": {"color": "Blue", "size": "10"},
            "is_eligible_search": True,
        }
    )  # fmt: skip
    product = row.product
    assert (product.id, product.group, product.category) == ("SKU-1", "G", "Shoes > Running")
    assert (product.color, product.attributes["size"]) == ("Blue", "10")
    assert row.pictures == ("a.jpg", "b.jpg", "c.jpg")
    assert product.offers[0] == Offer(
        "Shop", usd("79.99"), None, "preorder", "https://shop.example/1", "SKU-1"
    )
    assert parse_row({**BASE, "variant_dict": '{"color": "red"}'}).product.color == "red"
    with pytest.raises(RowError, match="variant_dict: no readable JSON"):
        parse_row({**BASE, "variant_dict": "{"})


def test_a_row_has_at_most_100_pictures() -> None:
    listed = [f"{i}.jpg" for i in range(101)]
    assert len(parse_row({**BASE, "additional_image_link": listed[:100]}).pictures) == 100
    with pytest.raises(RowError, match="with image_link 101 pictures; at most 100"):
        parse_row({**BASE, "additional_image_link": listed})
