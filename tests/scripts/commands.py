"""Runs ``snapshelf`` commands: in this process, where what takes seconds is imported once."""

import contextlib
import io
import subprocess
from pathlib import Path

import pytest

from scripts.cli import main

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Gives what a process of its own would give: exit code, output and errors."""
    out, errors, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["snapshelf", *arguments])
        patch.setenv("COLUMNS", "200")
        patch.chdir(cwd)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            try:
                main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), errors.getvalue())


def failed(result: subprocess.CompletedProcess[str], code: int, message: str) -> None:
    """One line on standard error, without a trace."""
    assert result.returncode == code, result.stderr
    assert message in result.stderr.replace("\n", " ")
    assert "Traceback" not in result.stderr
    if code == 1:
        assert len(result.stderr.strip().splitlines()) == 1
