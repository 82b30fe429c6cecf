"""Decoding in processes that can be killed: a picture can cost so much and no more.

No library: those that were looked at (pebble, loky, ``concurrent.futures``) unpickle what the
worker sends, so that a picture that takes over the decoder would take over the parent as well.
"""

import fcntl
import hashlib
import mmap
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading

from PIL import Image

from vision.decode import DEFAULT_LIMITS, PhotoLimits, check_bytes
from vision.decode_child import (
    DEFAULT_COST,
    ERRORS,
    LENGTH,
    MAX_MESSAGE_BYTES,
    REPLY,
    DecodeCost,
    Said,
    command_line,
    receive,
)
from vision.errors import (
    BrokenPictureError,
    DecoderUnavailableError,
    PhotoTooHeavyError,
    PhotoTooSlowError,
)
from vision.types import Photo

CHILD = "vision.decode_child"
CRASHED = "the decoder crashed on it"
_START_S = 60.0
_PICTURES_A_CHILD = 500
"""Then a new one takes its place: what a decoder leaks or damages does not last."""
_BYTES_A_PIXEL = 3
_KEPT_PIXEL_BYTES = 36_864_000
"""What a child may hold on to between pictures: a phone's 4096 x 3000."""
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""Of the environment; the rest, where keys may be, is not the child's."""


class DecodePool:
    """Decodes in child processes; safe to call from several threads, each picture alone."""

    def __init__(
        self,
        limits: PhotoLimits = DEFAULT_LIMITS,
        cost: DecodeCost = DEFAULT_COST,
        processes: int = 2,
        module: str = CHILD,
    ) -> None:
        """Starts the children; the first picture waits for the rest of that.

        Args:
            limits: checked in the child against the header, before any pixel is decoded.
            cost: processor time, memory and clock time of one picture.
            processes: pictures at once; more wait.
            module: what the children run.
        """
        self._limits, self._cost, self._module = limits, cost, module
        self._idle: queue.SimpleQueue[_Child] = queue.SimpleQueue()
        self._children: set[_Child] = set()
        self._changing = threading.Lock()
        self._is_closed = False
        for _ in range(processes):
            self._start()

    def decode(self, data: bytes) -> Photo:
        """As ``vision.decode.decode``, in a child.

        Raises:
            PhotoTooLargeError, NotAPictureError, BrokenPictureError: as there; a picture on which
                the decoder crashes is broken.
            PhotoTooSlowError: more processor or clock time than it may take.
            PhotoTooHeavyError: more memory than it may take.
            DecoderUnavailableError: no child can be started, or none became free.
        """
        check_bytes(data, self._limits)
        child = self._free_child()
        try:
            return child.decode(data, self._limits.max_pixels)
        finally:
            if child.is_spent:
                self._discard(child)
                self._start()
            else:
                self._idle.put(child)

    def close(self) -> None:
        """Ends the children at once."""
        with self._changing:
            self._is_closed = True
            children = list(self._children)
        for child in children:
            self._discard(child)

    def _free_child(self) -> "_Child":
        """One that is alive: an idle one may have been ended by the system."""
        while True:
            try:
                child = self._idle.get(timeout=self._cost.wall_s)
            except queue.Empty as error:
                raise DecoderUnavailableError("no decoder became free") from error
            if child.is_alive:
                return child
            self._discard(child)
            self._start()

    def _start(self) -> None:
        with self._changing:
            if self._is_closed:
                raise DecoderUnavailableError("the decoders are stopped")
            child = _Child(self._module, self._limits, self._cost)
            self._children.add(child)
        self._idle.put(child)

    def _discard(self, child: "_Child") -> None:
        with self._changing:
            self._children.discard(child)
        child.kill()


