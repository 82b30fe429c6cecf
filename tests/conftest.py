"""Fixtures that every part of the tests may use."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.embedder_training.pictures import datasets_folder
from tests.milvus_server import HOW as HOW_MILVUS
from tests.milvus_server import MilvusServer, running_milvus, server_package
from tests.postgres import HOW, PostgresServer, running_server, server_programs

LONGEST = (
    "test_readme.py",
    "test_docs.py",
    "test_ray_indexing.py",
    "test_notebooks.py",
    "test_real_data.py",
)
"""Begun first, so that at the end of a run no process works on alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest files first; the others stay in their order."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


@pytest.fixture(scope="session")
def datasets() -> Path:
    """The folder of the real data sets; tests that ask for it are marked ``data``."""
    folder = datasets_folder()
    if not folder.is_dir():
        pytest.skip(f"the real data sets are not at {folder}; set SNAPSHELF_DATASETS to them")
    return folder


@pytest.fixture
def free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server for all tests of this process; it is never stopped meanwhile."""
    if server_programs() is None:
        pytest.skip(f"PostgreSQL's server is not installed: {HOW}")
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def milvus_server() -> Iterator[MilvusServer]:
    """A Milvus server for all tests of this process; who kills it starts it again."""
    if server_package() is None:
        pytest.skip(f"Milvus's server is not installed: {HOW_MILVUS}")
    with running_milvus() as server:
        yield server
