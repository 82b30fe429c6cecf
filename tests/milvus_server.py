"""A real Milvus server for the tests: the standalone one in PyPI's package ``milvus``.

The package holds the server's programs packed. They are unpacked once, beside this Python, and run
here directly: the package's own class gives etcd the same two ports each time, so that a second
server does not start, and runs the server as a child of a child.
"""

import fcntl
import lzma
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from index.place import FolderPlace, MilvusKind, MilvusPlace

HOW = (
    'pip install --no-deps "milvus>=2.3" gives it on x86-64 Linux and macOS, and so does make setup'
)
_PORTS = range(20_000, 32_000)
"""Below those that a system gives to clients, and to who asks for any."""
_OWN_PORTS = ("METRICS_PORT", "etcd", "etcd's peers")
_START_S = 120.0
_FIELD = re.compile(r"\{\{ *(\w+)(?:\(\w+\))?(?:: *(.*?))? *\}\}")
"""``{{ name }}``, ``{{ name(type): default }}``."""
_NAMES = count()


def server_package() -> Path | None:
    """The folder of the package's data; None: not installed."""
    spec = find_spec("milvus")
    found = Path(spec.origin).parent / "data" if spec and spec.origin else None
    return found if found and (found / "bin").is_dir() else None


class MilvusServer:
    """A server that can be killed, and started again on the same files and ports."""

    def __init__(self, package: Path, folder: Path, *, tick_ms: int) -> None:
        """Takes the package's data and an empty folder."""
        self._template = (package / "config.yaml.template").read_text()
        self._programs = _unpacked(package)
        self._folder = folder
        self._tick_ms = tick_ms
        self._process: subprocess.Popen[bytes] | None = None
        self._ports: dict[str, int] = {}

    def start(self) -> None:
        """Comes back once it answers; the first time, another server may take a port: once more."""
        if self._ports:
            assert self._answers(), self._log()
            return
        for _ in range(3):
            self._ports = self._free_ports()
            if self._answers():
                return
            self.kill()
        raise AssertionError(self._log())

    def kill(self) -> None:
        """As a loss of the machine would: nothing is finished."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def place(self, kind: MilvusKind = "FLAT") -> MilvusPlace:
        """Where vectors are searched, in collections of their own."""
        uri = f"http://127.0.0.1:{self._ports['proxy_port']}"
        return MilvusPlace(uri, f"s{next(_NAMES)}", kind, token="root:Milvus")

    def folder_place(self, folder: Path, kind: MilvusKind = "FLAT") -> FolderPlace:
        """An empty place whose catalogue is SQLite, with its vectors in collections of its own."""
        return FolderPlace(folder, self.place(kind))

    def _answers(self) -> bool:
        """Starts the process; False where it ends, or says nothing for long."""
        self._configure()
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "milvus", "run", "standalone"],
                cwd=self._folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        url = f"http://127.0.0.1:{self._ports['METRICS_PORT']}/healthz"
        end = time.monotonic() + _START_S
        while self._process.poll() is None and time.monotonic() < end:
            try:
                with urllib.request.urlopen(url, timeout=5) as answer:
                    if answer.read() == b"OK":
                        return True
            except OSError:
                pass
            time.sleep(0.1)
        return False

    def _configure(self) -> None:
        data, configs = self._folder / "data", self._folder / "configs"
        configs.mkdir(exist_ok=True)
        values = {
            **self._ports,
            "etcd_data_dir": data / "etcd",
            "local_storage_dir": data,
            "rocksmq_data_dir": data / "rocksmq",
            "system_log_path": "",
            "authorization_enabled": "true",
        }
        text = _FIELD.sub(lambda field: str(values.get(field[1], field[2])), self._template)
        (configs / "milvus.yaml").write_text(text)
        (configs / "glog.conf").write_text("--logtostderr=true\n--minloglevel=2\n")
        clients, peers = (f"http://127.0.0.1:{self._ports[one]}" for one in _OWN_PORTS[1:])
        (configs / "etcd.yaml").write_text(
            f"listen-client-urls: {clients}\nadvertise-client-urls: {clients}\n"
            f"listen-peer-urls: {peers}\ninitial-advertise-peer-urls: {peers}\n"
            f"initial-cluster: default={peers}\n"
        )

    def _environment(self) -> dict[str, str]:
        path = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
        return {
            **os.environ,
            path: str(self._programs),
            "DEPLOY_MODE": "STANDALONE",
            "METRICS_PORT": str(self._ports["METRICS_PORT"]),
            "ETCD_CONFIG_PATH": str(self._folder / "configs" / "etcd.yaml"),
            "PROXY_TIMETICKINTERVAL": str(self._tick_ms),
            "COMMON_SESSION_TTL": "1",  # seconds; Milvus's own 30 delay it after a kill
            "LOG_LEVEL": "warn",
        }

    def _free_ports(self) -> dict[str, int]:
        """A row of ports that nobody listens on, one for each purpose."""
        names = [*re.findall(r"\{\{ *(\w+_port)\b", self._template), *_OWN_PORTS]
        while True:
            first = random.choice(_PORTS)
            ports = range(first, first + len(names))
            try:
                with ExitStack() as stack:
                    for port in ports:
                        stack.enter_context(socket.socket()).bind(("", port))
            except OSError:
                continue
            return dict(zip(names, ports, strict=True))

    def _log(self) -> str:
        return f"Milvus did not start: {(self._folder / 'log').read_text()[-2000:]}"


@contextmanager
def running_milvus(*, tick_ms: int = 10) -> Iterator[MilvusServer]:
    """A running server; everything of it goes at the end.

    Args:
        tick_ms: how often it says what time it is: a search at the level Strong waits for the next
            tick. Milvus's own value is 200.
    """
    package = server_package()
    assert package is not None, HOW
    with tempfile.TemporaryDirectory(prefix="snapshelf-milvus-") as folder:
        server = MilvusServer(package, Path(folder), tick_ms=tick_ms)
        try:
            server.start()
            yield server
        finally:
            server.kill()


def _unpacked(package: Path) -> Path:
    """The folder of the programs, 250 MB beside this Python; one process at a time unpacks."""
    folder = Path(sys.prefix) / "milvus-server"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for packed in sorted((package / "bin").glob("*.lzma")):
            program = folder / packed.stem
            if program.exists() and program.stat().st_mtime >= packed.stat().st_mtime:
                continue
            part = folder / "part"
            part.write_bytes(lzma.decompress(packed.read_bytes()))
            part.chmod(0o755)
            part.rename(program)
    return folder
