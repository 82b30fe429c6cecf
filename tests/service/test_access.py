"""Who may ask: keys, scopes and rates, refused before a body is read."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from scripts.serve import configuration
from service.access_keys import SCOPES, new_key
from service.http.access_rules import rule_for
from service.http.app import api, create_app
from service.http.context import Service
from service.http.gate import CLIENT
from tests.service.small_service import client_of, guarded, small_service

MADE = {scope: new_key(scope, [scope]) for scope in SCOPES}
KEYS = {scope: kept.setting for scope, (_, kept) in MADE.items()}
WRONG = new_key("x", ["admin"])[0]
ROW = {"products": [{"id": "x", "title": "x"}]}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with small_service(tmp_path_factory.mktemp("access") / "store") as made:
        yield made


# an application takes a third of a second to make


@pytest.fixture(scope="module")
def opened(service: Service) -> TestClient:
    """Of a server with keys, as it is by default."""
    return client_of(guarded(service, keys=KEYS))


@pytest.fixture(scope="module")
def closed(service: Service) -> TestClient:
    return client_of(guarded(service, "0.0.0.0", keys=KEYS, open_search=False))


@pytest.fixture(scope="module")
def local(service: Service) -> TestClient:
    """Of a server without keys."""
    return client_of(guarded(service))


@pytest.fixture(scope="module")
def public(service: Service) -> TestClient:
    return client_of(guarded(service, "0.0.0.0"))


def sent(scope: str) -> dict[str, str]:
    return {"X-API-Key": MADE[scope][0]}


def refused(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    return body


WRITES = [("PUT", "/v1/products/x"), ("DELETE", "/v1/products/x"), ("POST", "/v1/products/batch")]
READS = [
    ("GET", "/v1/products/mug"),
    ("GET", "/v1/products/mug/images/0"),
    ("GET", "/v1/products/mug/similar"),
    ("GET", "/v1/facets"),
    ("POST", "/v1/search"),
    ("POST", "/v1/search/stream"),
    ("POST", "/v1/shopping-list"),
    ("POST", "/v1/chat/x"),
    ("POST", "/v1/feedback"),
]
ALWAYS = ["/", "/web/app.js", "/docs", "/openapi.json", "/health/live", "/health/ready"]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_write_needs_a_key_with_its_scope_even_on_loopback(
    opened: TestClient, method: str, path: str
) -> None:
    for headers in ({}, {"X-API-Key": WRONG}, {"Authorization": "Basic eA=="}):
        refused(opened.request(method, path, headers=headers), 401)
    for scope in ("search", "metrics"):
        body = refused(opened.request(method, path, headers=sent(scope)), 403)
        assert body["detail"] == f"the key '{scope}' has not the scope 'write'"
    for scope in ("write", "admin"):
        assert opened.request(method, path, headers=sent(scope)).status_code in {404, 422}


def test_no_key_a_wrong_one_and_one_in_the_address_are_told_the_same(opened: TestClient) -> None:
    right = MADE["write"][0]
    answers = [
        opened.post("/v1/products/batch", json=ROW, headers=headers, params=params)
        for headers, params in (
            ({}, {}),
            ({"Authorization": f"Bearer {WRONG}"}, {}),
            ({"X-API-Key": right[:-1] + ("A" if right[-1] != "A" else "B")}, {}),
            ({}, {"key": right, "api_key": right, "X-API-Key": right, "access_token": right}),
        )
    ]
    for one in answers:
        one.headers.pop("x-request-id", None)
        assert refused(one, 401)["type"] == "urn:snapshelf:key-missing"
        assert one.headers["www-authenticate"] == "Bearer"
    assert len({(one.text, str(sorted(one.headers.items()))) for one in answers}) == 1


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key", "authorization"])
def test_a_key_is_taken_from_either_header(opened: TestClient, header: str) -> None:
    key = MADE["write"][0]
    value = key if header == "X-API-Key" else f"bearer {key}"
    assert opened.delete("/v1/products/x", headers={header: value}).status_code == 404


@pytest.mark.parametrize(("method", "path"), READS)
def test_the_search_is_open_with_keys_unless_it_is_closed(
    opened: TestClient, closed: TestClient, method: str, path: str
) -> None:
    assert opened.request(method, path).status_code not in {401, 403}
    assert opened.request(method, path, headers=sent("write")).status_code not in {401, 403}
    refused(opened.request(method, path, headers={"X-API-Key": WRONG}), 401)  # it should know
    refused(closed.request(method, path), 401)
    refused(closed.request(method, path, headers=sent("write")), 403)
    assert closed.request(method, path, headers=sent("search")).status_code not in {401, 403}


@pytest.mark.parametrize("path", ALWAYS)
def test_the_page_health_and_description_are_open_whatever_is_set(
    closed: TestClient, path: str
) -> None:
    assert closed.get(path).status_code == 200


def test_metrics_are_open_until_there_are_keys(opened: TestClient, public: TestClient) -> None:
    assert public.get("/metrics").status_code == 200
    refused(opened.get("/metrics"), 401)
    refused(opened.get("/metrics", headers=sent("search")), 403)
    assert opened.get("/metrics", headers=sent("metrics")).status_code == 200
    assert opened.get("/metrics", headers=sent("admin")).status_code == 200


def test_what_is_not_known_is_closed() -> None:
    """A route that is added and forgotten here needs a key with ``write``."""
    for method in ("POST", "PUT", "PATCH", "DELETE", "put", "ANY"):
        assert rule_for(method, "/v1/catalogue").scope == "write"
        assert rule_for(method, "/v1/products/a/images/0").scope == "write"
    assert rule_for("GET", "/v1/catalogue").scope == "search"
    assert rule_for("GET", "/admin/versions").scope == "admin"
    assert rule_for("POST", "/v1/admin/rollback").scope == "admin"
    assert rule_for("GET", "/administration").scope == "search"
    assert rule_for("POST", "/v1/search/").scope == "search"
    assert rule_for("POST", "/webhooks").scope == "write"


def test_the_description_says_of_every_route_what_is_done(service: Service) -> None:
    for policy, is_open in (
        (None, True),
        (guarded(service, keys=KEYS, open_search=False).access.policy, False),
    ):
        spec = api(policy=policy).openapi()
        assert set(spec["components"]["securitySchemes"]) == {"bearer", "header"}
        for path, operations in spec["paths"].items():
            for method, operation in operations.items():
                scope = rule_for(method.upper(), path).scope
                security = operation.get("security")
                assert (security is None) == (scope is None), path
                if security is not None:
                    assert ({} in security) == (scope == "search" and is_open), path
                    assert {"401", "403", "429"} <= set(operation["responses"])
    unguarded = api(policy=guarded(service).access.policy).openapi()
    assert {} in unguarded["paths"]["/v1/products/batch"]["post"]["security"]


# without keys


def test_without_keys_writes_are_for_this_machine_alone(
    local: TestClient, public: TestClient
) -> None:
    assert local.delete("/v1/products/x").status_code == 404
    assert "loopback" in refused(public.delete("/v1/products/x"), 403)["detail"]
    refused(public.get("/admin/versions"), 403)
    assert public.get("/v1/products/mug").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "192.0.2.9"},
        {"Forwarded": "for=192.0.2.9"},
        {"Via": "1.1 proxy"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[::1"},
    ],
)
def test_without_keys_no_write_comes_through_a_proxy_or_a_page_from_elsewhere(
    local: TestClient, headers: dict[str, str]
) -> None:
    body = refused(local.delete("/v1/products/x", headers=headers), 403)
    assert body["type"] == "urn:snapshelf:writes-closed"


def test_without_keys_a_page_of_this_machine_may_write(local: TestClient) -> None:
    for origin in ("http://127.0.0.1:8000", "http://localhost:3000", "http://[::1]:8000"):
        assert local.delete("/v1/products/x", headers={"Origin": origin}).status_code == 404


# before the body


@pytest.mark.parametrize("settings", [{"keys": KEYS}, {"host": "0.0.0.0"}])
def test_a_refusal_is_sent_before_any_of_the_body_is_asked_for(
    service: Service, settings: dict[str, Any]
) -> None:
    happened: list[str] = []
    pieces = iter([True] * 30 + [False])  # 20 MB would be no less refused

    async def receive() -> dict[str, Any]:
        happened.append("asked for the body")
        return {"type": "http.request", "body": b"x" * 1_000, "more_body": next(pieces)}

    async def send(message: Any) -> None:
        happened.append(str(message.get("status", "body")))

    scope = {
        "type": "http", "method": "PUT", "path": "/v1/products/x", "raw_path": b"/v1/products/x",
        "query_string": b"", "headers": [], "client": ("192.0.2.1", 1), "scheme": "http",
    }  # fmt: skip
    app = create_app(guarded(service, **settings))
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    assert happened[0] == ("401" if "keys" in settings else "403")
    assert happened[1] == "body"
    assert service.traffic.pending_bytes == 0


# rates


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_800_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def search(client: TestClient, **headers: str) -> httpx.Response:
    return client.get("/v1/facets", headers=headers)


def test_one_search_too_many_is_a_429_for_this_key_alone(
    service: Service, clock: list[float]
) -> None:
    two = {"search": KEYS["search"], "other": KEYS["admin"]}
    limited = guarded(service, keys=two, rate_search="2/minute")
    client, elsewhere = client_of(limited), client_of(limited, "192.0.2.2")
    for _ in range(2):
        assert search(client, **sent("search")).status_code == 200
        clock[0] += 5
    answer = search(client, **sent("search"))
    assert "2 per 1 minute" in refused(answer, 429)["detail"]
    assert answer.headers["retry-after"] == "51"
    refused(search(elsewhere, **sent("search")), 429)  # the key's, from wherever
    assert search(client, **sent("admin")).status_code == 200
    assert search(client).status_code == 200  # the address has its own
    assert client.get("/v1/products/mug/images/0").status_code == 200
    assert client.get("/health/live").status_code == 200
    clock[0] += 51
    assert search(client, **sent("search")).status_code == 200


def test_without_a_key_the_address_is_limited_and_writes_apart(
    service: Service, clock: list[float]
) -> None:
    limited = guarded(service, rate_search="1/minute", rate_write="1/minute")
    client, elsewhere = client_of(limited), client_of(limited, "192.0.2.2")
    assert search(client).status_code == 200
    refused(search(client), 429)
    assert search(elsewhere).status_code == 200
    assert client.delete("/v1/products/x").status_code == 404
    refused(client.delete("/v1/products/x"), 429)


def test_wrong_keys_are_slowed_and_the_right_one_is_not_locked_out(
    service: Service, clock: list[float]
) -> None:
    client = client_of(guarded(service, keys=KEYS, rate_wrong_keys="3/minute"))
    for headers in ({}, {"X-API-Key": WRONG}, {"X-API-Key": "x"}):
        refused(client.delete("/v1/products/x", headers=headers), 401)
    for headers in ({}, {"X-API-Key": WRONG}):
        assert "retry-after" in client.delete("/v1/products/x", headers=headers).headers
        refused(client.delete("/v1/products/x", headers=headers), 429)
    assert client.delete("/v1/products/x", headers=sent("write")).status_code == 404
    assert search(client).status_code == 200


@pytest.mark.parametrize(
    ("trusted", "believed"), [((), False), (("127.0.0.0/8",), True), (("10.0.0.1",), False)]
)
def test_a_forwarded_address_is_believed_from_a_trusted_proxy_alone(
    service: Service, clock: list[float], trusted: tuple[str, ...], believed: bool
) -> None:
    limited = guarded(service, rate_search="1/minute", trusted_proxies=trusted)
    config = configuration(limited, drain_s=1)
    config.load()
    client = TestClient(config.loaded_app, client=("127.0.0.1", 50_000))
    assert search(client, **{"X-Forwarded-For": "198.51.100.1"}).status_code == 200
    second = search(client, **{"X-Forwarded-For": "198.51.100.2"})
    assert second.status_code == (200 if believed else 429)
    # what a client wrote itself stands to the left of what the proxy saw
    spoofed = search(client, **{"X-Forwarded-For": "203.0.113.5, 198.51.100.1"})
    assert spoofed.status_code == 429


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ([(b"x-api-key", MADE["search"][0].encode())], "key search"),
        ([], "address 192.0.2.7"),
    ],
)
def test_the_queue_is_told_whom_a_request_is_from(
    service: Service, headers: list[tuple[bytes, bytes]], client: str
) -> None:
    access = guarded(service, keys=KEYS).access

    async def told() -> str:
        connection = {
            "type": "http",
            "method": "POST",
            "path": "/v1/search",
            "client": ("192.0.2.7", 1),
            "headers": headers,
        }
        await access.admit(connection)
        return CLIENT.get()

    assert asyncio.run(told()) == client
