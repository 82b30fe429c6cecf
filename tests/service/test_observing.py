"""What is known of a request afterwards: its id, its line in the log, metrics, spans."""

import http.server
import io
import json
import logging
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from prometheus_client import REGISTRY

from service import logs, serving, tracing
from service.http.app import create_app
from tests.service.conftest import Shop, drawn, encoded
from vision.errors import ModelTimeoutError
from vision.types import Caption

DASHBOARD = Path(__file__).resolve().parents[2] / "deploy" / "grafana" / "snapshelf.json"
WORDS = "marzipan-coloured"


class LateCaptioner:
    def caption(self, images: Sequence[Image.Image]) -> list[Caption]:
        raise ModelTimeoutError("the captioner is late")


@pytest.fixture
def client(shop: Shop) -> Iterator[TestClient]:
    models = replace(shop.models, captioner=LateCaptioner())
    service = serving.http_service(shop.settings, models, shop.store, "127.0.0.1")
    with TestClient(create_app(service), raise_server_exceptions=False) as found:
        yield found


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root, written = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level
    logs.configure("json", "INFO", written)
    yield written
    root.handlers[:], root.level = before
    for name in ("service", "index", "vision", "scripts"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def lines(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def photo() -> dict[str, tuple[str, bytes]]:
    return {"photo": ("aunt-erna.png", encoded(drawn("disc", "red")))}


def test_a_request_has_one_line_and_every_line_of_it_has_its_id(
    client: TestClient, log: io.StringIO
) -> None:
    headers = {"X-Request-ID": "till-7.a_b"}
    response = client.post("/v1/search", files=photo(), headers=headers)
    assert response.headers["x-request-id"] == "till-7.a_b"
    said, request = lines(log)
    assert said["event"] == "no captions: the captioner is late"  # in another thread
    assert said["request_id"] == request["request_id"] == "till-7.a_b"
    assert (request["event"], request["level"]) == ("request", "info")
    assert (request["method"], request["route"], request["status"]) == ("POST", "/v1/search", 200)
    assert isinstance(request["ms"], float)
    assert str(request["timestamp"]).endswith("Z")


def test_nothing_of_what_a_shopper_sends_is_in_the_log(
    client: TestClient, log: io.StringIO
) -> None:
    client.post("/v1/search", files=photo(), data={"text": WORDS})
    client.get(f"/v1/products/{WORDS}?q={WORDS}")
    client.get(f"/{WORDS}")
    assert len(lines(log)) >= 3
    for secret in (WORDS, "aunt-erna", "testclient"):
        assert secret not in log.getvalue()


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\tb", '{"a":1}'])
def test_an_id_that_is_no_plain_word_is_replaced(client: TestClient, given: str) -> None:
    response = client.get("/health/live", headers={"X-Request-ID": given})
    assert re.fullmatch("[0-9a-f]{32}", response.headers["x-request-id"])


def test_what_is_refused_and_what_there_is_not_have_an_id_too(client: TestClient) -> None:
    too_large = client.post("/v1/search", headers={"Content-Length": "999999999"})
    assert too_large.status_code == 413
    assert too_large.headers["x-request-id"] != client.get("/nothing").headers["x-request-id"]


def test_questions_of_machines_are_quiet_while_all_is_well(
    client: TestClient, log: io.StringIO
) -> None:
    for path in ("/health/live", "/health/ready", "/metrics"):
        assert client.get(path).status_code == 200
    assert lines(log) == []


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_requests_problems_and_the_catalogue_are_counted(client: TestClient) -> None:
    route = {"method": "POST", "route": "/v1/search"}
    timed = sample("snapshelf_request_seconds_count", **route)
    refused = sample("snapshelf_problems_total", type="urn:snapshelf:not-a-picture")
    lost = sample("snapshelf_requests_total", route="unknown", status="404")
    client.post("/v1/search", files={"photo": ("a.png", b"no picture")})
    client.get("/nothing/here")
    assert sample("snapshelf_request_seconds_count", **route) == timed + 1
    assert sample("snapshelf_problems_total", type="urn:snapshelf:not-a-picture") == refused + 1
    assert sample("snapshelf_requests_total", route="unknown", status="404") == lost + 1
    client.get("/metrics")
    before = sample("snapshelf_catalogue_sequence")
    assert sample("snapshelf_catalogue", what="products") == 9
    assert client.delete("/v1/products/disc-red").status_code == 204
    client.get("/metrics")
    assert sample("snapshelf_catalogue", what="products") == 8
    assert sample("snapshelf_catalogue", what="pictures") == 8
    assert sample("snapshelf_catalogue_sequence") == before + 1
    assert sample("snapshelf_index_version", version="none") == 1


def test_text_is_for_people(log: io.StringIO) -> None:
    written = io.StringIO()
    logs.configure("text", "WARNING", written)
    logging.getLogger("index").warning("a segment is %s", "late", extra={"rows": 5})
    logging.getLogger("index").info("quiet")
    assert "a segment is late" in written.getvalue()
    assert "rows=5" in written.getvalue()
    assert "quiet" not in written.getvalue()


def test_every_metric_of_the_dashboard_exists() -> None:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    asked = {
        name
        for panel in panels
        for target in panel["targets"]
        for name in re.findall(r"\b(?:snapshelf|process)_\w+", target["expr"])
    }
    known = {
        name + end
        for metric in REGISTRY.collect()
        for name in (metric.name,)
        for end in ("", "_total", "_bucket", "_sum", "_count")
    }
    assert len(asked) >= 15
    assert asked <= known


class Collector(http.server.BaseHTTPRequestHandler):
    """Takes what OTLP posts."""

    bodies: list[bytes]

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


def test_spans_of_a_request_and_its_stages_reach_a_collector(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = pytest.importorskip("opentelemetry.trace")
    monkeypatch.setattr(tracing, "_tracer", None)  # put back at the end
    monkeypatch.setattr(Collector, "bodies", [], raising=False)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tracing.start(f"http://127.0.0.1:{server.server_port}/v1/traces")
    service = serving.http_service(shop.settings, shop.models, shop.store, "127.0.0.1")
    with TestClient(create_app(service)) as client:
        assert client.post("/v1/search", files=photo()).status_code == 200
    trace.get_tracer_provider().shutdown()
    server.shutdown()
    server.server_close()
    sent = b"".join(Collector.bodies)
    for name in (b"/v1/search", b"decode", b"embed", b"search", b"snapshelf"):
        assert name in sent
    assert b"aunt-erna" not in sent
