"""Both clients against the real application, served on a port."""

import asyncio
import inspect
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import pytest

from service.client import ApiError, AsyncSnapshelfClient, SnapshelfClient, UnreachableError
from service.client.answers import StreamEvent
from service.wire.searches import (
    AnswerSchema,
    DeltaEvent,
    DoneEvent,
    MatchesEvent,
    SearchResponse,
    SeenEvent,
)
from tests.service.conftest import drawn, encoded

RED_DISC = encoded(drawn("disc", "red"))
HEAVY = ("torch", "faiss", "fastapi", "starlette", "numpy", "PIL", "sqlalchemy", "transformers")


def test_importing_the_client_imports_no_model_index_or_framework() -> None:
    asked = f"import sys, service.client; print([one for one in {HEAVY} if one in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_a_photo_is_sent_as_bytes_or_as_the_path_of_its_file(
    client: SnapshelfClient, tmp_path: Path
) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(RED_DISC)
    for photo in (RED_DISC, path, str(path)):
        found = client.search(photo, k=2)
        assert isinstance(found, SearchResponse)
        assert found.photo is not None
        assert found.items[0].matches[0].id == "disc-red"
        assert len(found.items[0].matches) == 2


def test_every_field_of_a_search_reaches_the_service(client: SnapshelfClient) -> None:
    found = client.search(
        RED_DISC,
        k=50,
        items="main",
        box=(0, 0, 100, 90),
        filters={"color": ["red", "blue"], "price": {"max": 20}},
        group=False,
        answer=True,
        language="de",
    )
    [item] = found.items
    assert item.box == [0, 0, 100, 90]
    ids = {one.id for one in item.matches}
    assert ids == {"disc-red", "disc-blue", "box-red", "box-blue"}
    assert found.answer is not None
    assert found.answer.language == "de"


def kinds(events: list[StreamEvent]) -> list[type]:
    return list(dict.fromkeys(type(one) for one in events))


def test_a_stream_gives_typed_events_that_end_with_done(client: SnapshelfClient) -> None:
    events = list(client.stream(RED_DISC, answer=True))
    assert kinds(events) == [SeenEvent, MatchesEvent, DeltaEvent, AnswerSchema, DoneEvent]
    said = "".join(one.text for one in events if isinstance(one, DeltaEvent))
    [answer] = [one for one in events if isinstance(one, AnswerSchema)]
    assert answer.text.split() == said.split()


def test_a_stream_that_is_refused_raises_before_its_first_event(client: SnapshelfClient) -> None:
    with pytest.raises(ApiError, match="422: neither a photo nor a text"):
        next(client.stream())


def test_a_conversation_goes_on_and_takes_feedback(client: SnapshelfClient) -> None:
    session = client.search(RED_DISC).session
    turn = client.chat(session, "in blue", answer=False)
    assert turn.follow_up.kind == "change"
    assert turn.items[0].matches[0].color == "blue"
    shown = turn.items[0].matches[0].id
    assert client.feedback(session, 0, shown, "click").recorded
    assert not client.feedback(session, 0, shown, "click").recorded


def test_products_are_written_read_and_removed_whatever_their_ids_hold(
    client: SnapshelfClient,
) -> None:
    row = {"id": "a/b c?#", "title": "A green box", "price": "3.00 USD"}
    picture = encoded(drawn("box", "green", 64))
    written = client.put_product(row, [picture, picture])
    assert client.product("a/b c?#") == written
    assert client.image(written.images[0])[:2] == b"\xff\xd8"
    assert client.put_product(row | {"title": "A box"}, [picture]).title == "A box"
    client.delete_product("a/b c?#")
    with pytest.raises(ApiError, match="no product") as refused:
        client.product("a/b c?#")
    assert (refused.value.status, refused.value.type) == (404, "urn:snapshelf:unknown-product")


def test_a_batch_gives_one_outcome_a_row(client: SnapshelfClient) -> None:
    outcomes = client.batch([{"id": "void", "title": "No picture"}]).outcomes
    assert [(one.id, one.status) for one in outcomes] == [("void", "rejected")]


def test_lists_facets_similar_products_and_health_are_typed(client: SnapshelfClient) -> None:
    made = client.shopping_list(text="a red disc and a blue box", budget="60 USD", alternates=1)
    assert [one.label for one in made.entries] == ["red disc", "blue box"]
    assert made.budget is not None
    assert (made.budget.amount, made.budget.currency) == ("60.00", "USD")
    assert client.facets({"brand": ["Lull"]}).products == 3
    likes = client.similar("disc-red", k=3, filters={"color": ["blue"]}).matches
    assert {one.color for one in likes} == {"blue"}
    assert client.health().products == 9


def test_a_picture_is_asked_of_the_service_alone(client: SnapshelfClient) -> None:
    for elsewhere in ("https://evil.example/x.jpg", "//evil.example/x", "/metrics"):
        with pytest.raises(ValueError, match="no picture of the service"):
            client.image(elsewhere)


def test_nobody_listening_is_an_unreachable_service(free_port: int) -> None:
    with SnapshelfClient(f"http://127.0.0.1:{free_port}") as client:
        with pytest.raises(UnreachableError, match=f"127.0.0.1:{free_port}") as failed:
            client.chat("session", "cheaper")
        assert not failed.value.was_sent


def test_the_async_client_does_what_the_other_does(url: str) -> None:
    async def ask() -> None:
        async with AsyncSnapshelfClient(url) as client:
            one, other = await asyncio.gather(client.search(RED_DISC), client.search(text="a box"))
            assert one.items[0].matches[0].id == "disc-red"
            assert other.items[0].matches[0].group == "box"
            async with aclosing(client.stream(RED_DISC)) as events:
                assert isinstance(await anext(events), SeenEvent)
            assert kinds([one async for one in client.stream(text="disc")])[-1] is DoneEvent
            with pytest.raises(ApiError, match="no product 'nothing'"):
                await client.product("nothing")

    asyncio.run(ask())


def test_the_clients_have_the_same_methods_with_the_same_arguments() -> None:
    def public(kind: type) -> dict[str, inspect.Signature]:
        methods = inspect.getmembers(kind, inspect.isfunction)
        return {name: inspect.signature(one) for name, one in methods if name[0] != "_"}

    one, other = public(SnapshelfClient), public(AsyncSnapshelfClient)
    assert set(one) - {"close"} == set(other) - {"aclose"}
    same = set(one) - {"close", "send", "stream", "events"}
    assert {name: one[name] for name in same} == {name: other[name] for name in same}
