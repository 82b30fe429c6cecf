"""A service and an indexing run on PostgreSQL, also while it is away."""

import json
import logging
import threading
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.errors import StoreUnavailableError
from index.place import DatabasePlace
from index.store import Store
from service import feed_batches, wiring
from service.indexing import FeedIndexing
from service.picture_sources import PictureSources
from service.settings import load_settings
from tests.fakes import encoded, picture
from tests.postgres import PostgresServer
from tests.service.small_service import MODELS, PLAIN, SPACE, client_of, small_service

SECRET = "a-secret"


def searched(client: TestClient) -> int:
    return client.post("/v1/search", data={"text": "mug"}).status_code


def eventually(client: TestClient) -> None:
    """Asks until the search is answered."""
    for _ in range(600):
        if searched(client) == 200:
            return
        threading.Event().wait(0.1)
    raise AssertionError("the service did not come back")


def test_a_service_answers_503_while_its_database_is_away_and_comes_back(
    postgres_server: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[str] = []
    with small_service(postgres_server.place()) as service:
        client = client_of(service)
        found = client.post("/v1/search", data={"text": "mug"})
        assert found.json()["items"][0]["matches"][0]["id"] == "mug"
        session = found.json()["session"]
        assert client.post(f"/v1/chat/{session}", json={"text": "cheaper"}).status_code == 200
        event = {"session": session, "item": 0, "product": "mug", "event": "click"}
        recorded = [client.post("/v1/feedback", json=event).json()["recorded"] for _ in "12"]
        assert recorded == [True, False]
        said += [found.text, client.get("/health/ready").text]
        postgres_server.execute("CHECKPOINT")  # a crash may take the last sessions
        postgres_server.stop()
        try:
            with caplog.at_level(logging.DEBUG):
                away = client.post("/v1/search", data={"text": "mug"})
                talk = client.post(f"/v1/chat/{session}", json={"text": "cheaper"})
                ready = client.get("/health/ready")
            assert client.get("/health/live").status_code == 200
        finally:
            postgres_server.start()
        assert [one.status_code for one in (away, talk, ready)] == [503] * 3
        assert int(away.headers["Retry-After"]) > 0
        assert away.json()["type"] == "urn:snapshelf:store-unavailable"
        assert "postgres" not in away.text + talk.text + ready.text
        eventually(client)
        assert client.post(f"/v1/chat/{session}", json={"text": "cheaper"}).status_code == 200
    assert SECRET not in caplog.text + "".join(said)
    assert "postgresql" not in "".join(said)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """A feed of eight rows, each with a picture of its own."""
    rows = []
    for number in range(8):
        (tmp_path / f"{number}.png").write_bytes(encoded(picture((30 * number, 90, 200))))
        rows.append({"id": f"r{number}", "title": f"Row {number}", "image_link": f"{number}.png"})
    path = tmp_path / "feed.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.mark.parametrize("is_back_at_once", [True, False])
def test_a_run_ends_with_a_line_when_the_database_goes_and_the_next_one_completes_it(
    postgres_server: PostgresServer,
    feed: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_back_at_once: bool,
) -> None:
    monkeypatch.setattr(feed_batches, "BATCH_ROWS", 2)
    place = postgres_server.place()
    acknowledged: list[int] = []

    def stop(rows: int) -> None:
        if not acknowledged:
            postgres_server.stop()
            if is_back_at_once:  # connections are made anew, but the run's lock was lost
                postgres_server.start()
        acknowledged.append(rows)

    with closing(Store(place, SPACE, create=True)) as store:
        with pytest.raises(StoreUnavailableError, match="postgresql://"):
            indexing(store).run([feed], lambda _: PictureSources(feed.parent), progress=stop)
        if not is_back_at_once:
            postgres_server.start()
    with closing(opened_when_back(place)) as store:
        assert store.catalogue.count()[0] >= sum(acknowledged[:1]) == 2
        counts = indexing(store).run([feed], lambda _: PictureSources(feed.parent))
        assert (counts.rejected, counts.rows) == (0, 8)
        assert counts.unchanged >= 2
        assert sorted(store.catalogue.ids()) == [f"r{number}" for number in range(8)]


def indexing(store: Store) -> FeedIndexing:
    return FeedIndexing(store, wiring.ingest(load_settings(**PLAIN), MODELS, store))


def opened_when_back(place: DatabasePlace) -> Store:
    for _ in range(600):
        try:
            return Store(place, SPACE)
        except StoreUnavailableError:
            threading.Event().wait(0.1)
    raise AssertionError("the database did not come back")
