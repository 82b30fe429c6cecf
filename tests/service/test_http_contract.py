"""What fuzzing of the contract has found, each fault with its test."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from service.http.app import create_app
from tests.service.conftest import drawn, encoded
from tests.service.fake_service import fake_service


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with fake_service(tmp_path_factory.mktemp("shop")) as service:
        yield TestClient(create_app(service))


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/products/x", {"DELETE", "GET", "PUT"}),
        ("/v1/products/x/similar", {"GET"}),
        ("/v1/products/a/b/images/0", {"GET"}),
        ("/v1/products/batch", {"POST"}),
        ("/v1/search", {"POST"}),
    ],
)
def test_a_method_that_a_path_has_not_is_told_which_it_has(
    client: TestClient, path: str, allowed: set[str]
) -> None:
    response = client.request("PATCH", path)
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == allowed
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["batch", "x/similar", "x/images/0"])
def test_no_product_is_written_to_where_none_can_be_read(client: TestClient, path: str) -> None:
    files = {"images": ("a.png", encoded(drawn("disc", "red")))}
    data = {"product": '{"title": "x"}'}
    assert client.put(f"/v1/products/{path}", files=files, data=data).status_code == 405
    assert client.delete(f"/v1/products/{path}").status_code == 405


def test_a_line_break_in_an_id_is_no_unknown_address(client: TestClient) -> None:
    response = client.get("/v1/products/a%0Ab")
    assert response.json()["type"] == "urn:snapshelf:unknown-product"


@pytest.mark.parametrize("position", ["-1", "100", "99999999999999999999999", "x"])
def test_a_picture_that_no_product_can_have_is_refused(client: TestClient, position: str) -> None:
    response = client.get(f"/v1/products/disc-red/images/{position}")
    assert response.status_code == 422
    assert "position" in response.json()["detail"]


def test_an_unknown_field_beside_a_product_is_named(client: TestClient) -> None:
    data = {"product": '{"title": "x"}', "image": "x"}
    files = {"images": ("a.png", encoded(drawn("disc", "red")))}
    response = client.put("/v1/products/x", data=data, files=files)
    assert response.status_code == 422
    assert "fields ['image']; allowed are product and images" in response.json()["detail"]


def test_an_image_that_is_no_file_is_not_passed_over(client: TestClient) -> None:
    parts = {"product": (None, '{"title": "x"}'), "images": (None, "text")}
    response = client.put("/v1/products/x", files=parts)
    assert response.status_code == 422
    assert "a part has no filename" in response.json()["detail"]


def test_the_description_says_of_what_form_a_text_of_json_is(client: TestClient) -> None:
    spec = client.get("/openapi.json").json()
    [parameter] = spec["paths"]["/v1/facets"]["get"]["parameters"]
    assert parameter["schema"]["contentMediaType"] == "application/json"
    assert "price" in parameter["schema"]["contentSchema"]["properties"]
    put = spec["paths"]["/v1/products/{product_id}"]["put"]
    assert put["requestBody"]["content"]["application/json"]["schema"]["required"] == ["title"]
    assert "404" in put["responses"]
