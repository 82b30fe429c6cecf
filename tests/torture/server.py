"""A real server process on a small store, and all that it leaves behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.torture.case import saved, scene

ROOT = Path(__file__).resolve().parents[2]
_START_S = 90.0


@dataclass(frozen=True)
class Server:
    """A running ``snapshelf serve``."""

    process: subprocess.Popen[bytes]
    address: str
    folder: Path
    """Holds its store, its log and its temporary files."""

    def stop(self, within_s: float = 20.0) -> int:
        """Sends SIGTERM; gives the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within_s)

    def written(self) -> Iterator[tuple[Path, bytes]]:
        """Every file in its folder."""
        for path in self.folder.rglob("*"):
            if path.is_file() and "feed" not in path.parts:
                yield path, path.read_bytes()


@contextlib.contextmanager
def running(
    folder: Path, *, has_model: bool = True, feed: Path | None = None, **settings: object
) -> Iterator[Server]:
    """Serves a store of two products; killed at the end where it still runs.

    Args:
        folder: for everything that it writes.
        has_model: the ``serve`` command with the embedded model; else the same server around a
            fake one, which starts in seconds.
        feed: of a catalogue to serve in place of the two products, examined so that searches give
            verdicts.
        settings: as in ``service.settings``; no detector and no captioner unless given.
    """
    environment = _environment(folder, {"detector": "none", "captioner": "none", **settings})
    if feed:
        _run(["index", str(feed), "--store", str(folder / "store")], folder, environment)
        _run(["doctor", "--store", str(folder / "store")], folder, environment)
    elif has_model:
        _index(folder, environment)
    module = ["scripts", "serve"] if has_model else ["tests.torture.fake_server"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module, "--store", str(folder / "store"), "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    try:
        server = Server(process, f"http://127.0.0.1:{port}", folder)
        _await(server)
        yield server
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _environment(folder: Path, settings: Mapping[str, object]) -> dict[str, str]:
    temporary = folder / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    given = {f"SNAPSHELF_{name.upper()}": str(value) for name, value in settings.items()}
    return {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), **given}


def _index(folder: Path, environment: dict[str, str]) -> None:
    feed = folder / "feed"
    feed.mkdir(parents=True, exist_ok=True)
    rows = ["id,title,price,image_link"]
    for number in range(2):
        (feed / f"{number}.png").write_bytes(saved(scene(60 + number, 60), "PNG"))
        rows.append(f"p{number},Thing {number},5.00 USD,{number}.png")
    (feed / "feed.csv").write_text("\n".join(rows) + "\n")
    _run(["index", str(feed / "feed.csv"), "--store", str(folder / "store")], folder, environment)


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "scripts", *command],
        env=environment,
        check=True,
        capture_output=True,
        timeout=_START_S,
        cwd=folder,
    )


def _await(server: Server) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{server.address}/health/ready").status_code == 200:
                return
        if server.process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError((server.folder / "server.log").read_text())
