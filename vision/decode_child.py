"""The process that decodes strangers' pictures: bytes in, pixels or a refusal out.

``python -m vision.decode_child CHANNEL PIXELS JSON`` answers on the socket ``CHANNEL`` and writes
pixels to the file ``PIXELS``. It may be killed at any moment, and a picture that takes it over
gains little: no files to write, no secrets, no network where Linux lets it go without, and what it
says is read as numbers and pixels, never unpickled.

Source: Pillow's ``docs/handbook/security.rst`` (a decoder belongs in a restricted process).
"""

import contextlib
import ctypes
import json
import mmap
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import IntEnum

from PIL import Image

from vision.decode import PhotoLimits, decode
from vision.errors import BrokenPictureError, NotAPictureError, PhotoError, PhotoTooLargeError
from vision.types import Photo

LENGTH = struct.Struct("!I")
"""Before a picture: its bytes."""
REPLY = struct.Struct("!BIII")
"""Before a message: ``Said``, width, height, and the message's bytes."""
MAX_MESSAGE_BYTES = 400
_PIECE_BYTES = 1 << 20
_STRIP_PIXELS = 1 << 18
_OPEN_FILES = 16
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
"""Source: linux/sched.h"""


class Said(IntEnum):
    """What became of a picture."""

    READY = 0
    PIXELS = 1
    NO_PICTURE = 2
    TOO_LARGE = 3
    BROKEN = 4
    OUT_OF_MEMORY = 5


@dataclass(frozen=True)
class DecodeCost:
    """What decoding one picture may cost."""

    cpu_s: float = 5.0
    """Processor time, all threads of the decoder together."""
    memory_bytes: int = 1_000_000_000
    """Of the process, shared libraries not counted."""
    wall_s: float = 15.0
    """Clock time: for a decoder that waits, or a machine with more work than cores."""


DEFAULT_COST = DecodeCost()


@dataclass(frozen=True)
class Task:
    """What the parent gave a child."""

    channel: socket.socket
    pixels: mmap.mmap
    """Shared; RGB, rows from the top."""
    limits: PhotoLimits
    cost: DecodeCost


def serve(task: Task, decoder: Callable[[bytes], Photo]) -> None:
    """Answers until the other side closes.

    Args:
        task: where to answer; the process ends by SIGPROF where the processor time is over.
        decoder: gives a picture's pixels or raises ``PhotoError``.
    """
    channel, cost = task.channel, task.cost
    _confine(cost.memory_bytes)
    channel.sendall(REPLY.pack(Said.READY, 0, 0, 0))
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            data = receive(channel, LENGTH.unpack(receive(channel, LENGTH.size))[0])
            signal.setitimer(signal.ITIMER_PROF, cost.cpu_s)
            try:
                reply = _reply(bytes(data), decoder, task.pixels)
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
            channel.sendall(reply)


def receive(channel: socket.socket, size: int) -> bytearray:
    """Gives exactly ``size`` bytes.

    Raises:
        EOFError: the other side closed before.
        TimeoutError: the socket's time-out passed without a byte.
    """
    data = bytearray(size)
    view, at = memoryview(data), 0
    while at < size:
        got = channel.recv_into(view[at : at + _PIECE_BYTES])
        if not got:
            raise EOFError(f"{at} of {size} bytes came")
        at += got
    return data


def command_line(channel: int, pixels: int, limits: PhotoLimits, cost: DecodeCost) -> list[str]:
    """Gives the arguments that a child reads; the numbers are of open files."""
    options = json.dumps({"limits": asdict(limits), "cost": asdict(cost)})
    return [str(channel), str(pixels), options]


def parsed(arguments: list[str]) -> Task:
    """Gives what ``command_line`` wrote."""
    channel, pixels, options = arguments
    given = json.loads(options)
    return Task(
        socket.socket(fileno=int(channel)),
        mmap.mmap(int(pixels), 0),
        PhotoLimits(**given["limits"]),
        DecodeCost(**given["cost"]),
    )


def _confine(memory_bytes: int) -> None:
    """Ctrl-C and SIGTERM are the parent's: it closes the socket when it is done."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)
    Image.init()  # plug-ins are read from disk before files are closed off
    leave_network()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold somebody's photo
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))


def leave_network() -> bool:
    """Takes this process to a network namespace without any interface; False: it may not.

    Linux only, and not everywhere there: some systems refuse user namespaces, which a user that is
    not root needs for it.

    Source: unshare(2), user_namespaces(7)
    """
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None)  # os.unshare is there from Python 3.12 on
    return any(libc.unshare(flags) == 0 for flags in (_NEW_NETWORK, _NEW_USER | _NEW_NETWORK))


def _reply(data: bytes, decoder: Callable[[bytes], Photo], pixels: mmap.mmap) -> bytes:
    try:
        image = decoder(data).image
        _write(image, pixels)
        return REPLY.pack(Said.PIXELS, image.width, image.height, 0)
    except MemoryError:
        return _refusal(Said.OUT_OF_MEMORY, "")
    except PhotoError as error:
        if isinstance(error.__cause__, MemoryError):
            return _refusal(Said.OUT_OF_MEMORY, "")
        return _refusal(_said(error), str(error))


def _said(error: PhotoError) -> Said:
    if isinstance(error, PhotoTooLargeError):
        return Said.TOO_LARGE
    return Said.NO_PICTURE if isinstance(error, NotAPictureError) else Said.BROKEN


def _write(image: Image.Image, pixels: mmap.mmap) -> None:
    """In strips that stay in the processor's cache: a third of the time of one ``tobytes``."""
    rows = max(1, _STRIP_PIXELS // image.width)
    pixels.seek(0)
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        pixels.write(strip.tobytes())


def _refusal(said: Said, message: str) -> bytes:
    text = message.encode("ascii", "replace")[:MAX_MESSAGE_BYTES]
    return REPLY.pack(said, 0, 0, len(text)) + text


def main() -> None:
    """Serves with the decoder of this package."""
    task = parsed(sys.argv[1:])
    serve(task, lambda data: decode(data, task.limits))


ERRORS: dict[Said, type[PhotoError]] = {
    Said.NO_PICTURE: NotAPictureError,
    Said.TOO_LARGE: PhotoTooLargeError,
    Said.BROKEN: BrokenPictureError,
}
"""What the parent raises with the child's message."""

if __name__ == "__main__":
    main()
