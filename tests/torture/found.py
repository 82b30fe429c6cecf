"""Files on which a decoder crashed once: ``python -m benchmarks.decode_fuzz`` puts them there."""

from pathlib import Path

from tests.torture.case import ANY, Case, many

FOLDER = Path(__file__).parent / "found"


def cases() -> list[Case]:
    """One case a file; whether it is read or refused depends on the libraries."""
    files = sorted(FOLDER.glob("*.bin"))
    return many("found", [(path.stem, path.read_bytes()) for path in files], ANY)
