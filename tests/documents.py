"""Runs the commands of a page, in their order, as they stand there."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.scripts.commands import run

ROOT = Path(__file__).resolve().parents[1]
PORT = "8000"
NOT_RUN = ("make ", ". .venv")
"""``make`` is what runs these tests; the environment is the tests' own."""
_BLOCK = re.compile(
    r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE
)


def commands_of(text: str) -> list[str]:
    """Gives the lines of the page's ``sh`` blocks."""
    return [command for kind, _, command in _steps(text) if kind == "sh"]


def run_page(page: Path, folder: Path, port: int) -> list[str]:
    """Runs a page's commands in a folder, and writes its titled blocks there; gives what ran.

    A server that a command starts is asked by those after it, at ``port`` in place of 8000.
    """
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed: apt-get install curl")
    (folder / "data").symlink_to(ROOT / "data")
    env = _environment(folder)
    server: subprocess.Popen[bytes] | None = None
    ran: list[str] = []
    try:
        for kind, title, line in _steps(page.read_text(encoding="utf-8")):
            if title:
                (folder / title).write_text(line.replace(PORT, str(port)), encoding="utf-8")
                continue
            if kind != "sh" or line.startswith(NOT_RUN):
                continue
            command = line.replace(PORT, str(port))
            if " serve " in command:
                server = subprocess.Popen(shlex.split(command), cwd=folder, env=env)
                _wait_until_ready(port)
            else:
                is_ours = command.startswith("snapshelf ")
                done = _here(command, folder) if is_ours else _in_a_shell(command, folder, env)
                assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
            ran.append(line)
    finally:
        if server is not None:
            server.send_signal(signal.SIGTERM)
            assert server.wait(20) in {0, -signal.SIGTERM}  # uvicorn ends by the signal it got
    return ran


def _steps(text: str) -> list[tuple[str, str, str]]:
    """Language, title and text of each block; of ``sh`` blocks each line by itself."""
    steps: list[tuple[str, str, str]] = []
    for kind, title, body in _BLOCK.findall(text):
        parts = [line for line in body.splitlines() if line.strip()] if kind == "sh" else [body]
        steps += [(kind, title, part) for part in parts]
    return steps


def _environment(folder: Path) -> dict[str, str]:
    """``snapshelf`` and ``python`` of this interpreter first on the path."""
    (folder / "bin").mkdir()
    for name, arguments in (("snapshelf", " -m scripts"), ("python", "")):
        script = folder / "bin" / name
        script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)}{arguments} "$@"\n')
        script.chmod(0o755)
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}


def _wait_until_ready(port: int) -> None:
    for _ in range(240):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    pytest.fail("the server of the page did not become ready")


def _here(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """In this process: each of its own would load the models for ten seconds."""
    return run(*shlex.split(command)[1:], cwd=folder)


def _in_a_shell(
    command: str, folder: Path, env: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command.replace("curl ", "curl --fail-with-body "),
        shell=True,
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
