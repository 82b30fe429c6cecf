"""What browsers are told, on every answer; pages elsewhere; the description without a network."""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from service.http.context import Service
from tests.service.small_service import client_of, guarded, small_service

SHOP = "https://shop.example"
SENT = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=()",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with small_service(tmp_path_factory.mktemp("headers") / "store") as made:
        yield made


@pytest.fixture(scope="module")
def client(service: Service) -> TestClient:
    return client_of(guarded(service, "0.0.0.0", cors_origins=(SHOP,)))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/web/app.js", 200),
        ("GET", "/docs", 200),
        ("GET", "/health/live", 200),
        ("GET", "/v1/products/mug", 200),
        ("GET", "/v1/products/mug/images/0", 200),
        ("GET", "/nothing", 404),
        ("POST", "/v1/search", 422),
        ("POST", "/v1/products/batch", 403),  # refused before the application
        ("POST", "/health/live", 405),
    ],
)
def test_every_answer_carries_each_header_once(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    for name, value in SENT.items():
        assert answer.headers.get_list(name) == [value]
    [policy] = answer.headers.get_list("content-security-policy")
    directives = dict(one.strip().split(" ", 1) for one in policy.split(";"))
    assert directives["default-src"] == directives["frame-ancestors"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == "'self'"
    assert "unsafe" not in policy
    assert "*" not in policy
    shown_to = "cross-origin" if "/images/" in path else "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == shown_to


def test_no_page_from_elsewhere_may_ask_unless_it_is_named(
    service: Service, client: TestClient
) -> None:
    closed = client_of(guarded(service))
    preflight = {"Origin": SHOP, "Access-Control-Request-Method": "POST"}
    for asked in ({"Origin": SHOP}, preflight):
        answer = closed.request("OPTIONS", "/v1/search", headers=asked)
        assert "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-origin" not in closed.get("/", headers=preflight).headers
    wanted = preflight | {"Access-Control-Request-Headers": "x-api-key, content-type"}
    answer = client.options("/v1/search", headers=wanted)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, SHOP)
    other = client.options("/v1/search", headers=wanted | {"Origin": "https://evil.example"})
    assert other.status_code == 400
    assert other.headers["content-type"] == "application/problem+json"
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/facets"), ("PUT", "/v1/products/x")])
def test_a_named_page_reads_answers_and_refusals(
    client: TestClient, method: str, path: str
) -> None:
    answer = client.request(method, path, headers={"Origin": SHOP})
    assert answer.status_code == (200 if method == "GET" else 403)
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert answer.headers["access-control-expose-headers"] == "Retry-After"
    assert "access-control-allow-credentials" not in answer.headers


def test_the_description_is_shown_without_any_other_host(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "://" not in page
    files = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(files) == 4
    for one in files:
        assert client.get(one).status_code == 200
    assert not re.search(r"<script>|<style| on\w+=| style=", page)
    assert client.get("/docs/swagger-ui-bundle.js").headers["content-type"].startswith("text/java")
    for other in ("/docs/__init__.py", "/docs/..%2fapp.py", "/redoc"):
        assert client.get(other).status_code == 404
