"""A decoding child that does what the bytes say: what a decoder with a fault might do."""

import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from vision.decode_child import REPLY, Task, parsed, serve
from vision.types import Photo


def spin(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def lie(task: Task, said: int) -> None:
    task.channel.sendall(REPLY.pack(said, 100_000, 100_000, 2**31))
    time.sleep(60)


def decoder(task: Task, data: bytes) -> Photo:
    """A word and a number or a name; another word is a good picture."""
    word, _, rest = data.decode().partition(" ")
    deeds: dict[str, Callable[[], object]] = {
        "signal": lambda: os.kill(os.getpid(), int(rest)),
        "exit": lambda: os._exit(int(rest)),
        "spin": lambda: spin(float(rest)),
        "sleep": lambda: time.sleep(float(rest)),
        "eat": lambda: bytearray(int(rest)),
        "lie": lambda: lie(task, int(rest)),
        "write": lambda: Path(rest).write_bytes(b"x"),
        "shrink": lambda: task.pixels.resize(4096),
        "connect": lambda: socket.create_connection(("127.0.0.1", int(rest)), 5).close(),
        "environment": lambda: os._exit(1) if rest in os.environ else None,
    }
    deeds.get(word, lambda: None)()
    return Photo(image=Image.new("RGB", (5, 4), "red"), sha256="")


if __name__ == "__main__":
    given = parsed(sys.argv[1:])
    serve(given, lambda data: decoder(given, data))
