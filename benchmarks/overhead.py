"""What a search costs beside its photo's decoding and the model alone, turn by turn in one run.

    python -m benchmarks.overhead [--cores 2] [--repeats 200] [--detect]

A server of its own over HTTP, one client; the demo shop, with the real data sets at hand Luma. The
bare model runs in this process between the requests, on the same cores. Without detector and
captioner, whose models are beside the question, unless ``--detect``.
"""

import argparse
import json
import os
import re
import socket
import time
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np

from benchmarks import datasets
from benchmarks.latency import DEMO, darkened
from benchmarks.machine import machine_line
from service import wiring
from service.settings import load_settings
from tests.torture.server import running
from vision.decode import decode

WARM_UP = 20
END = b"\r\n\r\n"
PIECE_BYTES = 1 << 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--detect", action="store_true", help="with the embedded detector")
    given = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: given.cores])  # the server's too
    detector = "embedded" if given.detect else "none"
    print(machine_line(), f"cores {given.cores}")
    with (
        TemporaryDirectory() as folder,
        running(Path(folder), feed=feed(), detector=detector) as server,
    ):
        measure(server.address, given.repeats)


def feed() -> Path:
    root = datasets.ROOT / "luma"
    return (root if root.is_dir() else DEMO) / "feed.csv"


def measure(address: str, repeats: int) -> None:
    models = wiring.load_models(load_settings(detector="none", captioner="none"))
    photos = [path.read_bytes() for path in sorted((DEMO / "photos").glob("*.jpg"))]
    took = defaultdict(list)
    place = httpx.URL(address)
    with socket.create_connection((place.host, place.port or 80), timeout=60) as server:
        for turn in range(-WARM_UP, repeats):
            # never the same picture twice: nothing that is remembered helps
            photo = darkened(photos[turn % len(photos)], 1 - (turn + WARM_UP) / 5 / repeats)
            times = bare_ms(models, photo) | searched_ms(server, photo)
            for name, value in times.items() if turn >= 0 else ():
                took[name].append(value)
    for name, values in took.items():
        low, middle, high = np.percentile(values, [10, 50, 90])
        print(f"  {name:8} p10 {low:6.1f} ms   p50 {middle:6.1f} ms   p90 {high:6.1f} ms")
    for share in (10, 50):  # the tenth that others on these cores disturb least, and all
        http, stages = (
            np.percentile(took[name], share) / np.percentile(took["bare"], share)
            for name in ("HTTP", "total")
        )
        print(
            f"p{share} over that of decoding and the model alone: {http:.2f}, stages {stages:.2f}"
        )


def bare_ms(models: wiring.Models, photo: bytes) -> dict[str, float]:
    before = time.perf_counter()
    models.embedder.embed_images([decode(photo).image])
    return {"bare": (time.perf_counter() - before) * 1e3}


def searched_ms(server: socket.socket, photo: bytes) -> dict[str, float]:
    """From the request's first byte to the answer's last, with next to no client between."""
    request = httpx.Request("POST", "http://localhost/v1/search", files={"photo": photo})
    lines = [f"{name}: {value}" for name, value in request.headers.items()]
    head = "\r\n".join(["POST /v1/search HTTP/1.1", *lines, "", ""]).encode()
    whole = head + request.read()
    before = time.perf_counter()
    server.sendall(whole)
    head, _, body = received(server).partition(END)
    took = (time.perf_counter() - before) * 1e3
    assert head.startswith(b"HTTP/1.1 200"), head + body
    found = json.loads(body)
    assert found["items"][0]["verdict"]
    return {"HTTP": took, **{name: value for name, value in found["timings_ms"].items() if value}}


def received(server: socket.socket) -> bytes:
    answer = piece(server)
    while (end := answer.find(END)) < 0:
        answer += piece(server)
    length = re.search(rb"content-length: (\d+)", answer[:end], re.IGNORECASE)
    assert length, answer
    while len(answer) < end + len(END) + int(length[1]):
        answer += piece(server)
    return answer


def piece(server: socket.socket) -> bytes:
    read = server.recv(PIECE_BYTES)
    assert read, "the server closed the connection"
    return read


if __name__ == "__main__":
    main()
