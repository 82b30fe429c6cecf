"""What a talk remembers: which match was spoken of, and what the photo says of the first match."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from index.verdict import Calibration, Logistic, Thresholds
from service.http.app import create_app
from tests.service.conftest import Shop
from tests.service.test_chat import ids, said, searched, service_of


@pytest.fixture
def client(shop: Shop) -> Iterator[TestClient]:
    with TestClient(create_app(service_of(shop))) as found:
        yield found


@pytest.fixture
def judging(shop: Shop) -> Iterator[TestClient]:
    """A shop with enough groups for a verdict: same where no other group is nearer."""
    rows = [
        {
            "id": f"other-{number}", "title": f"Thing {number}", "price": "25.00 USD",
            "product_type": "Toys > Others", "color": "blue", "availability": "in_stock",
            "image_link": f"{picture}-blue.png", "merchant": "The blue shop",
        }
        for number, picture in enumerate(("box", "cross", "box", "cross"))
    ]  # fmt: skip
    assert {one.status for one in shop.commit(*rows)} == {"added"}
    nearest = Logistic((0.0,), (0.01,), (1.0,), 0.0)
    shop.store.calibrate(
        Calibration(
            ("margin",),
            nearest,
            nearest,
            Thresholds(),
            100,
            "views",
            str(shop.store.space),
            "2026-01-01T00:00:00Z",
            {},
        )
    )
    with TestClient(create_app(service_of(shop))) as found:
        yield found


def test_it_is_the_first_match_until_another_is_named(client: TestClient) -> None:
    first = searched(client)
    session, [one, two, *_] = first["session"], ids(first)
    assert said(client, session, "how much is it?")["follow_up"]["refs"] == [1]
    assert said(client, session, "is the second one in stock?")["follow_up"]["refs"] == [2]
    body = said(client, session, "how much is that one?")
    assert body["follow_up"] == {"kind": "question", "item": 0, "refs": [2]}
    assert [one["id"] for one in body["answer"]["citations"]] == [two]
    assert said(client, session, "它多少钱")["follow_up"]["refs"] == [2]
    assert ids(said(client, session, "in stock"))[0] == one
    assert said(client, session, "what is it made of?")["follow_up"]["refs"] == [1]


@pytest.mark.parametrize("text", ["the cheaper one", "便宜的那个"])
def test_the_cheaper_one_is_of_the_two_that_were_spoken_of(client: TestClient, text: str) -> None:
    first = searched(client)
    groups = [one["group"] for one in first["items"][0]["matches"]]
    box, cross = (groups.index(name) + 1 for name in ("box", "cross"))
    said(client, first["session"], f"compare number {cross} and number {box}")
    body = said(client, first["session"], text)
    assert body["follow_up"] == {"kind": "one", "item": 0, "refs": [box]}
    assert body["items"][0]["matches"][0]["group"] == "box"


def test_the_cheaper_one_of_many_is_a_search_for_something_cheaper(client: TestClient) -> None:
    first = searched(client, text="a red cross")
    body = said(client, first["session"], "the cheaper one")
    assert body["follow_up"]["kind"] == "change"
    assert all(float(one["price"]["amount"]) < 30 for one in body["items"][0]["matches"])


def judged(body: dict[str, object]) -> tuple[object, object]:
    [item] = body["items"]  # type: ignore[misc]
    return item["verdict"], item["confidence"]


def test_a_follow_up_judges_what_it_shows(judging: TestClient) -> None:
    first = searched(judging)
    session = first["session"]
    assert judged(first)[0] == "same_product"
    assert judged(said(judging, session, "is it in stock?")) == judged(first)
    assert judged(said(judging, session, "only in stock")) == judged(first)
    dearer = said(judging, session, "over 15 dollars")
    assert ids(dearer)[0] != "disc-red"
    kind, confidence = judged(dearer)
    assert kind == "similar"
    assert confidence < judged(first)[1]  # type: ignore[operator]


@pytest.mark.parametrize("text", ["in blue", "the second one", "more like the first"])
def test_what_is_no_longer_about_the_photo_is_not_judged(judging: TestClient, text: str) -> None:
    assert judged(said(judging, searched(judging)["session"], text)) == (None, None)


def test_the_answer_of_a_follow_up_says_the_verdict(judging: TestClient) -> None:
    first = searched(judging, answer="true")
    body = said(judging, first["session"], "only in stock")
    assert body["answer"]["text"] == first["answer"]["text"]
