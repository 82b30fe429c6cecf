"""The admin routes on a drawn shop: figures, versions, going back, rejects, findings, load."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.health import Health
from index.store import Store
from service.access_keys import new_key
from service.http import admin
from service.http.context import Service
from service.rejects import Reject, Rejects
from tests.fakes import product, record
from tests.service.fake_service import fake_service
from tests.service.small_service import client_of, guarded

KEY, KEPT = new_key("keeper", ["admin"])
WRITE, WRITES = new_key("shop", ["write"])
HEADERS = {"Authorization": f"Bearer {KEY}"}
ROUTES = ["overview", "versions", "rejects", "findings", "load"]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with fake_service(tmp_path / "store") as made:
        yield made


@pytest.fixture
def client(service: Service) -> TestClient:
    keys = {"keeper": KEPT.setting, "shop": WRITES.setting}
    made = client_of(guarded(service, keys=keys))
    made.headers.update(HEADERS)
    return made


def asked(client: TestClient, name: str, **params: object) -> dict[str, Any]:
    response = client.get(f"/v1/admin/{name}", params=params)  # type: ignore[arg-type]
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def back(client: TestClient, version: str) -> Any:
    return client.post("/v1/admin/rollback", json={"version": version})


def test_the_page_is_open_and_what_it_asks_is_not(service: Service, client: TestClient) -> None:
    page = client.get("/admin", headers={"Authorization": ""})
    assert page.status_code == 200
    assert not re.search(r"<script>|<style| on\w+=| style=|https?://", page.text)
    for name in ROUTES:
        path = f"/v1/admin/{name}"
        assert client.get(path, headers={"Authorization": ""}).status_code == 401
        refused = client.get(path, headers={"Authorization": f"Bearer {WRITE}"})
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:snapshelf:scope-missing")
        assert client.get(path).status_code == 200
    local, public = client_of(guarded(service)), client_of(guarded(service, "0.0.0.0"))
    assert local.get("/v1/admin/overview").status_code == 200
    refused = public.get("/v1/admin/overview")
    assert refused.status_code == 403
    assert refused.json()["detail"].startswith("without keys, /v1/admin is answered only while")


def test_the_overview_counts_the_shop(client: TestClient, service: Service) -> None:
    version = service.store.publish()
    found = asked(client, "overview")
    indexed_at = found.pop("indexed_at")
    assert indexed_at == service.store.refresh().indexed_at
    sequence = service.store.catalogue.sequence()
    assert found == {
        "products": 9,
        "pictures": 9,
        "groups": 3,
        "merchants": 3,
        "sequence": sequence,
        "embedder": service.store.space.embedder,
        "version": version,
        "version_sequence": sequence,
        "calibration": None,
    }


def test_one_goes_back_and_forward_again_by_what_the_answer_says(
    client: TestClient, service: Service
) -> None:
    first = service.store.publish(
        {"recall_at_1": 0.9, "recall_at_1_ci95": [0.8, 1], "questions": 9}
    )
    service.store.delete(["disc-red"])
    service.store.upsert([record(product("new"), space=service.store.space)])
    [only] = asked(client, "versions")["versions"]
    assert (only["name"], only["products"], only["is_sound"], only["is_current"]) == (
        *(first, 9, True, True),
    )
    assert only["evaluation"] == {
        "questions": 9,
        "recall_at_1": 0.9,
        "recall_at_1_ci95": [0.8, 1.0],
    }
    assert (only["can_go_back"], only["obstacle"]) == (True, None)

    done = back(client, first).json()
    assert done["restored"] == {"count": 1, "examples": ["disc-red"]}
    assert done["removed"] == {"count": 1, "examples": ["new"]}
    assert client.get("/v1/products/disc-red").status_code == 200
    listed = asked(client, "versions")["versions"]
    assert listed[0]["name"] == done["version"]
    assert (listed[0]["is_current"], listed[0]["obstacle"]) == (True, "unchanged")

    again = back(client, done["present_state_kept_as"]).json()
    assert again["removed"]["examples"] == ["disc-red"]
    assert client.get("/v1/products/new").status_code == 200


def test_what_cannot_be_gone_back_to_is_said_and_changes_nothing(
    client: TestClient, service: Service
) -> None:
    damaged = service.store.publish()
    service.store.delete(["disc-red"])
    service.store.publish()
    (service.store.folder / "versions" / damaged / "table.npz").write_bytes(b"x")
    before = service.store.catalogue.sequence()
    states = {one["name"]: one for one in asked(client, "versions")["versions"]}
    assert (states[damaged]["is_sound"], states[damaged]["obstacle"]) == (False, "damaged")

    refused = back(client, damaged)
    assert refused.status_code == 422
    assert refused.json()["detail"] == f"version '{damaged}' is damaged: one cannot go back to it"
    unknown = back(client, "../../etc")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:snapshelf:unknown-version")
    assert service.store.catalogue.sequence() == before

    held = service.store.writer_lock()
    held.acquire()
    try:
        busy = back(client, damaged)
        assert (busy.status_code, "retry-after" in busy.headers) == (503, True)
        assert busy.json()["detail"] == "an indexing run is writing; go back when it has ended"
    finally:
        held.release()


def test_a_version_of_another_embedder_is_left_to_the_command(
    client: TestClient, service: Service, tmp_path: Path
) -> None:
    old = service.store.publish()
    other = replace(service.store.space, embedder="other (16-d, other-1)")
    with_other = Store(service.store.folder, other, fresh=True)
    with_other.close()
    moved = replace(service, store=Store(service.store.folder, other))
    there = client_of(guarded(moved))
    [state] = asked(there, "versions")["versions"]
    assert state["obstacle"] == "other_embedder"
    refused = back(there, old)
    assert refused.status_code == 422
    assert "snapshelf rollback, and start the server" in refused.json()["detail"]
    moved.store.close()


def test_rejects_come_newest_first_in_pages(client: TestClient, service: Service) -> None:
    assert asked(client, "rejects") == {
        "lines": 0,
        "written_at": None,
        "rejects": [],
        "before": None,
    }
    file = Rejects(service.store.folder)
    for line in range(1, 4):
        file.write(Reject("shop.csv", line, f"p{line}", "rejected", "'/srv/x/a.jpg': gone"))
    file.close()
    page = asked(client, "rejects", limit=2)
    assert [one["line"] for one in page["rejects"]] == [3, 2]
    assert page["rejects"][0]["reason"] == "'a.jpg': gone"
    assert [
        one["line"] for one in asked(client, "rejects", **{"before": page["before"]})["rejects"]
    ] == [1]
    for wrong in ({"limit": 0}, {"limit": 501}, {"before": 0}, {"before": 5}):
        assert client.get("/v1/admin/rejects", params=wrong).status_code == 422


def test_findings_have_pictures_and_are_looked_for_once_a_state(
    client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.store.upsert(
        [
            record(product("mute", title=""), space=service.store.space),
            record(product("blind", title=""), [], space=service.store.space),
        ]
    )
    real, examined = admin.examine, []

    def examine(store: Store) -> Health:
        examined.append(store)
        return real(store)

    monkeypatch.setattr(admin, "examine", examine)
    found = asked(client, "findings")
    assert asked(client, "findings") == found
    assert len(examined) == 1
    by_name = {one["name"]: one for one in found["findings"]}
    assert [one["id"] for one in by_name["no title"]["examples"]] == ["mute", "blind"]
    assert by_name["no title"]["advice"] == "give a title"
    mute, blind = by_name["no title"]["examples"]
    assert client.get(mute["image"]).status_code == 200
    assert blind["image"] is None
    service.store.delete(["mute", "blind"])
    assert "no title" not in [one["name"] for one in asked(client, "findings")["findings"]]
    assert len(examined) == 2


def test_the_load_is_what_was_asked(client: TestClient) -> None:
    before = asked(client, "load")["hour"]
    client.post("/v1/search", data={"text": "red disc"})
    client.get("/v1/products/nothing")
    client.delete("/v1/products/x", headers={"Authorization": ""})
    found = asked(client, "load")
    assert found["hour"]["requests"] == before["requests"] + 3
    assert found["hour"]["refused"] == before["refused"] + 1
    assert found["hour"]["by_class"]["4xx"] == before["by_class"]["4xx"] + 2
    assert found["hour"]["p50_ms"] > 0
    assert sum(one["requests"] for one in found["minutes"]) == found["hour"]["requests"]
    assert found["since"] <= found["minutes"][-1]["began_at"] or len(found["minutes"]) == 1


def test_the_description_names_the_routes_and_their_refusals(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {path for path in paths if "/admin" in path} == {
        f"/v1/admin/{name}" for name in [*ROUTES, "rollback"]
    }
    for status in ("401", "403", "404", "422", "429", "503"):
        answer = paths["/v1/admin/rollback"]["post"]["responses"][status]
        assert "application/problem+json" in answer["content"]
