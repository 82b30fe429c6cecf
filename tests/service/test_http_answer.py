"""Answers and events over HTTP: with the facts, with real endpoints that lie, hang or are down."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from service import serving
from service.http.app import create_app
from service.http.gate import Gate
from tests.fakes import TwoHalves
from tests.service.conftest import Shop, drawn, encoded
from tests.vision.chat_server import (
    ChatServer,
    hangs,
    open_chat,
    refuses,
    running_server,
    says,
    streams,
)
from vision.chat_captioner import ChatCaptioner
from vision.protocols import Captioner, ChatModel, Detector
from vision.types import ChatLimits

SHORT = ChatLimits(timeout_s=0.5)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with running_server() as found:
        yield found


def client_of(
    shop: Shop,
    writer: ChatModel | None = None,
    captioner: Captioner | None = None,
    detector: Detector | None = None,
    writings: Gate | None = None,
    **settings: Any,
) -> TestClient:
    models = replace(
        shop.models,
        writer=writer,
        captioner=captioner,
        detector=detector or shop.models.detector,
    )
    chosen = shop.settings.model_copy(update={"answer_timeout_s": 0.5, **settings})
    service = serving.http_service(chosen, models, shop.store, "127.0.0.1")
    return TestClient(create_app(replace(service, writings=writings or service.writings)))


def photo(shape: str = "disc", colour: str = "red") -> dict[str, tuple[str, bytes]]:
    return {"photo": ("photo.png", encoded(drawn(shape, colour)))}


def events_of(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.replace("\r\n", "\n").strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_an_answer_names_prices_and_merchants_of_the_matches(shop: Shop) -> None:
    with client_of(shop) as client:
        body = client.post("/v1/search", files=photo(), data={"answer": "true"}).json()
    answer = body["answer"]
    assert "[1]" in answer["text"]
    assert "$10.00" in answer["text"]
    assert "The red shop" in answer["text"]
    assert answer["citations"][0] == {
        "ref": 1,
        "id": "disc-red",
        "link": "https://shop.example/disc-red",
    }
    assert answer["pick"] == "disc-red"
    assert answer["writer"] == "facts"
    assert answer["grounding"] == {"checked": 0, "dropped": 0}
    assert body["timings_ms"]["total"] >= body["timings_ms"]["answer"] > 0


def test_no_answer_is_written_unless_it_is_asked_for(shop: Shop) -> None:
    with client_of(shop) as client:
        body = client.post("/v1/search", files=photo()).json()
    assert body["answer"] is None
    assert "answer" not in body["timings_ms"]


@pytest.mark.parametrize(
    ("form", "headers", "language", "price"),
    [
        ({"language": "de"}, {}, "de", "10,00"),
        ({}, {"accept-language": "fr-CA, en;q=0.5"}, "fr", "10,00"),
        ({"language": "zh-TW"}, {"accept-language": "de"}, "zh-Hant", "10.00"),
        ({"language": "tlh"}, {}, "en", "$10.00"),
    ],
)
def test_the_language_follows_the_form_then_the_header(
    shop: Shop, form: dict[str, str], headers: dict[str, str], language: str, price: str
) -> None:
    with client_of(shop) as client:
        response = client.post(
            "/v1/search", files=photo(), data={"answer": "true", **form}, headers=headers
        )
    answer = response.json()["answer"]
    assert answer["language"] == language
    assert price in answer["text"]


def test_the_stream_sends_items_matches_and_checked_pieces_in_order(shop: Shop) -> None:
    with client_of(shop) as client:
        response = client.post("/v1/search/stream", files=photo(), data={"answer": "true"})
        whole = client.post("/v1/search", files=photo(), data={"answer": "true"}).json()
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response.text)
    names = [name for name, _ in events]
    assert names[:2] == ["items", "matches"]
    assert names[-2:] == ["answer.done", "done"]
    assert set(names[2:-2]) == {"answer.delta"}
    assert events[0][1]["items"][0]["box"] == [0, 0, 128, 128]
    assert events[1][1]["item"] == 0
    assert events[1][1]["matches"] == whole["items"][0]["matches"]
    done = dict(events)["answer.done"]
    assert done == whole["answer"]
    assert "".join(data["text"] for name, data in events if name == "answer.delta") == done["text"]
    assert events[-1][1]["store"] == whole["store"]


def test_an_answer_about_several_items_says_which_item_each_citation_is_of(shop: Shop) -> None:
    both = Image.new("RGB", (256, 128))
    both.paste(drawn("disc", "red"), (0, 0))
    both.paste(drawn("cross", "blue"), (128, 0))
    files = {"photo": ("photo.png", encoded(both))}
    with client_of(shop, detector=TwoHalves()) as client:
        whole = client.post("/v1/search", files=files, data={"answer": "true"}).json()
        streamed = client.post("/v1/search/stream", files=files, data={"answer": "true"})
        main = client.post("/v1/search", files=files, data={"answer": "true", "items": "main"})
    answer = whole["answer"]
    first, second = answer["text"].split("\n")
    assert first.startswith("Item 1: “Red disc” [1]")
    assert second.startswith("Item 2: “Blue cross” [")
    assert [one["pick"] for one in answer["items"]] == ["disc-red", "cross-blue"]
    for cited in answer["citations"]:
        found = {one["id"] for one in whole["items"][cited["item"]]["matches"]}
        assert cited["id"] in found
        assert f"[{cited['ref']}]" in (first, second)[cited["item"]]
        assert f"[{cited['ref']}]" not in (second, first)[cited["item"]]
    events = events_of(streamed.text)
    assert dict(events)["answer.done"] == answer
    assert "".join(one["text"] for name, one in events if name == "answer.delta") == answer["text"]
    alone = main.json()["answer"]
    assert "Item 1" not in alone["text"]
    assert "items" not in alone
    assert alone["citations"][0].keys() == {"ref", "id", "link"}


def test_a_photo_that_cannot_be_read_is_refused_before_any_event(shop: Shop) -> None:
    with client_of(shop) as client:
        response = client.post("/v1/search/stream", files={"photo": ("a.jpg", b"no picture")})
    assert response.status_code == 415
    assert response.headers["content-type"] == "application/problem+json"


def test_what_fails_after_the_first_event_is_told_as_the_last_one(shop: Shop) -> None:
    filters = json.dumps({"attributes": {"": ["x"]}})
    with client_of(shop) as client:
        plain = client.post("/v1/search", files=photo(), data={"filters": filters})
        response = client.post("/v1/search/stream", files=photo(), data={"filters": filters})
    if plain.status_code == 200:
        pytest.fail("the filter was expected to be refused by the search")
    name, problem = events_of(response.text)[-1]
    assert name == "error"
    assert problem["status"] == plain.status_code


def test_a_lying_writer_is_not_believed(shop: Shop, server: ChatServer) -> None:
    server.script = [streams(["[1] costs $3.00 at ", "The red shop. Buy at http://evil.example !"])]
    patient = {"writer_mode": "prose", "answer_timeout_s": 10.0}
    with open_chat(server) as writer, client_of(shop, writer, **patient) as client:
        body = client.post("/v1/search", files=photo(), data={"answer": "true"}).json()
    answer = body["answer"]
    assert "3.00" not in answer["text"]
    assert "evil" not in answer["text"]
    assert "$10.00" in answer["text"]
    assert answer["grounding"]["dropped"] >= 1


@pytest.mark.parametrize("reply", [hangs, refuses(500), says("{broken"), says("")])
def test_a_writer_that_is_down_or_slow_costs_its_words_alone(
    shop: Shop, server: ChatServer, reply: Any
) -> None:
    server.script = [reply]
    with open_chat(server, attempts=1) as writer, client_of(shop, writer) as client:
        response = client.post("/v1/search", files=photo(), data={"answer": "true"})
    body = response.json()
    assert response.status_code == 200
    assert body["items"][0]["matches"][0]["id"] == "disc-red"
    assert body["answer"]["writer"] == "facts"
    assert "$10.00" in body["answer"]["text"]


def test_a_choice_of_the_model_is_rendered_from_the_catalogue(
    shop: Shop, server: ChatServer
) -> None:
    choice = {"pick": 1, "order": [1], "points": [{"ref": 1, "reasons": ["in_stock"]}]}
    server.script = [says(json.dumps(choice))]
    with open_chat(server) as writer, client_of(shop, writer, answer_timeout_s=10.0) as client:
        body = client.post("/v1/search", files=photo(), data={"answer": "true"}).json()
    assert body["answer"]["pick"] == "disc-red"
    assert "$10.00" in body["answer"]["text"]
    sent = json.dumps(server.bodies[0])
    assert "score" not in sent


def test_captions_of_an_endpoint_become_attributes_and_reasons(
    shop: Shop, server: ChatServer
) -> None:
    caption = {"category": "disc", "color": "blue", "material": "wood", "caption": "A blue disc."}
    server.script = [says(json.dumps(caption))]
    with open_chat(server) as model, client_of(shop, captioner=ChatCaptioner(model)) as client:
        body = client.post("/v1/search", files=photo()).json()
    [item] = body["items"]
    assert item["caption"] == "A blue disc."
    assert item["attributes"] == {"category": "disc", "color": "blue", "material": "wood"}
    why = item["matches"][0]["why"]
    assert "color" in why["differs"]
    assert "material" in why["agrees"]
    assert body["timings_ms"]["caption"] > 0


@pytest.mark.parametrize("reply", [hangs, refuses(500), refuses(401)])
def test_matches_arrive_although_the_captioner_is_down(
    shop: Shop, server: ChatServer, reply: Any
) -> None:
    server.script = [reply]
    with (
        open_chat(server, attempts=1) as model,
        client_of(shop, captioner=ChatCaptioner(model, SHORT)) as client,
    ):
        body = client.post("/v1/search", files=photo()).json()
    [item] = body["items"]
    assert item["caption"] is None
    assert item["matches"][0]["id"] == "disc-red"


def test_answers_are_counted_by_writer(shop: Shop) -> None:
    with client_of(shop) as client:
        client.post("/v1/search", files=photo(), data={"answer": "true"})
        text = client.get("/metrics").text
    assert 'snapshelf_answers_total{writer="facts"}' in text


@pytest.mark.parametrize("is_streamed", [False, True])
def test_matches_come_with_the_facts_where_too_many_wait_for_the_writer(
    shop: Shop, server: ChatServer, *, is_streamed: bool
) -> None:
    may_end, writings = threading.Event(), Gate("test", 1, 0)

    async def holding() -> None:
        await writings.run(may_end.wait, 30)

    with open_chat(server) as writer, client_of(shop, writer, writings=writings) as client:
        thread = threading.Thread(target=lambda: asyncio.run(holding()))
        thread.start()
        try:
            while not writings.is_full:
                time.sleep(0.01)
            path = "/v1/search/stream" if is_streamed else "/v1/search"
            response = client.post(path, files=photo(), data={"answer": "true"})
        finally:
            may_end.set()
            thread.join()
    assert response.status_code == 200
    if is_streamed:
        answer = dict(events_of(response.text))["answer.done"]
    else:
        answer = response.json()["answer"]
        assert response.json()["items"][0]["matches"]
    assert answer["writer"] == "facts"
    assert "$10.00" in answer["text"]
    assert not server.bodies
