"""The HTTP service on a store whose vectors are in Milvus, also while that is away."""

import json
import threading
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.place import FolderPlace
from scripts.options import store_place
from tests.fakes import encoded, picture
from tests.milvus import ENGINES, lite_server, milvus_of
from tests.service.small_service import client_of, small_service

COLOURS = {"red": (200, 20, 30), "blue": (20, 40, 210), "green": (10, 160, 60)}


def put(client: TestClient, name: str, **fields: str) -> int:
    row = {"title": f"{name} cup", "price": "5.00 USD", **fields}
    files = [("images", ("a.png", encoded(picture(COLOURS[name]))))]
    made = client.put(f"/v1/products/{name}", data={"product": json.dumps(row)}, files=files)
    return made.status_code


def found(client: TestClient, name: str, **filters: object) -> list[str]:
    """The ids that a photo of this colour finds, best first."""
    photo = {"photo": ("a.png", encoded(picture(COLOURS[name])))}
    answer = client.post("/v1/search", files=photo, data={"filters": json.dumps(filters)})
    assert answer.status_code == 200, answer.text
    return [match["id"] for match in answer.json()["items"][0]["matches"]]


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> FolderPlace:
    """An empty place."""
    return milvus_of(request, tmp_path)


def test_products_written_over_http_are_found_by_a_photo(place: FolderPlace) -> None:
    with small_service(place) as service:
        client = client_of(service)
        assert [put(client, name, brand=f"by {name}") for name in COLOURS] == [201, 201, 201]
        for name in COLOURS:
            assert found(client, name)[0] == name
        assert len(found(client, "red")) == 4
        assert found(client, "red", brand=["by blue"]) == ["blue"]
        assert set(found(client, "red", price={"max": 6})) == set(COLOURS)
        assert put(client, "red", price="9.00 USD") == 200
        assert set(found(client, "red", price={"max": 6})) == {"blue", "green"}
        assert client.delete("/v1/products/blue").status_code == 204
        assert "blue" not in found(client, "blue")
        facets = client.get("/v1/facets").json()
        assert facets["products"] == 3


def test_the_service_answers_503_while_milvus_is_away_and_comes_back(tmp_path: Path) -> None:
    with lite_server(tmp_path / "milvus.db") as server:
        place = FolderPlace(tmp_path / "store", server.vectors())
        with small_service(place) as service:
            client = client_of(service)
            assert put(client, "red") == 201
            assert found(client, "red")[0] == "red"
            server.kill()
            assert put(client, "blue") == 201, "a write needs no Milvus"
            away = client.post("/v1/search", data={"text": "cup"})
            assert (away.status_code, away.headers["Retry-After"] > "0") == (503, True)
            assert away.json()["type"] == "urn:snapshelf:store-unavailable"
            assert "127.0.0.1" not in away.text
            assert client.get("/health/ready").status_code == 503
            server.start()
            wait_until_ready(client)
            assert found(client, "blue")[0] == "blue"


def wait_until_ready(client: TestClient) -> None:
    for _ in range(100):
        if client.get("/health/ready").status_code == 200:
            return
        threading.Event().wait(0.1)
    raise AssertionError("the service did not come back")


def test_the_setting_names_where_the_commands_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNAPSHELF_INDEX", "milvus:///data/shop.db")
    assert store_place("folder").vectors is not None
    monkeypatch.delenv("SNAPSHELF_INDEX")
    assert store_place("folder").vectors is None
