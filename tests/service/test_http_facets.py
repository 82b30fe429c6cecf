"""``GET /v1/facets`` over HTTP, on the drawn shop."""

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from service import serving
from service.http.app import create_app
from tests.service.conftest import Shop


@pytest.fixture
def client(shop: Shop) -> Iterator[TestClient]:
    service = serving.http_service(shop.settings, shop.models, shop.store, "127.0.0.1")
    with TestClient(create_app(service)) as found:
        yield found


def test_facets_come_with_counts_beside_the_filters_in_force(client: TestClient) -> None:
    filters = {"brand": ["Lull"], "price": {"max": 30}}
    body = client.get("/v1/facets", params={"filters": json.dumps(filters)}).json()
    assert body["products"] == 3
    assert body["facets"]["brand"] == [
        {"value": "Euclid", "count": 6},
        {"value": "Lull", "count": 3},
    ]
    assert {one["value"]: one["count"] for one in body["facets"]["availability"]} == {
        "in_stock": 2,
        "out_of_stock": 1,
    }
    assert body["prices"] == [{"currency": "USD", "min": "10", "max": "30"}]


def test_facets_follow_a_write(client: TestClient) -> None:
    before = client.get("/v1/facets").json()
    client.delete("/v1/products/disc-red")
    after = client.get("/v1/facets").json()
    assert (before["products"], after["products"]) == (9, 8)


def test_wrong_filters_are_refused(client: TestClient) -> None:
    response = client.get("/v1/facets", params={"filters": '{"flavour": ["sweet"]}'})
    assert response.status_code == 422
    assert "flavour" in response.json()["detail"]


def test_files_of_the_page_are_asked_for_anew_and_answered_304(client: TestClient) -> None:
    first = client.get("/web/js/dom.js")
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["content-type"].startswith(("text/javascript", "application/javascript"))
    again = client.get("/web/js/dom.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
