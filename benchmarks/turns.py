"""One shopper beside a client that asks without end: what taking turns is worth.

    python -m benchmarks.turns [--greedy 40] [--seconds 20]

``--greedy`` searches at once come from 127.0.0.1, each again as soon as it is answered or refused
(after half a second). A shopper searches again and again, first from an address of its own, then
from theirs, which is what it would have without turns; alone before each. A shopper that is
refused asks again after Retry-After, and its time runs on.
"""

import argparse
import asyncio
import time
from collections import Counter
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bare_requests import PHOTOS, search_bytes, send
from benchmarks.load import percentile
from benchmarks.machine import machine_line
from benchmarks.slow_clients import GoodClient, good_client
from tests.torture.server import running

_ADDRESSES = {"an address of its own": "127.0.0.2", "theirs": "127.0.0.1"}
_PAUSE_S = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--greedy", type=int, default=40, help="searches at once")
    parser.add_argument("--seconds", type=float, default=20)
    given = parser.parse_args()
    print(machine_line())
    with TemporaryDirectory() as folder, running(Path(folder)) as server:
        shopper = partial(good_client, server)
        asyncio.run(shopper("127.0.0.1", time.perf_counter() + 3))  # warm
        for name, address in _ADDRESSES.items():
            alone, _ = asyncio.run(shopper(address, time.perf_counter() + given.seconds / 2))
            took, refused, theirs = asyncio.run(
                beside(server.address, partial(shopper, address), given.greedy, given.seconds)
            )
            before, during = percentile(alone, 50), percentile(took, 50)
            print(
                f"from {name:21}: {len(took)} searches, p50 {during:.0f} ms, p95 "
                f"{percentile(took, 95):.0f} ms, refused {refused} times; alone p50 {before:.0f} "
                f"ms: x {during / before:.1f}; the greedy: {dict(theirs)}",
                flush=True,
            )
        print(f"exit {server.stop()}; at the end: {machine_line()}")


async def beside(
    address: str, shopper: GoodClient, greedy: int, seconds: float
) -> tuple[list[float], int, Counter[int]]:
    """The shopper's times and refusals, and what became of the others' searches, by status."""
    requests = [search_bytes(path.read_bytes()) for path in PHOTOS]
    until, statuses = time.perf_counter() + seconds, Counter[int]()

    async def ask(number: int) -> None:
        while time.perf_counter() < until:
            request = requests[number % len(requests)]
            sample = await send(address, request, time.perf_counter())
            statuses[sample.status] += 1
            number += greedy
            if sample.status != 200:
                await asyncio.sleep(_PAUSE_S)

    asking = [asyncio.ensure_future(ask(number)) for number in range(greedy)]
    took, refused = await shopper(until)
    await asyncio.gather(*asking)
    return took, refused, statuses


if __name__ == "__main__":
    main()
