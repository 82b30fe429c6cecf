"""The whole HTTP service around fakes: a shop of nine drawn products, no model, in a second."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from index.feed_rows import parse_row
from service import serving, wiring
from service.http.context import Service
from service.settings import Settings
from service.wiring import Models
from tests.fakes import FakeColours, FakeEmbedder
from tests.service.conftest import drawn, encoded, shop_rows

SETTINGS: dict[str, object] = {
    "detector": "none",
    "captioner": "none",
    "writer": "embedded",
    "decode_processes": 0,
    "fetch_pictures": False,
}


@contextmanager
def fake_service(folder: Path, **settings: object) -> Iterator[Service]:
    """Gives the service over a new store, and closes both."""
    models = Models(embedder=FakeEmbedder(), colours=FakeColours())
    store = wiring.open_store(folder, models, create=True)
    chosen = Settings(**(SETTINGS | settings))  # type: ignore[arg-type]
    service = serving.http_service(chosen, models, store, "127.0.0.1")
    outcomes = service.ingest.commit([parse_row(row) for row in shop_rows()], drawn_picture)
    assert [one.status for one in outcomes] == ["added"] * 9
    try:
        yield service
    finally:
        service.close()
        store.close()


def drawn_picture(source: str) -> bytes:
    """Gives the PNG that a row's picture names: ``disc-red.png``."""
    shape, colour = source.removesuffix(".png").split("-")
    return encoded(drawn(shape, colour))


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Gives the address of an application on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()  # what is asked from now on waits in the listener's queue
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
