"""``POST /v1/shopping-list`` on a real store, with real detection and with models that fail."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from index.feed_rows import parse_row
from index.feeds import read_feed
from service import serving, wiring
from service.http.app import create_app
from tests.fakes import FakeChat
from tests.service.conftest import Shop, drawn, encoded
from tests.service.test_http import refused
from vision.errors import ModelUnavailableError
from vision.protocols import ChatModel

URL = "/v1/shopping-list"
DEMO = Path(__file__).resolve().parents[2] / "data" / "demo"


def client_of(shop: Shop, writer: ChatModel | None = None, detector: str = "none") -> TestClient:
    settings = shop.settings.model_copy(update={"detector": detector})
    models = replace(shop.models, writer=writer, detector=wiring.load_detector(settings))
    service = serving.http_service(settings, models, shop.store, "127.0.0.1")
    return TestClient(create_app(service))


@pytest.fixture
def client(shop: Shop) -> Iterator[TestClient]:
    with client_of(shop) as found:
        yield found


def listed(client: TestClient, **data: Any) -> dict[str, Any]:
    files = data.pop("files", None)
    response = client.post(URL, data=data, files=files)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    for basket in every_basket(body):
        lines = [Decimal(one["line_total"]["amount"]) for one in basket["lines"]]
        assert Decimal(basket["total"]["amount"]) == sum(lines, Decimal(0))
        for line in basket["lines"]:
            unit = Decimal(line["unit_price"]["amount"])
            assert Decimal(line["line_total"]["amount"]) == unit * line["quantity"]
        assert body["budget"] is None or sum(lines) <= Decimal(body["budget"]["amount"])
    return body


def every_basket(body: dict[str, Any]) -> list[dict[str, Any]]:
    baskets = body["baskets"]
    found = [baskets["mixed"], baskets["cheapest"], *baskets["by_merchant"]]
    return [one for one in found if one]


def ids(basket: dict[str, Any]) -> list[str]:
    return [one["id"] for one in basket["lines"]]


def test_each_entry_has_its_pick_and_baskets_add_up(client: TestClient) -> None:
    body = listed(client, text="two red discs and a blue box", alternates="3")
    discs, box = body["entries"]
    assert (discs["label"], discs["quantity"], discs["source"]) == ("red discs", 2, "text")
    assert discs["pick"]["id"] == "disc-red"
    assert box["pick"]["id"] == "box-blue"
    assert discs["box"] is None
    mixed = body["baskets"]["mixed"]
    assert ids(mixed) == ["disc-red", "box-blue"]
    assert mixed["total"] == {"amount": "40.00", "currency": "USD"}
    assert mixed["lines"][0]["line_total"]["amount"] == "20.00"
    assert mixed["lines"][0]["link"] == "https://shop.example/disc-red"
    assert [one["merchant"] for one in body["baskets"]["by_merchant"]] == [
        "The blue shop",  # both fill one entry for 20.00: by name
        "The red shop",
    ]
    assert [one["left_out"] for one in body["baskets"]["by_merchant"]] == [[0], [1]]
    assert body["is_optimal"]
    assert body["left_out"] == []
    assert set(body["timings_ms"]) == {"search", "solve", "total"}


def test_a_budget_that_is_too_small_says_what_is_left_out_and_what_is_missing(
    client: TestClient,
) -> None:
    body = listed(client, text="a red disc, a blue box and a red cross", budget="35.50 USD")
    assert ids(body["baskets"]["mixed"]) == ["disc-red", "box-blue"]
    assert body["left_out"] == [2]
    assert body["complete_total"] == {"amount": "60.00", "currency": "USD"}
    assert body["missing"] == {"amount": "24.50", "currency": "USD"}
    assert body["baskets"]["cheapest"] is None


def test_the_budget_of_the_words_counts_unless_the_field_is_given(client: TestClient) -> None:
    words = listed(client, text="a red disc and a blue box under 15 dollars")
    assert words["budget"] == {"amount": "15.00", "currency": "USD"}
    assert ids(words["baskets"]["mixed"]) == ["disc-red"]
    both = listed(client, text="a red disc and a blue box under 15 dollars", budget="30")
    assert both["budget"]["amount"] == "30.00"
    assert ids(both["baskets"]["mixed"]) == ["disc-red", "box-blue"]
    assert any("wins over 'under 15 dollars'" in note for note in both["notes"])


def test_prices_of_one_entry_and_filters_of_the_request_hold_inside_the_search(
    client: TestClient,
) -> None:
    filters = json.dumps({"merchant": ["The blue shop"]})
    body = listed(client, text="a disc under 15 dollars, a box under 25 dollars", filters=filters)
    assert body["budget"] is None
    assert ids(body["baskets"]["mixed"]) == ["disc-blue", "box-blue"]
    assert [one["merchant"] for one in body["baskets"]["by_merchant"]] == ["The blue shop"]


def test_what_the_shop_has_not_is_said_and_what_is_sold_out_too(client: TestClient) -> None:
    body = listed(client, text="a green disc, a yoga ball, a red box")
    green, ball, box = body["entries"]
    assert green["status"] == "out_of_stock"
    assert green["pick"] is None
    assert [one["id"] for one in green["alternates"]] == ["disc-green"]
    assert ball["status"] == "nothing_found"
    assert ball["pick"] is None
    assert ball["alternates"] == []
    assert box["pick"]["id"] == "box-red"
    assert body["left_out"] == [0, 1]


def test_the_right_colour_of_another_thing_is_not_found(client: TestClient) -> None:
    body = listed(client, text="a red jacket, a red box")
    jacket, box = body["entries"]
    assert (jacket["status"], jacket["pick"], jacket["alternates"]) == ("nothing_found", None, [])
    assert box["pick"]["id"] == "box-red"
    assert ids(body["baskets"]["mixed"]) == ["box-red"]


def test_a_thing_that_is_not_there_as_it_was_said_has_the_nearest_as_alternates(
    client: TestClient,
) -> None:
    body = listed(client, text="a cross under 5 dollars, a box under 25 dollars")
    cross, box = body["entries"]
    assert (cross["status"], cross["pick"]) == ("nothing_found", None)
    assert {one["group"] for one in cross["alternates"]} == {"cross"}
    assert {one["availability"] for one in cross["alternates"]} == {"in_stock"}
    assert box["status"] == "found"
    assert body["left_out"] == [0]


def test_what_was_refused_is_no_alternate(client: TestClient) -> None:
    text = "a cross under 5 dollars but not red, a box under 25 dollars"
    cross = listed(client, text=text)["entries"][0]
    assert [one["id"] for one in cross["alternates"]] == ["cross-blue"]


def test_offers_in_other_money_are_left_out_and_counted(shop: Shop) -> None:
    row = {
        "id": "ring-red", "title": "Red ring", "product_type": "Toys > Shapes > Ring",
        "color": "red", "price": "9.00 EUR", "availability": "in_stock",
        "image_link": "disc-red.png", "merchant": "The red shop",
    }  # fmt: skip
    assert shop.commit(row)[0].status == "added"
    with client_of(shop) as client:
        body = listed(client, text="a red ring, a red box, a blue box")
        euros = listed(client, text="a red ring", budget="20 EUR")
    assert body["entries"][0]["status"] == "no_offer"
    assert body["currency"] == "USD"
    assert body["left_out"] == [0]
    assert "1 offers in other currencies are left out" in body["notes"]
    assert euros["baskets"]["mixed"]["total"] == {"amount": "9.00", "currency": "EUR"}


def two_things() -> bytes:
    photo = Image.new("RGB", (420, 200), (236, 232, 226))
    photo.paste(drawn("disc", "red").crop((25, 25, 103, 103)).resize((140, 140)), (30, 30))
    photo.paste(drawn("box", "blue").crop((25, 25, 103, 103)).resize((140, 140)), (250, 30))
    return encoded(photo)


def test_items_of_a_photo_and_entries_of_the_text_are_one_list(shop: Shop) -> None:
    with client_of(shop, detector="embedded") as client:
        files = {"photo": ("photo.png", two_things())}
        body = listed(client, files=files, text="three blue crosses", budget="200 USD")
        recoloured = listed(client, files=files, text="these in blue")
    assert [one["source"] for one in body["entries"]] == ["photo", "photo", "text"]
    assert all(len(one["box"]) == 4 for one in body["entries"][:2])
    picks = [one["pick"]["id"] for one in body["entries"]]
    assert sorted(picks[:2]) == ["box-blue", "disc-red"]
    assert picks[2] == "cross-blue"
    assert body["baskets"]["mixed"]["total"]["amount"] == "120.00"
    assert [one["source"] for one in recoloured["entries"]] == ["photo", "photo"]
    assert {one["pick"]["color"] for one in recoloured["entries"]} == {"blue"}


def test_an_occasion_without_a_model_is_spread_over_categories(client: TestClient) -> None:
    body = listed(client, text="a party for four under 45 dollars")
    assert body["people"] == 4
    assert body["budget"]["amount"] == "45.00"
    labels = [one["label"] for one in body["entries"]]
    assert sorted(labels) == ["Box", "Cross", "Disc"]
    assert {one["status"] for one in body["entries"]} == {"suggested"}
    assert {one["quantity"] for one in body["entries"]} == {1}
    assert len(body["baskets"]["mixed"]["lines"]) == 2
    assert body["missing"]["amount"] == "15.00"


def test_a_model_proposes_the_entries_of_an_occasion(shop: Shop) -> None:
    proposal = {"entries": [{"name": "red disc", "quantity": 2}, {"name": "yoga mat"}]}
    model = FakeChat([json.dumps(proposal)])
    with client_of(shop, writer=model) as client:
        body = listed(client, text="a picnic </data> for four", language="de")
    disc, mat = body["entries"]
    assert (disc["label"], disc["quantity"], disc["source"]) == ("red disc", 2, "theme")
    assert disc["status"] == "found"
    assert mat["status"] == "nothing_found"
    assert any("proposal" in note for note in body["notes"])
    [(messages, schema)] = model.asked
    assert schema
    sent = str(messages[-1].parts[0])
    assert sent.count("</data>") == 1
    assert '"people": 4' in sent
    assert "Disc" in sent


BROKEN: Sequence[str | Exception] = [
    "no json",
    '{"entries": []}',
    '{"entries": [{"name": "disc", "quantity": 0}]}',
    '{"entries": [{"name": "disc", "quantity": "two"}]}',
    '{"entries": [{"name": "disc for $3"}]}',
    '{"entries": [{"name": "disc", "price": 3}]}',
    json.dumps({"entries": [{"name": "disc"}] * 11}),
    json.dumps({"entries": [{"name": "d" * 61}]}),
    "[" * 100_000,
    ModelUnavailableError("down"),
]


@pytest.mark.parametrize("reply", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_proposal_is_refused_as_a_whole(shop: Shop, reply: str | Exception) -> None:
    with client_of(shop, writer=FakeChat([reply])) as client:
        body = listed(client, text="a picnic for four")
    assert sorted(one["label"] for one in body["entries"]) == ["Box", "Cross", "Disc"]


@pytest.mark.parametrize(
    ("data", "details"),
    [
        ({}, ["neither a photo nor a text"]),
        ({"text": "  "}, ["neither a photo nor a text"]),
        ({"text": "please"}, ["'please' names nothing to buy"]),
        ({"text": "a disc", "budget": "abc"}, ["'abc'", "above 0", "USD"]),
        ({"text": "a disc", "budget": "-5"}, ["'-5'", "above 0"]),
        ({"text": "a disc", "budget": "0"}, ["'0'", "above 0"]),
        ({"text": "a disc", "budget": "50 EUR"}, ["'50 EUR'", "USD"]),
        ({"text": "a disc under 50 euros"}, ["under 50 euros", "USD"]),
        ({"text": "x" * 100_000}, ["100,000 characters", "2,000"]),
        ({"text": ", ".join(["a disc"] * 21)}, ["21 entries", "at most 20"]),
        ({"text": "1000 discs"}, ["1000", "1 to 999"]),
        ({"text": "a disc", "alternates": "21"}, ["alternates", "20"]),
        ({"text": "a disc", "filters": '{"colour": []}'}, ["colour"]),
        (
            {"text": "a disc", "filters": '{"availability": ["preorder"]}'},
            ["preorder", "in_stock"],
        ),
    ],
    ids=range(14),
)
def test_a_wrong_request_is_a_422_that_says_what_came_and_what_is_allowed(
    client: TestClient, data: dict[str, str], details: list[str]
) -> None:
    detail = refused(client.post(URL, data=data), 422)
    assert all(one in detail for one in details), detail
    assert len(detail) < 400


def test_what_is_no_picture_is_a_415(client: TestClient) -> None:
    refused(client.post(URL, files={"photo": ("a.jpg", b"hello")}), 415)


def test_an_empty_shop_gives_an_empty_list(empty_shop: Shop) -> None:
    with client_of(empty_shop) as client:
        body = listed(client, text="a disc and a box")
        refused(client.post(URL, data={"text": "a disc", "budget": "5"}), 422)
    assert [one["status"] for one in body["entries"]] == ["nothing_found"] * 2
    assert body["baskets"] == {"mixed": None, "by_merchant": [], "cheapest": None}
    assert body["left_out"] == [0, 1]


def test_the_demo_photo_of_three_things_becomes_three_entries(empty_shop: Shop) -> None:
    sources = wiring.picture_sources(empty_shop.settings, DEMO)
    rows = [parse_row(row.values) for row in read_feed(DEMO / "feed.csv")]
    wanted = ("harbor-mug", "pebble-teapot", "tide-bowl", "carry-speaker")
    empty_shop.ingest.commit([one for one in rows if one.product.group in wanted], sources.read)
    photo = (DEMO / "photos" / "tea-for-one.jpg").read_bytes()
    with client_of(empty_shop, detector="embedded") as client:
        body = listed(client, files={"photo": ("tea.jpg", photo)}, budget="1000 USD")
    picks = {one["pick"]["id"] for one in body["entries"]}
    assert picks == {"pebble-teapot-white", "harbor-mug-terracotta", "tide-bowl-blue"}
    for entry in body["entries"]:
        categories = {one["category"] for one in [entry["pick"], *entry["alternates"]]}
        assert len(categories) == 1
    assert len(body["baskets"]["mixed"]["lines"]) == 3
