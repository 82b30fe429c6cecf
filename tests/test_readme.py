"""Every command of the README runs, in its order, as it stands there."""

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


def commands() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def environment(folder: Path) -> dict[str, str]:
    """``snapshelf`` of this interpreter first on the path."""
    (folder / "bin").mkdir()
    script = folder / "bin" / "snapshelf"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m scripts "$@"\n')
    script.chmod(0o755)
    path = f"{script.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}


def wait_until_ready(port: int) -> None:
    for _ in range(240):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    pytest.fail("the server of the README did not become ready")


def here(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """In this process: each of its own would load the models for ten seconds."""
    return run(*shlex.split(command)[1:], cwd=folder)


def in_a_shell(command: str, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
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


def test_every_command_of_the_readme_runs(tmp_path: Path, free_port: int) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed: apt-get install curl")
    (tmp_path / "data").symlink_to(ROOT / "data")
    env = environment(tmp_path)
    server: subprocess.Popen[bytes] | None = None
    ran = 0
    try:
        for line in commands():
            # make is what runs this test; the environment is the test's own
            if line.startswith(("make ", ". .venv")):
                continue
            command = line.replace(PORT, str(free_port))
            if " serve " in command:
                server = subprocess.Popen(shlex.split(command), cwd=tmp_path, env=env)
                wait_until_ready(free_port)
            else:
                is_ours = command.startswith("snapshelf ")
                done = here(command, tmp_path) if is_ours else in_a_shell(command, tmp_path, env)
                assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
            ran += 1
    finally:
        if server is not None:
            server.send_signal(signal.SIGTERM)
            assert server.wait(20) in {0, -signal.SIGTERM}  # uvicorn ends by the signal it got
    assert ran >= 8
