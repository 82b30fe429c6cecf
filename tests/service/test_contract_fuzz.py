"""A few seeded requests of each operation by schemathesis; ``benchmarks.fuzz`` sends thousands."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.fuzz import fuzz


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Without the server's warnings of what is no HTTP."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def test_the_service_answers_as_its_description_says(tmp_path: Path) -> None:
    assert fuzz(examples=2, seed=1, report=tmp_path / "report.json", phases="fuzzing") == 0
