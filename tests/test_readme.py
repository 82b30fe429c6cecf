"""Every command of the README runs, in its order, as it stands there."""

from pathlib import Path

from tests.documents import ROOT, run_page


def test_every_command_of_the_readme_runs(tmp_path: Path, free_port: int) -> None:
    assert len(run_page(ROOT / "README.md", tmp_path, free_port)) >= 8
