"""A picture costs so much and no more, and no child of the pool can harm the parent."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from tests.fakes import encoded, picture
from tests.torture.bombs import many_scans
from vision.decode import PhotoLimits, decode
from vision.decode_child import DecodeCost
from vision.decode_pool import DecodePool
from vision.errors import (
    BrokenPictureError,
    DecoderUnavailableError,
    NotAPictureError,
    PhotoTooHeavyError,
    PhotoTooLargeError,
    PhotoTooSlowError,
)

HOSTILE = "tests.vision.hostile_decoder"
COST = DecodeCost(cpu_s=0.5, memory_bytes=600_000_000, wall_s=4.0)
PATIENT = DecodeCost(cpu_s=60.0, memory_bytes=600_000_000, wall_s=120.0)
"""For what is counted in bytes: on a busy machine 300 MB are slow to come."""
GOOD = encoded(picture("red", (6, 5)), "PNG")


@pytest.fixture(scope="module")
def pool() -> Iterator[DecodePool]:
    made = DecodePool(PhotoLimits(max_bytes=2_000_000, max_pixels=4_000_000), processes=2)
    yield made
    made.close()


@pytest.fixture(scope="module")
def hostile() -> Iterator[DecodePool]:
    made = DecodePool(PhotoLimits(max_pixels=1_000_000), COST, processes=1, module=HOSTILE)
    yield made
    made.close()


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (1000, 1999), (2000, 2000)])
def test_pixels_and_hash_are_those_of_the_decoder_in_this_process(
    pool: DecodePool, size: tuple[int, int]
) -> None:
    data = encoded(Image.effect_noise(size, 40).convert("RGB"), "JPEG")
    here, there = decode(data), pool.decode(data)
    assert there.sha256 == here.sha256
    assert there.image.mode == "RGB"
    assert there.image.tobytes() == here.image.tobytes()


def test_a_picture_after_a_larger_one_has_none_of_its_pixels(pool: DecodePool) -> None:
    pool.decode(encoded(picture("red", (900, 900)), "PNG"))
    small = pool.decode(encoded(picture("blue", (3, 3)), "PNG"))
    assert small.image.tobytes() == bytes((0, 0, 255)) * 9


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (b"", NotAPictureError, "0 bytes"),
        (b"hello", NotAPictureError, "not a picture"),
        (GOOD[:50], BrokenPictureError, "does not decode"),
        (encoded(picture("red", (2000, 2001)), "PNG"), PhotoTooLargeError, "4,002,000 pixels"),
        (encoded(picture("red", (1, 201)), "PNG"), PhotoTooLargeError, "200 times"),
        (GOOD + bytes(2_000_001 - len(GOOD)), PhotoTooLargeError, "2,000,001 bytes"),
    ],
)
def test_refusals_are_those_of_the_decoder(
    pool: DecodePool, data: bytes, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        pool.decode(data)
    assert pool.decode(GOOD).width == 6


def test_a_file_of_just_the_allowed_bytes_is_read(pool: DecodePool) -> None:
    assert pool.decode(GOOD + bytes(2_000_000 - len(GOOD))).width == 6


def test_thousands_of_scans_are_stopped() -> None:
    made = DecodePool(cost=DecodeCost(cpu_s=0.5), processes=1)
    with pytest.raises(PhotoTooSlowError, match=r"0\.5 s of processor time"):
        made.decode(many_scans(3_000, 3_000))
    assert made.decode(GOOD).width == 6
    made.close()


@pytest.mark.parametrize(
    "word",
    [
        f"signal {signal.SIGSEGV.value}",
        f"signal {signal.SIGABRT.value}",
        f"signal {signal.SIGKILL.value}",
        "exit 0",
        "exit 3",
    ],
)
def test_a_child_that_dies_costs_its_picture_alone(hostile: DecodePool, word: str) -> None:
    with pytest.raises(BrokenPictureError, match="crashed"):
        hostile.decode(word.encode())
    assert hostile.decode(b"good").width == 5


def test_processor_time_is_counted_one_below_and_one_above(hostile: DecodePool) -> None:
    assert hostile.decode(b"spin 0.3").width == 5
    assert hostile.decode(b"spin 0.3").width == 5  # of each picture, not of the process
    with pytest.raises(PhotoTooSlowError, match="took too long"):
        hostile.decode(b"spin 1.5")
    assert hostile.decode(b"good").width == 5


def test_clock_time_is_counted_one_below_and_one_above(hostile: DecodePool) -> None:
    assert hostile.decode(b"sleep 0.5").width == 5
    with pytest.raises(PhotoTooSlowError, match="4 s in all"):
        hostile.decode(b"sleep 60")
    assert hostile.decode(b"good").width == 5


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="RLIMIT_DATA counts maps on Linux alone")
def test_memory_is_counted_one_below_and_one_above() -> None:
    made = DecodePool(cost=PATIENT, processes=1, module=HOSTILE)
    assert made.decode(b"eat 300000000").width == 5
    with pytest.raises(PhotoTooHeavyError, match="600,000,000 bytes"):
        made.decode(b"eat 600000000")
    assert made.decode(b"good").width == 5
    made.close()


@pytest.mark.parametrize("said", [1, 2, 3, 5, 77, 255])
def test_a_reply_that_no_decoder_gives_is_not_believed(hostile: DecodePool, said: int) -> None:
    with pytest.raises((BrokenPictureError, PhotoTooHeavyError)):
        hostile.decode(f"lie {said}".encode())
    assert hostile.decode(b"good").width == 5


def test_a_child_writes_no_file_and_cannot_shorten_the_shared_one(
    hostile: DecodePool, tmp_path: Path
) -> None:
    target = tmp_path / "written"
    with pytest.raises(BrokenPictureError):
        hostile.decode(f"write {target}".encode())
    assert not target.exists() or target.stat().st_size == 0
    with pytest.raises(BrokenPictureError):
        hostile.decode(b"shrink")
    assert hostile.decode(b"good").width == 5


def test_a_child_does_not_see_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNAPSHELF_OPENAI_API_KEY", "secret")
    made = DecodePool(cost=COST, processes=1, module=HOSTILE)
    assert made.decode(b"environment SNAPSHELF_OPENAI_API_KEY").width == 5
    made.close()


def may_leave_the_network() -> bool:
    asked = (
        "import sys; from vision.decode_child import leave_network; sys.exit(not leave_network())"
    )
    return subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_a_child_has_no_network(hostile: DecodePool) -> None:
    if not may_leave_the_network():
        pytest.skip("this system lets no process leave its network (user namespaces are off)")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), 5).close()  # from here it is reached
        with pytest.raises(BrokenPictureError):
            hostile.decode(f"connect {port}".encode())
    assert hostile.decode(b"good").width == 5


def test_an_idle_child_that_the_system_ended_is_replaced() -> None:
    made = DecodePool(processes=1)
    made.decode(GOOD)
    [child] = made._children
    child._process.kill()
    child._process.wait()
    assert made.decode(GOOD).width == 6
    made.close()


def test_children_are_replaced_after_some_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vision.decode_pool._PICTURES_A_CHILD", 2)
    made = DecodePool(processes=1)
    [first] = made._children
    for _ in range(3):
        assert made.decode(GOOD).width == 6
    assert first not in made._children
    assert not first.is_alive
    made.close()


def test_a_child_that_does_not_start_is_our_fault_and_named() -> None:
    made = DecodePool(processes=1, module="tests.vision.no_such_module")
    with pytest.raises(DecoderUnavailableError, match="exit code 1"):
        made.decode(GOOD)
    made.close()


def test_many_threads_share_the_children(pool: DecodePool) -> None:
    files = [encoded(picture((n, 0, 0), (n + 1, 9)), "PNG") for n in range(60)]
    with ThreadPoolExecutor(12) as threads:
        photos = list(threads.map(pool.decode, files))
    assert [one.width for one in photos] == list(range(1, 61))
    assert [one.image.getpixel((0, 0)) for one in photos] == [(n, 0, 0) for n in range(60)]


def test_close_ends_the_children_at_once() -> None:
    made = DecodePool(cost=COST, processes=2, module=HOSTILE)
    children = list(made._children)
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(made.decode, b"sleep 60")
        time.sleep(0.5)
        made.close()
        with pytest.raises((BrokenPictureError, DecoderUnavailableError, PhotoTooSlowError)):
            asked.result()
    assert not any(child.is_alive for child in children)
