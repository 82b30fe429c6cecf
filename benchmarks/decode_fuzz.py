"""Mutated pictures against the process that decodes strangers' photos.

    python -m benchmarks.decode_fuzz --seconds 600 [--seed 0]

The torture suite's files (those below 200 kB) are flipped, cut, doubled and spliced, one to four
times each, and decoded by a ``DecodePool`` with the limits of a server. The parent must give pixels
or one of the decoder's refusals for each. A file on which a child crashed is kept in
``tests/torture/found``, from where the suite sends it again for ever. Exit code 1 where the parent
raised anything else, or a child crashed on a file that was not there before.
"""

import argparse
import faulthandler
import hashlib
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence

from benchmarks.machine import machine_line
from tests.torture.found import FOLDER
from tests.torture.make_files import all_cases
from vision.decode_pool import CRASHED, DecodePool
from vision.errors import PhotoError

_MOST_BYTES = 200_000
_READABLE = 4
"""How often each file that can be read is there again: from others little is decoded."""
_STEPS = 4
_MAGIC_BYTES = 12
"""By which formats are told apart; changed less often than the rest."""
_LONGEST_RANGE = 512
_EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""Where signs and widths of whole numbers end."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    faulthandler.enable()
    small = [one for one in all_cases() if 0 < len(one.data) <= _MOST_BYTES]
    readable = [one.data for one in small if 200 in one.allowed]
    corpus = [one.data for one in small] + readable * _READABLE
    print(
        f"{machine_line()}\n{len(small)} files to start from, {len(readable)} of which can be "
        f"read, seed {given.seed}",
        flush=True,
    )
    draw, seen, new = random.Random(given.seed), Counter[str](), 0  # noqa: S311
    pool = DecodePool(processes=1)
    until = time.perf_counter() + given.seconds
    try:
        while time.perf_counter() < until:
            data = mutated(draw, corpus)
            outcome = outcome_of(pool, data)
            seen[outcome] += 1
            if outcome == CRASHED:
                new += keep(data)
    finally:
        pool.close()
    print(f"{seen.total()} files: {dict(seen.most_common())}; {new} new files in {FOLDER.name}/")
    print(f"at the end: {machine_line()}")
    sys.exit("a child crashed on a new file" if new else None)


def outcome_of(pool: DecodePool, data: bytes) -> str:
    """What became of a file; anything but a refusal of the decoder is the parent's crash."""
    try:
        pool.decode(data)
    except PhotoError as error:
        return CRASHED if CRASHED in str(error) else type(error).__name__
    return "decoded"


def keep(data: bytes) -> bool:
    """Puts a file into the suite; False: it was there."""
    path = FOLDER / f"{hashlib.sha256(data).hexdigest()[:16]}.bin"
    if path.exists():
        return False
    FOLDER.mkdir(exist_ok=True)
    path.write_bytes(data)
    return True


def mutated(draw: random.Random, corpus: Sequence[bytes]) -> bytes:
    """One file of the corpus after some changes."""
    data = bytearray(draw.choice(corpus))
    for _ in range(draw.randint(1, _STEPS)):
        if data:
            draw.choice(CHANGES)(draw, data, corpus)
    return bytes(data)


def flip(draw: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    for _ in range(draw.randint(1, 16)):
        data[place(draw, data)] ^= 1 << draw.randrange(8)


def put_edge(draw: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    width, order = draw.choice((1, 2, 4)), draw.choice(("little", "big"))
    at = place(draw, data)
    value = draw.choice(_EDGES) & ((1 << 8 * width) - 1)
    data[at : at + width] = value.to_bytes(width, order)


def cut(draw: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    del data[draw.randrange(len(data)) :]


def drop(draw: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = place(draw, data)
    del data[at : at + draw.randint(1, _LONGEST_RANGE)]


def double(draw: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = place(draw, data)
    data[at:at] = data[at : at + draw.randint(1, _LONGEST_RANGE)] * draw.randint(1, 4)


def splice(draw: random.Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    """Goes on as another file does, more often than not at the same place."""
    other = draw.choice(corpus)
    at = draw.randrange(len(data))
    start = at if draw.random() < 0.6 and at < len(other) else draw.randrange(len(other))
    data[at:] = other[start:]


def move(draw: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at, size = place(draw, data), draw.randint(1, _LONGEST_RANGE)
    piece = data[at : at + size]
    del data[at : at + size]
    there = draw.randint(0, len(data))
    data[there:there] = piece


def place(draw: random.Random, data: bytearray) -> int:
    """Half of the time among the headers."""
    if draw.random() < 0.5 and len(data) > 256:
        return draw.randrange(_MAGIC_BYTES, 256)
    return draw.randrange(len(data))


CHANGES: tuple[Callable[[random.Random, bytearray, Sequence[bytes]], None], ...] = (
    flip,
    put_edge,
    cut,
    drop,
    double,
    splice,
    move,
)


if __name__ == "__main__":
    main()
