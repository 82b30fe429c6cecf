"""Links that lead out of ``docs/`` are links between the site's own files."""

from pathlib import Path

import pytest

from scripts.docs_site.outside_links import outside_files, relinked
from scripts.docs_site.tables import table


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {
        "docs/how.md": "[a](../deploy/x.service) [b](../figures.md#speed) [c](deep/why.md)",
        "docs/deep/why.md": "[home](../how.md) [out](https://x.example/a.md) [at](#here)",
        "deploy/x.service": "",
        "figures.md": "[plan](deploy/plan.md) [how](docs/how.md#top)",
        "deploy/plan.md": "[gone](missing.md) [folder](../deploy)",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def moved(root: Path, name: str, address: str) -> str:
    page = root / name
    return relinked(page.read_text(encoding="utf-8"), page, address, str(root / "docs"))


def test_files_beside_docs_are_found_through_pages_beside_docs(root: Path) -> None:
    found = outside_files([root / "docs" / "how.md"], root / "docs", root)
    assert [one.relative_to(root).as_posix() for one in found] == [
        "deploy/plan.md",
        "deploy/x.service",
        "figures.md",
    ]


def test_a_link_out_of_docs_leads_to_the_site_s_copy(root: Path) -> None:
    assert moved(root, "docs/how.md", "how.md") == (
        "[a](repository/deploy/x.service) [b](repository/figures.md#speed) [c](deep/why.md)"
    )


def test_a_page_beside_docs_links_back(root: Path) -> None:
    assert moved(root, "figures.md", "repository/figures.md") == (
        "[plan](deploy/plan.md) [how](../how.md#top)"
    )


def test_other_links_stay_as_they_are(root: Path) -> None:
    for name, address in (
        ("docs/deep/why.md", "deep/why.md"),
        ("deploy/plan.md", "repository/deploy/plan.md"),
    ):
        assert moved(root, name, address) == (root / name).read_text(encoding="utf-8")


def test_a_cell_keeps_to_its_row() -> None:
    assert table(("a", "b"), [("x|y", "two\nlines")]) == [
        "| a | b |",
        "| --- | --- |",
        "| x\\|y | two lines |",
    ]
