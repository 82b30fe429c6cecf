"""The HTTP contract, against the real pipeline."""

import json
from collections.abc import Iterator

import httpx
import pytest
from fastapi.testclient import TestClient

from index import errors as index_errors
from service import errors as service_errors
from service import serving
from service.http import problems
from service.http.app import create_app
from tests.service.conftest import Shop, drawn, encoded, shop_rows
from vision import errors as vision_errors


@pytest.fixture
def client(shop: Shop) -> Iterator[TestClient]:
    service = serving.http_service(shop.settings, shop.models, shop.store, "127.0.0.1")
    with TestClient(create_app(service)) as found:
        yield found


@pytest.fixture
def public_client(shop: Shop) -> Iterator[TestClient]:
    service = serving.http_service(shop.settings, shop.models, shop.store, "0.0.0.0")
    with TestClient(create_app(service)) as found:
        yield found


def photo(shape: str = "disc", colour: str = "red") -> dict[str, tuple[str, bytes]]:
    return {"photo": ("photo.png", encoded(drawn(shape, colour)))}


def refused(response: httpx.Response, status: int) -> str:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status
    assert "Traceback" not in response.text
    return str(body["detail"])


def test_a_photo_finds_its_product_with_price_merchant_and_link(client: TestClient) -> None:
    response = client.post("/v1/search", files=photo())
    assert response.status_code == 200
    body = response.json()
    assert body["photo"] == {"width": 128, "height": 128}
    [item] = body["items"]
    assert item["box"] == [0, 0, 128, 128]
    match = item["matches"][0]
    assert match["id"] == "disc-red"
    assert match["price"] == {"amount": "10.00", "currency": "USD"}
    assert match["link"] == "https://shop.example/disc-red"
    assert match["offers"][0]["merchant"] == "The red shop"
    assert {one["id"] for one in match["variants"]} == {"disc-blue", "disc-green"}
    assert set(match["scores"]) == {"image", "colour"}
    assert {"decode", "detect", "embed", "search", "total"} <= set(body["timings_ms"])
    assert body["answer"] is None
    assert len(body["session"]) == 32
    picture = client.get(match["image"])
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.content[:2] == b"\xff\xd8"


def test_words_alone_give_one_item_without_a_box(client: TestClient) -> None:
    body = client.post("/v1/search", data={"text": "blue box", "group": "false"}).json()
    assert body["photo"] is None
    assert body["items"][0]["box"] is None
    assert body["items"][0]["matches"][0]["id"] == "box-blue"


def test_filters_k_and_box_are_obeyed(client: TestClient) -> None:
    filters = {
        "price": {"max": 20},
        "not": {"color": ["red"]},
        "attributes": {"material": ["wood"]},
    }
    data = {"filters": json.dumps(filters), "k": "1", "box": "0,0,100,100"}
    [item] = client.post("/v1/search", files=photo(), data=data).json()["items"]
    assert item["box"] == [0, 0, 100, 100]
    [match] = item["matches"]
    assert match["color"] != "red"
    assert float(match["price"]["amount"]) <= 20


def test_the_offer_shown_meets_a_price_said_in_words(shop: Shop, client: TestClient) -> None:
    row = shop_rows()[0] | {"price": "6.00 USD", "merchant": "Nowhere", "availability": "preorder"}
    shop.commit(row)
    for data in ({"text": "under 7 dollars"}, {"filters": json.dumps({"price": {"max": 7}})}):
        asked = data | {"answer": "true"}
        body = client.post("/v1/search", files=photo(), data=asked).json()
        [match] = body["items"][0]["matches"]
        assert (match["id"], match["price"]["amount"]) == ("disc-red", "6.00")
        assert [one["merchant"] for one in match["offers"]] == ["Nowhere", "The red shop"]
        assert "6.00" in body["answer"]["text"]


