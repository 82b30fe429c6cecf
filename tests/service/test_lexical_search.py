"""Words that no vector knows: model names and numbers find their product in a search."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from service import serving
from service.http.app import create_app
from service.types import Match, SearchRequest
from tests.service.conftest import Shop, drawn, encoded, shop_rows

ROWS = [
    {**shop_rows()[0], "id": "q-1", "item_group_id": "q-1", "title": "Qubrix XT-40 toy"},
    {**shop_rows()[1], "id": "q-2", "item_group_id": "q-2", "title": "Qubrix XT-41 toy"},
    {**shop_rows()[2], "id": "q-3", "item_group_id": "q-3", "title": "折叠雨衣"},
]


@pytest.fixture
def shop(shop: Shop) -> Shop:
    shop.commit(*ROWS)
    return shop


@pytest.fixture
def client(shop: Shop) -> Iterator[TestClient]:
    service = serving.http_service(shop.settings, shop.models, shop.store, "127.0.0.1")
    with TestClient(create_app(service)) as found:
        yield found


def first(shop: Shop, **request: object) -> Match:
    result = shop.pipeline.search(SearchRequest(is_grouped=False, **request))  # type: ignore[arg-type]
    return result.items[0].matches[0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("xt41", "q-2"), ("the XT-40 please", "q-1"), ("雨衣", "q-3"), ("q-2", "q-2")],
)
def test_a_model_word_finds_its_product_over_http(
    client: TestClient, text: str, wanted: str
) -> None:
    response = client.post("/v1/search", data={"text": text, "group": "false"})
    match = response.json()["items"][0]["matches"][0]
    assert match["id"] == wanted
    assert match["scores"]["lexical"] == 1.0


def test_operators_of_the_index_are_words_over_http(client: TestClient) -> None:
    for text in ('"xt41" OR NOT (title:', "xt41 NEAR(*", "' OR 1=1 -- xt41"):
        response = client.post("/v1/search", data={"text": text, "group": "false"})
        assert response.status_code == 200
        assert response.json()["items"][0]["matches"][0]["id"] == "q-2"


def test_a_model_word_counts_beside_a_photo_too(shop: Shop) -> None:
    photo = encoded(drawn("disc", "red"))
    everything = shop.pipeline.search(
        SearchRequest(photo=photo, text="XT-41", is_grouped=False, k=100)
    )
    parts = {one.product.id: one.parts["lexical"] for one in everything.items[0].matches}
    assert parts.pop("q-2") == 1.0
    assert set(parts.values()) == {0.0}


def test_a_word_that_became_a_filter_is_not_looked_up_again(shop: Shop) -> None:
    match = first(shop, text="by Lull")
    assert match.product.brand == "Lull"
    assert "lexical" not in match.parts


def test_a_photo_without_words_asks_for_none(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(text: str) -> None:
        raise AssertionError(f"looked up {text!r}")

    monkeypatch.setattr(shop.store.catalogue, "lexical", refused)
    assert "lexical" not in first(shop, photo=encoded(drawn("disc", "red"))).parts
    assert shop.pipeline.similar("disc-red", k=3)


def test_a_changed_title_is_found_by_its_new_words_at_once(shop: Shop) -> None:
    assert first(shop, text="xt41").product.id == "q-2"
    shop.commit({**ROWS[1], "title": "Zemblat toy"})
    assert first(shop, text="zemblat").product.id == "q-2"
    assert first(shop, text="xt41").parts.get("lexical", 0.0) < 1.0
    shop.store.delete(["q-2"])
    assert "lexical" not in first(shop, text="zemblat").parts
