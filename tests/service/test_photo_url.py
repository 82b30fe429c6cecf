"""``photo_url``: off by default; on, it reaches nothing but the public internet."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from service.errors import FetchError
from service.fetching import Fetcher, FetchLimits
from service.http.context import Service
from service.http.photo_url import WEB_PORTS
from tests.fakes import encoded, picture
from tests.service import test_fetching
from tests.service.small_service import client_of, guarded, small_service

names = test_fetching.names
PHOTO = encoded(picture("red"))
URL = "https://photos.example/a.png"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with small_service(tmp_path_factory.mktemp("photo-url") / "store") as made:
        yield guarded(made, fetch_photo_urls=True)


def fetching(service: Service, answer: bytes | Exception) -> tuple[TestClient, list[str]]:
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        if isinstance(answer, Exception):
            raise answer
        return answer

    fake = replace(service.photo_urls, fetch=fetch)
    return client_of(replace(service, photo_urls=fake)), asked


@pytest.mark.parametrize("path", ["/v1/search", "/v1/search/stream"])
def test_a_photo_at_an_address_is_searched_as_if_it_were_uploaded(
    service: Service, path: str
) -> None:
    client, asked = fetching(service, PHOTO)
    answer = client.post(path, data={"photo_url": URL})
    assert answer.status_code == 200
    assert "mug" in answer.text
    assert asked == [URL]


def test_it_is_off_by_default_and_says_so(service: Service) -> None:
    answer = client_of(guarded(service)).post("/v1/search", data={"photo_url": URL})
    assert answer.status_code == 422
    assert "switched off" in answer.json()["detail"]


def test_a_photo_beside_an_address_and_a_request_that_is_wrong_fetch_nothing(
    service: Service,
) -> None:
    client, asked = fetching(service, PHOTO)
    both = client.post("/v1/search", data={"photo_url": URL}, files={"photo": ("a", PHOTO)})
    assert (both.status_code, both.json()["detail"]) == (
        422,
        "photo and photo_url: allowed is one of them",
    )
    for wrong in ({"box": "1,2"}, {"filters": "["}, {"photo_url": f"https://{'x' * 2000}.example"}):
        assert client.post("/v1/search", data={"photo_url": URL} | wrong).status_code == 422
    assert asked == []


def test_what_is_fetched_is_judged_as_an_upload(service: Service) -> None:
    client, _ = fetching(service, b"no picture")
    assert client.post("/v1/search", data={"photo_url": URL}).status_code == 415


def test_every_failure_is_told_in_the_same_words(service: Service) -> None:
    """Else a stranger could ask which names and addresses the server's network has."""
    reasons = ("the host 'db' is not known", "the host 'db' is not on the public internet")
    told = set()
    for reason in reasons:
        client, _ = fetching(service, FetchError(reason))
        answer = client.post("/v1/search", data={"photo_url": "http://db/"})
        assert answer.status_code == 422
        told.add(answer.text)
    assert len(told) == 1
    assert "db" not in told.pop()


def test_no_address_of_the_set_is_connected_to(service: Service, names: dict[str, int]) -> None:
    client = client_of(guarded(service, fetch_photo_urls=True, fetch_private_addresses=True))
    urls = [f"http://{host}/" for host in test_fetching.CLOSED]
    urls += ["file:///etc/passwd", "gopher://127.0.0.1/", "data:image/png;base64,AA==", "ftp://x/"]
    urls += ["http://user:word@127.0.0.1/"]
    test_fetching.connections.clear()
    answers = [client.post("/v1/search", data={"photo_url": url}) for url in urls]
    assert len(urls) >= 80
    assert {one.status_code for one in answers} == {422}
    assert test_fetching.connections == []


@pytest.mark.parametrize("port", [22, 8080])
def test_only_the_ports_of_the_web_are_connected_to(names: dict[str, int], port: int) -> None:
    one = Fetcher(FetchLimits(attempts=1, ports=WEB_PORTS))
    test_fetching.connections.clear()
    with pytest.raises(FetchError, match=rf"port {port}: allowed are \[80, 443\]"):
        one.fetch(f"http://public.example:{port}/")
    assert test_fetching.connections == []
    assert "public.example" not in names
