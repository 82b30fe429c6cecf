"""Whether the time of a refusal tells anything of a key: ``python -m benchmarks.access``.

A server of its own, 1,000 requests of each kind in turn on fresh connections, none of them let in.
The last kind is the first one again: what it differs by is noise.
"""

import argparse
import http.client
import json
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import numpy as np

from benchmarks.machine import machine_line
from service.access_keys import new_key
from tests.torture.server import running

_WARMING = 50


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--requests", type=int, default=1_000)
    given = arguments.parse_args()
    key, kept = new_key("shop", ["write"])
    others = {f"other-{number}": new_key("x", ["search"])[1].setting for number in range(9)}
    keys = json.dumps({"shop": kept.setting, **others})
    kinds = kinds_of(key)
    with (
        TemporaryDirectory() as folder,
        running(Path(folder), has_model=False, keys=keys) as server,
    ):
        host = urlsplit(server.address).netloc
        for headers in kinds.values():
            for _ in range(_WARMING):
                refused(host, headers)
        taken = {kind: [] for kind in kinds}
        for _ in range(given.requests):
            for kind, headers in kinds.items():
                taken[kind].append(refused(host, headers))
    print(machine_line())
    report({kind: np.array(times) * 1e3 for kind, times in taken.items()})


def kinds_of(key: str) -> dict[str, dict[str, str]]:
    last = "A" if key[-1] != "A" else "B"
    return {
        "no key": {},
        "wrong key": {"X-API-Key": new_key("x", ["write"])[0]},
        "last character wrong": {"X-API-Key": key[:-1] + last},
        "no key again": {},
    }


def refused(host: str, headers: Mapping[str, str]) -> float:
    """Seconds from the request to the whole of its 401."""
    connection = http.client.HTTPConnection(host, timeout=30)
    connection.connect()
    before = time.perf_counter()
    connection.request("DELETE", "/v1/products/x", headers=dict(headers))
    answer = connection.getresponse()
    answer.read()
    took = time.perf_counter() - before
    connection.close()
    assert answer.status == 401, answer.status
    return took


def report(taken_ms: Mapping[str, np.ndarray]) -> None:
    first = np.median(taken_ms["no key"])
    for kind, times in taken_ms.items():
        middle = np.median(times)
        print(
            f"  {kind:22s} {len(times):,} requests  median {middle:.3f} ms  "
            f"p95 {np.percentile(times, 95):.3f} ms  "
            f"median less that of no key {middle - first:+.3f} ms"
        )


if __name__ == "__main__":
    main()
