"""Sends what the OpenAPI description allows, and what it does not, to the whole service.

    python -m benchmarks.fuzz --cases 10000

The service runs around fakes, with a key and with the search closed, on a port of this machine;
schemathesis asks it, with every check (``fuzz.toml`` says what two of them are told). Exit code 0
only where every request was answered as the description says.
"""

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.access_keys import new_key
from service.client import SnapshelfClient
from service.http.app import create_app
from tests.fakes import encoded, picture
from tests.service.fake_service import fake_service, served

ROOT = Path(__file__).resolve().parent.parent
CONFIG = Path(__file__).with_name("fuzz.toml")
PHASES = "examples,coverage,fuzzing,stateful"
_FIXED_CASES, _CASES_AN_EXAMPLE = 1_000, 12
"""Examples and coverage make their own number; the other phases so many for each of
``--max-examples`` (measured: 4,921 cases for 333)."""


@contextmanager
def fuzzed_service(folder: Path) -> Iterator[dict[str, str]]:
    """Gives the environment of a fuzzer of a running service: its address, a key, a session."""
    key, kept = new_key("fuzz", ["admin"])
    keys = {"keys": {"fuzz": kept.setting}, "open_search": False, "session_minutes": 600}
    with fake_service(folder, **keys) as service, served(create_app(service)) as url:
        with SnapshelfClient(url, key) as client:
            session = client.search(encoded(picture("red")), k=5).session
        yield {
            "URL": url,
            "SNAPSHELF_FUZZ_KEY": key,
            "SNAPSHELF_FUZZ_SESSION": session,
            "SCHEMATHESIS_HOOKS": "benchmarks.fuzz_hooks",
            "PYTHONPATH": str(ROOT),
        }


def fuzz(examples: int, seed: int, report: Path, phases: str = PHASES) -> int:
    """Runs the fuzzer in a process of its own; gives its exit code and writes its report.

    Args:
        examples: of each operation, in each phase that is random.
        seed: of all that is random.
        report: a file, JSON.
        phases: of schemathesis, separated by commas.
    """
    options = {
        "checks": "all",
        "phases": phases,
        "seed": seed,
        "max-examples": examples,
        "workers": 2,
        "request-timeout": 30,
        "report": "json",
        "report-json-path": report,
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        fuzzed_service(Path(folder) / "store") as environment,
    ):
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]
        command += [f"{environment['URL']}/openapi.json", "--no-color"]
        command += [f"--{name}={value}" for name, value in options.items()]
        done = subprocess.run(command, env=os.environ | environment, cwd=folder, check=False)
    return done.returncode


def main() -> None:
    """Parses, runs, prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=2000, help="about so many, 1000 at least")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phases", default=PHASES)
    parser.add_argument("--report", type=Path, default=Path("fuzz-report.json"))
    asked = parser.parse_args()
    logging.disable(logging.WARNING)  # of the server: what is no HTTP, again and again
    before = time.monotonic()
    examples = max(1, (asked.cases - _FIXED_CASES) // _CASES_AN_EXAMPLE)
    code = fuzz(examples, asked.seed, asked.report.resolve(), asked.phases)
    print(json.dumps({"exit_code": code, "seconds": round(time.monotonic() - before)}))
    sys.exit(code)


if __name__ == "__main__":
    main()
