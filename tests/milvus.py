"""Milvus for the tests: Lite in this process or as a process that can be killed, or the server."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.errors import StoreUnavailableError
from index.milvus_collection import MilvusCollection
from index.milvus_index import MilvusEngine
from index.place import FolderPlace, MilvusPlace
from index.store import Store
from index.types import Query
from tests.fakes import text_vector
from tests.milvus_server import MilvusServer

ENGINES = ("lite", "server")

_SERVE = """
import sys
from milvus_lite.adapter.grpc.server import run_server
run_server(sys.argv[1], "127.0.0.1", int(sys.argv[2]))
"""


def milvus_folder(folder: Path, kind: str = "FLAT") -> FolderPlace:
    """An empty place whose catalogue is SQLite, with its vectors in Milvus Lite's file."""
    folder.mkdir(parents=True, exist_ok=True)
    vectors = MilvusPlace(str(folder / "vectors.db"), "shelf", kind)  # type: ignore[arg-type]
    return FolderPlace(folder / "store", vectors)


def milvus_of(request: pytest.FixtureRequest, folder: Path) -> FolderPlace:
    """An empty place with its vectors in the engine that a fixture's parameter names."""
    if request.param == "lite":
        return milvus_folder(folder)
    server: MilvusServer = request.getfixturevalue("milvus_server")
    return server.folder_place(folder)


class LiteServer:
    """Milvus Lite as a process that answers on a port, as a cluster does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self._port: int = one.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self._held: socket.socket | None = None
        """Keeps the port while the server is away: another test's server might take it."""

    def start(self) -> None:
        """Comes back once it answers."""
        self._let_go()
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-c", _SERVE, str(self._folder), str(self._port)],
            stdout=subprocess.PIPE,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        assert self._process.stdout is not None
        assert b"listening" in self._process.stdout.readline(), "Milvus Lite did not start"

    def kill(self) -> None:
        """As a loss of the machine would: nothing is finished."""
        assert self._process is not None
        if self._process.returncode is not None:
            return
        self._process.kill()
        self._process.communicate()
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", self._port))  # who connects is refused: nobody listens

    def close(self) -> None:
        """Ends it for good."""
        self.kill()
        self._let_go()

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None

    def vectors(self, name: str = "shelf") -> MilvusPlace:
        """Where its vectors are searched."""
        return MilvusPlace(f"http://127.0.0.1:{self._port}", name, "FLAT", token="root:a-secret")


@contextmanager
def lite_server(folder: Path) -> Iterator[LiteServer]:
    """A running server."""
    server = LiteServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.close()


def best(store: Store, name: str, k: int = 1) -> list[str]:
    """The ids of the products whose pictures are nearest to the picture of this name."""
    [found] = store.search([Query(image=text_vector(f"picture {name}"), k=k)])
    products = store.catalogue.products([one.key for one in found])
    return [products[one.key].id for one in found]


def eventually(store: Store, name: str) -> list[str]:
    """Asks until Milvus is reached again; a connection is tried once a second."""
    for _ in range(100):
        try:
            return best(store, name)
        except StoreUnavailableError:
            threading.Event().wait(0.1)
    raise AssertionError("Milvus was not found again")


def engine_of(store: Store) -> MilvusEngine:
    engine = store._engine
    assert isinstance(engine, MilvusEngine)
    return engine


def held(store: Store) -> tuple[set[int], set[int]]:
    """The keys that Milvus holds: of pictures, of texts."""
    pictures, texts = (set(one.collection.keys()) for one in engine_of(store)._mirrors)
    return pictures, texts


def wanted(store: Store) -> tuple[set[int], set[int]]:
    """The keys that the catalogue holds."""
    keys = [int(key) for key in store.catalogue.keys_of(store.catalogue.ids())]
    found = list(store.catalogue.indexed(keys))
    return {int(key) for one in found for key in one.picture_keys}, set(keys)


def sealed(collection: MilvusCollection) -> None:
    """Waits until a server searches its index: rows that came lately are compared one by one.

    Source: https://milvus.io/docs/glossary.md, of growing and sealed segments
    """
    client, name = collection._client, collection.name
    client.flush(name)
    while client.describe_index(name, "vector")["indexed_rows"] < collection.count():
        threading.Event().wait(0.1)
    client.release_collection(name)
    client.load_collection(name)