def test_what_is_written_is_decoded_in_the_processes_for_it(shop: Shop) -> None:
    settings = shop.settings.model_copy(update={"decode_processes": 1})
    service = serving.http_service(settings, shop.models, shop.store, "127.0.0.1")
    assert service.decoders is not None
    upload = {"images": ("a.png", encoded(drawn("disc", "red", 64)))}
    row = {"product": json.dumps({"title": "A disc", "price": "1.00 USD"})}
    with TestClient(create_app(service)) as client:
        assert client.put("/v1/products/new", data=row, files=upload).status_code == 201
        service.decoders.close()
        refused(client.put("/v1/products/newer", data=row, files=upload), 503)
        assert client.get("/v1/products/newer").status_code == 404


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        ({}, "neither a photo nor a text"),
        ({"text": "x", "k": "0"}, "k: Input should be greater than or equal to 1"),
        ({"text": "x", "k": "101"}, "k: Input should be less than or equal to 100"),
        ({"text": "x", "filters": "{"}, "filters"),
        ({"text": "x", "filters": "[]"}, "filters"),
        ({"text": "x", "filters": '{"colour": ["red"]}'}, "colour"),
        ({"text": "x", "filters": '{"price": {"max": "abc"}}'}, "price.max"),
        ({"text": "x", "filters": '{"price": {"currency": "dollars"}}'}, "currency"),
        ({"text": "x", "box": "1,2,3"}, "four whole numbers"),
        ({"text": "x", "box": "0,0,5,5"}, "a box without a photo"),
        ({"text": "x", "items": "some"}, "items"),
        ({"photo_url": "http://127.0.0.1/x.png"}, "photo_url is switched off"),
    ],
)
def test_a_wrong_field_is_a_422_that_names_it(
    client: TestClient, data: dict[str, str], detail: str
) -> None:
    assert detail in refused(client.post("/v1/search", data=data), 422)


def test_what_is_no_picture_is_a_415(client: TestClient) -> None:
    text = client.post("/v1/search", files={"photo": ("a.jpg", b"hello")})
    assert "not a picture" in refused(text, 415)
    empty = client.post("/v1/search", files={"photo": ("a.jpg", b"")})
    assert "0 bytes" in refused(empty, 415)


