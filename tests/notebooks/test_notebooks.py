"""Every notebook runs from its first cell to its last, on a small part of the demo shop."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tests.notebooks.small_shop import small_shop

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
SLOWEST_CELL_S = 120
PARAMETERS: dict[str, dict[str, object]] = {
    "01_retrieval_quality.ipynb": {"LIMIT": 8, "SHOWN": 3},
    "02_index_tradeoffs.ipynb": {"ROWS": 4_000, "QUERIES": 20, "PEERS": (), "PROBES": (1, 8)},
    "03_answers.ipynb": {"LIARS": 44},
    "04_calibration.ipynb": {"QUESTIONS": 30, "MOST_WRONG": 0.5, "KEEP": True},
    "05_your_catalogue.ipynb": {"QUESTIONS": 30, "LIMIT": 6},
}
"""What makes a notebook small; by hand they run with what stands in them."""
FIGURES = {
    "01_retrieval_quality.ipynb": 4,
    "02_index_tradeoffs.ipynb": 1,
    "03_answers.ipynb": 4,
    "04_calibration.ipynb": 3,
    "05_your_catalogue.ipynb": 6,
}
"""The fewest that must have been drawn."""


@pytest.fixture(scope="module")
def kernel() -> Iterator[NotebookClient]:
    """One process for all notebooks: torch and open_clip take seconds to import.

    Each begins with ``%reset``, so that none finds another's variables.
    """
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "SNAPSHELF_THREADS": "1",
        "SNAPSHELF_DETECTOR": "none",  # half the time of a search, and not what is drawn
    }
    client = NotebookClient(nbformat.v4.new_notebook(), timeout=SLOWEST_CELL_S)
    with client.setup_kernel(env=environment, cwd=str(NOTEBOOKS)):
        yield client


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Where the notebooks find the small shop; they share its store."""
    folder = small_shop(tmp_path_factory.mktemp("shop"))
    return {
        "DATA": str(folder),
        "FEED": str(folder / "feed.csv"),
        "QUERIES": str(folder / "queries.csv"),
        "STORE": str(tmp_path_factory.mktemp("store") / "shop"),
    }


def read(name: str) -> Any:
    return nbformat.read(NOTEBOOKS / name, as_version=4)  # type: ignore[no-untyped-call]


def parameter_cell(notebook: Any) -> int:
    tagged = [
        place
        for place, cell in enumerate(notebook.cells)
        if "parameters" in cell.metadata.get("tags", [])
    ]
    assert len(tagged) == 1
    return tagged[0]


def with_parameters(notebook: Any, values: dict[str, object]) -> Any:
    """Sets those parameters that the notebook has, in a cell behind its own, as papermill does."""
    place = parameter_cell(notebook)
    names = {line.split(" = ")[0] for line in notebook.cells[place].source.splitlines()}
    lines = [f"{name} = {value!r}" for name, value in values.items() if name in names]
    made = [nbformat.v4.new_code_cell(one) for one in ("%reset -f", "\n".join(lines))]
    notebook.cells.insert(place + 1, made[1])
    notebook.cells.insert(0, made[0])
    return notebook


def executed(notebook: Any, kernel: NotebookClient) -> Any:
    """Runs every cell in the kernel that is there."""
    kernel.nb = notebook
    kernel.reset_execution_trackers()
    for place, cell in enumerate(notebook.cells):
        kernel.execute_cell(cell, place)
    return notebook


def outputs(notebook: Any) -> list[Any]:
    return [one for cell in notebook.cells for one in cell.get("outputs", [])]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_and_draws(
    name: str, kernel: NotebookClient, data: dict[str, object]
) -> None:
    ran = executed(with_parameters(read(name), {**data, **PARAMETERS[name]}), kernel)
    drawn = [one for one in outputs(ran) if "image/png" in one.get("data", {})]
    assert len(drawn) >= FIGURES[name]
    said = [one.text for one in outputs(ran) if one.get("name") == "stderr"]
    assert [one for one in said if "IProgress" not in one] == []  # tqdm wants ipywidgets


def test_a_cell_that_raises_fails_its_notebook(kernel: NotebookClient) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        executed(notebook, kernel)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_kept_without_what_it_printed(name: str) -> None:
    notebook = read(name)
    assert outputs(notebook) == []
    assert all(cell.get("execution_count") is None for cell in notebook.cells)
    assert parameter_cell(notebook) == 1


def test_every_notebook_is_made_small_here() -> None:
    assert set(NAMES) == set(PARAMETERS) == set(FIGURES)