class _Child:
    """One decoding process and the socket to it."""

    def __init__(self, module: str, limits: PhotoLimits, cost: DecodeCost) -> None:
        self._cost = cost
        self._pictures = 0
        self._is_ready = False
        self._is_killed = False
        self._channel, theirs = socket.socketpair()
        pixels = _pixel_file(_BYTES_A_PIXEL * limits.max_pixels)
        self._pixels = mmap.mmap(pixels, 0)
        files = theirs.fileno(), pixels
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *command_line(*files, limits, cost)],
                pass_fds=files,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C in a terminal is for the parent
            )
        except OSError as error:
            self._channel.close()
            raise DecoderUnavailableError(f"no decoder can be started: {error}") from error
        finally:
            theirs.close()
            os.close(pixels)

    @property
    def is_alive(self) -> bool:
        """Says that the process has not ended."""
        return self._process.poll() is None

    @property
    def is_spent(self) -> bool:
        """Says that another one should take its place."""
        return self._is_killed or self._pictures >= _PICTURES_A_CHILD

    def decode(self, data: bytes, max_pixels: int) -> Photo:
        """As ``DecodePool.decode``; after anything but a proper reply the process is dead."""
        self._pictures += 1
        try:
            self._await_ready()
            self._channel.settimeout(self._cost.wall_s)
            self._channel.sendall(LENGTH.pack(len(data)))
            self._channel.sendall(data)
            return self._photo(data, max_pixels)
        except TimeoutError as error:
            self.kill()
            raise self._too_slow() from error
        except (EOFError, ConnectionError) as error:
            raise self._died() from error

    def kill(self) -> None:
        """Ends the process and waits for it."""
        self._is_killed = True
        self._process.kill()
        self._process.wait()
        self._channel.close()
        self._pixels.close()

    def _await_ready(self) -> None:
        if self._is_ready:
            return
        self._channel.settimeout(_START_S)
        try:
            receive(self._channel, REPLY.size)
        except (EOFError, OSError) as error:
            self.kill()
            raise DecoderUnavailableError(
                f"the decoder did not start (exit code {self._process.returncode})"
            ) from error
        self._is_ready = True

    def _photo(self, data: bytes, max_pixels: int) -> Photo:
        said, width, height, length = REPLY.unpack(receive(self._channel, REPLY.size))
        if said == Said.PIXELS and 0 < width * height <= max_pixels:
            image = self._image(width, height)
            return Photo(image=image, sha256=hashlib.sha256(data).hexdigest())
        if said == Said.OUT_OF_MEMORY:
            self.kill()  # what else failed in it nobody knows
            raise self._too_heavy()
        if said in ERRORS and length <= MAX_MESSAGE_BYTES:
            message = receive(self._channel, length).decode("ascii", "replace")
            raise ERRORS[Said(said)](message)
        self.kill()  # no decoder of ours speaks so
        raise BrokenPictureError("the picture does not decode: it upset the decoder")

    def _image(self, width: int, height: int) -> Image.Image:
        """A copy: the child may write on."""
        size = _BYTES_A_PIXEL * width * height
        with memoryview(self._pixels) as whole, whole[:size] as used:
            image = Image.frombytes("RGB", (width, height), used)
        if size > _KEPT_PIXEL_BYTES and hasattr(mmap, "MADV_REMOVE"):
            self._pixels.madvise(mmap.MADV_REMOVE)  # a file in memory keeps what it was given
        return image

    def _died(self) -> Exception:
        self.kill()
        if self._process.returncode == -signal.SIGPROF:
            return self._too_slow()
        return BrokenPictureError(f"the picture does not decode: {CRASHED}")

    def _too_slow(self) -> PhotoTooSlowError:
        return PhotoTooSlowError(
            f"the picture took too long to decode; at most {self._cost.cpu_s:g} s of processor "
            f"time and {self._cost.wall_s:g} s in all are allowed"
        )

    def _too_heavy(self) -> PhotoTooHeavyError:
        return PhotoTooHeavyError(
            "the picture takes too much memory to decode; at most "
            f"{self._cost.memory_bytes:,} bytes are allowed"
        )


def _pixel_file(size: int) -> int:
    """A file in memory that nobody can shorten while another reads it: that would be SIGBUS.

    Where the system has none, a temporary file without a name.
    """
    if not hasattr(os, "memfd_create"):
        with tempfile.TemporaryFile() as file:
            file.truncate(size)
            return os.dup(file.fileno())
    made = os.memfd_create("pixels", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(made, size)
    fcntl.fcntl(
        made, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
    )
    return made


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {
        "PYTHONPATH": os.pathsep.join(one for one in sys.path if one),
        "MALLOC_ARENA_MAX": "2",  # each arena of glibc takes address space of its own
        "OPENBLAS_NUM_THREADS": "1",
    }