def test_a_broken_picture_is_a_422(client: TestClient) -> None:
    data = encoded(drawn("disc", "red"), "JPEG")
    broken = client.post("/v1/search", files={"photo": ("a.jpg", data[: len(data) // 2])})
    assert "does not decode" in refused(broken, 422)


def test_a_body_over_the_limit_is_a_413_problem(client: TestClient) -> None:
    big = client.post("/v1/search", files={"photo": ("a.jpg", bytes(22_000_000))})
    assert "larger than allowed" in refused(big, 413)


def test_a_file_between_photo_limit_and_body_limit_is_a_413_too(client: TestClient) -> None:
    big = client.post("/v1/search", files={"photo": ("a.jpg", bytes(20_000_001))})
    assert "20,000,001 bytes" in refused(big, 413)


def test_an_unknown_path_and_a_wrong_method_are_problems(client: TestClient) -> None:
    refused(client.get("/v1/nothing"), 404)
    refused(client.get("/v1/search"), 405)


def test_a_product_is_read_with_its_offers(client: TestClient) -> None:
    body = client.get("/v1/products/box-green").json()
    assert body["title"] == "Green box"
    assert body["availability"] == "out_of_stock"
    assert body["attributes"] == {"material": "wood"}
    assert body["images"] == ["/v1/products/box-green/images/0"]
    assert "no product" in refused(client.get("/v1/products/none"), 404)
    assert "no picture 7" in refused(client.get("/v1/products/box-green/images/7"), 404)


def test_a_product_tells_what_it_cost_before(shop: Shop, client: TestClient) -> None:
    for price in ("9.00 USD", "9.00 USD", "11.50 USD"):
        shop.commit(shop_rows()[0] | {"price": price})
    history = client.get("/v1/products/disc-red").json()["price_history"]
    assert [one["price"]["amount"] for one in history] == ["10.00", "9.00", "11.50"]
    assert {one["merchant"] for one in history} == {"The red shop"}
    assert history == sorted(history, key=lambda one: str(one["since"]))


def test_a_put_product_is_found_by_the_next_search_and_gone_after_delete(
    client: TestClient,
) -> None:
    row = {"title": "Yellow star", "price": "3.50 EUR", "brand": "New"}
    files = [("images", ("star.png", encoded(drawn("cross", "red", 90).rotate(45))))]
    made = client.put("/v1/products/star/1", data={"product": json.dumps(row)}, files=files)
    assert made.status_code == 201
    assert made.json()["id"] == "star/1"
    again = client.put("/v1/products/star/1", data={"product": json.dumps(row)}, files=files)
    assert again.status_code == 200
    found = client.post(
        "/v1/search",
        files={"photo": files[0][1]},
        data={"filters": '{"brand": ["new"]}'},
    ).json()
    assert found["items"][0]["matches"][0]["id"] == "star/1"
    assert client.get(found["items"][0]["matches"][0]["image"]).status_code == 200
    assert client.delete("/v1/products/star/1").status_code == 204
    refused(client.get("/v1/products/star/1"), 404)
    refused(client.delete("/v1/products/star/1"), 404)


def test_a_put_without_pictures_updates_a_known_product(client: TestClient) -> None:
    row = {"title": "Red disc", "price": "8.00 USD", "merchant": "The red shop"}
    response = client.put("/v1/products/disc-red", json=row)
    assert response.status_code == 200
    assert response.json()["price"]["amount"] == "8.00"


@pytest.mark.parametrize(
    ("row", "detail"),
    [
        ({"title": "x"}, "image_link"),
        ({"title": "x", "price": "abc"}, "price: 'abc'"),
        ({"price": "1.00 USD"}, "title: is missing"),
        ({"title": "x", "id": "other"}, "the row's id is 'other'"),
        ({"title": "x", "image_link": "/etc/passwd"}, "paths are not read here"),
        ({"title": "x", "image_link": "http://127.0.0.1:1/x.png"}, "not on the public internet"),
        ([1], "is a JSON list"),
    ],
)
def test_a_wrong_row_is_refused_and_nothing_is_written(
    client: TestClient, shop: Shop, row: object, detail: str
) -> None:
    before = shop.store.catalogue.sequence()
    assert detail in refused(client.put("/v1/products/new", json=row), 422)
    assert shop.store.catalogue.sequence() == before


def test_a_row_of_another_content_type_is_refused(client: TestClient) -> None:
    response = client.put("/v1/products/new", content="a,b", headers={"content-type": "text/csv"})
    assert "text/csv" in refused(response, 422)


def test_a_batch_tells_of_each_product(client: TestClient) -> None:
    rows = [
        {"id": "disc-red", "title": "Red disc", "price": "9.00 USD", "merchant": "The red shop"},
        {"id": "void", "title": "No picture"},
    ]
    body = client.post("/v1/products/batch", json={"products": rows}).json()
    assert [(one["id"], one["status"]) for one in body["outcomes"]] == [
        ("disc-red", "updated"),
        ("void", "rejected"),
    ]


def test_similar_gives_other_groups(client: TestClient) -> None:
    body = client.get("/v1/products/disc-red/similar", params={"k": 5}).json()
    assert {one["group"] for one in body["matches"]} == {"box", "cross"}


def test_writes_are_closed_where_the_server_is_bound_to_more_than_loopback(
    public_client: TestClient,
) -> None:
    row = {"title": "x"}
    assert "loopback" in refused(public_client.put("/v1/products/x", json=row), 403)
    refused(public_client.delete("/v1/products/disc-red"), 403)
    refused(public_client.post("/v1/products/batch", json={"products": [row]}), 403)
    assert public_client.get("/v1/products/disc-red").status_code == 200


def test_a_field_that_comes_twice_is_refused_and_named(client: TestClient) -> None:
    for path in ("/v1/search", "/v1/search/stream"):
        twice = [("box", (None, "0,0,9,9")), ("box", (None, "0,0,5,5")), *photo().items()]
        assert "box: came 2 times" in refused(client.post(path, files=twice), 422)
        two_photos = [*photo().items(), *photo("box").items()]
        assert "photo: came 2 times" in refused(client.post(path, files=two_photos), 422)


def test_health_metrics_openapi_and_page_are_there(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    ready = client.get("/health/ready").json()
    assert (ready["products"], ready["pictures"]) == (9, 9)
    client.post("/v1/search", files=photo())
    assert "snapshelf_search_seconds_count" in client.get("/metrics").text
    spec = client.get("/openapi.json").json()
    assert {"/v1/search", "/v1/products/batch", "/v1/products/{product_id}"} <= set(spec["paths"])
    page = client.get("/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert client.get("/web/app.js").status_code == 200
    assert "://" not in page.text.replace("http://www.w3.org", "")  # nothing from elsewhere


def subclasses(root: type[Exception]) -> set[type[Exception]]:
    found = set(root.__subclasses__())
    return found | {inner for one in found for inner in subclasses(one)}


def test_every_error_class_that_can_be_raised_has_a_status() -> None:
    roots = (vision_errors.VisionError, index_errors.CatalogueError, service_errors.ServiceError)
    leaves = {one for root in roots for one in subclasses(root) if not one.__subclasses__()}
    local = {one for one in leaves if one.__module__.endswith(".errors")}
    assert local <= set(problems.STATUS)
