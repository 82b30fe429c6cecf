"""Databases for the tests of the catalogue."""

from pathlib import Path

import pytest

from tests.index.databases import BOTH, Database, a_database


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """An empty database of each kind."""
    return a_database(request, tmp_path / "store")
