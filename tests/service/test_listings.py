"""A thing that several merchants list under ids of their own, from the feed to the answer."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from service import serving
from service.evaluation import LabelledQuery, judge
from service.http.app import create_app
from service.types import Match, SearchRequest
from tests.service.conftest import Shop, drawn, encoded, shop_rows
from vision.types import Box

RED_DISC = shop_rows()[0]


@pytest.fixture
def shop_with_twins(shop: Shop) -> Shop:
    """The red disc again: from an outlet as a small JPEG, and from abroad as the same file."""
    drawn("disc", "red").resize((90, 90)).save(shop.pictures / "small.jpg", quality=60)
    outlet = {
        **RED_DISC,
        "id": "outlet-1",
        "item_group_id": "outlet-1",
        "title": "Euclid disc, red",
        "merchant": "Outlet",
        "price": "8.00 USD",
        "link": "https://outlet.example/1",
        "image_link": "small.jpg",
    }
    abroad = {
        **RED_DISC,
        "id": "abroad-1",
        "item_group_id": "abroad-1",
        "merchant": "Abroad",
        "price": "3.00 EUR",
        "link": "https://abroad.example/1",
    }
    assert [one.status for one in shop.commit(outlet, abroad)] == ["added", "added"]
    return shop


@pytest.fixture
def client(shop_with_twins: Shop) -> Iterator[TestClient]:
    shop = shop_with_twins
    service = serving.http_service(shop.settings, shop.models, shop.store, "127.0.0.1")
    with TestClient(create_app(service)) as found:
        yield found


def photo() -> dict[str, tuple[str, bytes]]:
    return {"photo": ("photo.png", encoded(drawn("disc", "red")))}


def matches(shop: Shop, **request: object) -> tuple[Match, ...]:
    asked = SearchRequest(photo=encoded(drawn("disc", "red")), **request)  # type: ignore[arg-type]
    return shop.pipeline.search(asked).items[0].matches


def test_one_match_has_the_offers_of_all_listings_the_cheapest_first(client: TestClient) -> None:
    found = client.post("/v1/search", files=photo()).json()["items"][0]["matches"]
    assert {one["group"] for one in found} == {"disc", "box", "cross"}
    best = found[0]
    assert best["id"] == "disc-red"
    assert sorted(best["also_listed_as"]) == ["abroad-1", "outlet-1"]
    prices = [(one["merchant"], one["price"]["amount"]) for one in best["offers"]]
    # three euros are not less than eight dollars: amounts of two currencies are not compared
    assert prices == [("Outlet", "8.00"), ("The red shop", "10.00"), ("Abroad", "3.00")]
    assert best["price"] == {"amount": "8.00", "currency": "USD"}
    assert best["link"] == "https://outlet.example/1"
    assert {one["id"] for one in best["variants"]} == {"disc-blue", "disc-green"}
    assert all(one["also_listed_as"] == [] for one in found[1:])


def test_a_currency_asked_for_makes_the_cheapest_of_that_currency_first(
    client: TestClient,
) -> None:
    filters = '{"price": {"max": 50, "currency": "EUR"}}'
    body = client.post("/v1/search", files=photo(), data={"filters": filters}).json()
    [best] = body["items"][0]["matches"]
    assert (best["id"], best["also_listed_as"]) == ("abroad-1", [])  # the others do not pass
    assert best["price"] == {"amount": "3.00", "currency": "EUR"}


def test_the_answer_compares_the_offers_of_all_listings(client: TestClient) -> None:
    body = client.post("/v1/search", files=photo(), data={"answer": "true"}).json()
    answer = body["answer"]
    assert answer["cheapest"] == "disc-red"
    assert "8.00" in answer["text"]
    assert "Outlet" in answer["text"]
    assert {"ref": 1, "id": "disc-red", "link": "https://outlet.example/1"} in answer["citations"]


def test_without_groups_variants_stay_and_listings_of_one_thing_do_not(
    shop_with_twins: Shop,
) -> None:
    found = matches(shop_with_twins, is_grouped=False, k=20)
    assert len(found) == 9
    assert {"disc-red", "disc-blue", "disc-green"} <= {one.product.id for one in found}


def test_cheaper_is_below_the_cheapest_listing(shop_with_twins: Shop) -> None:
    assert matches(shop_with_twins, text="cheaper") == ()  # nothing costs less than 8 dollars


def test_a_region_and_the_whole_photo_show_a_thing_once(shop_with_twins: Shop) -> None:
    canvas = Image.new("RGB", (200, 200), "white")
    canvas.paste(drawn("disc", "red"), (30, 30))
    pipeline = shop_with_twins.pipeline
    result = pipeline.search(SearchRequest(photo=encoded(canvas), box=Box(30, 30, 158, 158)))
    ids = [one.product.id for one in result.items[0].matches]
    assert not {"outlet-1", "abroad-1"} & set(ids)


def test_what_is_similar_to_a_product_is_none_of_its_listings(shop_with_twins: Shop) -> None:
    found = shop_with_twins.pipeline.similar("outlet-1", k=10)
    assert {one.product.group for one in found} == {"box", "cross"}


def test_a_listing_that_joined_another_is_no_miss(shop_with_twins: Shop) -> None:
    path = shop_with_twins.pictures / "disc-red.png"
    queries = [LabelledQuery(path, "", name, 1) for name in ("outlet-1", "disc-red", "disc")]
    judged = judge(queries, shop_with_twins.pipeline, shop_with_twins.store)
    assert [one.ranked[0] for one in judged] == ["outlet-1", "disc-red", "disc"]
