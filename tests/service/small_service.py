"""A whole HTTP service of fakes: what stands before the routes is tested on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from fastapi.testclient import TestClient

from index.place import Place
from index.types import SpaceId
from service import serving
from service.http.app import create_app
from service.http.context import Service
from service.settings import Settings, load_settings
from service.wiring import Models
from tests.fakes import FakeColours, FakeEmbedder, product, record, small_store

MODELS = Models(FakeEmbedder(), FakeColours())
SPACE = SpaceId(str(FakeEmbedder().identity), 16, "FakeColours", 4)
PLAIN = {"detector": "none", "captioner": "none", "decode_processes": 0, "batching": "off"}


@contextmanager
def small_service(place: Place | Path) -> Iterator[Service]:
    """Opens a service with one product, ``mug``."""
    store = small_store(place, [record(product("mug"), space=SPACE)], SPACE)
    service = serving.http_service(load_settings(**PLAIN), MODELS, store, "127.0.0.1")
    yield service
    service.close()
    store.close()


def guarded(service: Service, host: str = "127.0.0.1", **settings: object) -> Service:
    """Gives the service with other settings of access."""
    made: Settings = load_settings(**PLAIN, **settings)
    return replace(
        service,
        access=serving.access(made, host),
        cors_origins=made.cors_origins,
        trusted_proxies=made.trusted_proxies,
        photo_urls=serving.photo_urls(made),
    )


def client_of(service: Service, client: str = "192.0.2.1") -> TestClient:
    """Gives a client with an address of its own."""
    return TestClient(create_app(service), client=(client, 50_000))
