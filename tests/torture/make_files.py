"""Writes the torture suite to a folder, to look at or to send by other means.

python -m tests.torture.make_files FOLDER
"""

import sys
from pathlib import Path

from tests.torture import bombs, damage, foreign, found, pictures
from tests.torture.case import Case


def all_cases() -> list[Case]:
    """Every file with its outcome; the same bytes on each call with the same libraries."""
    modules = (pictures, bombs, damage, foreign, found)
    made = [case for one in modules for case in one.cases()]
    names = [one.name for one in made]
    assert len(names) == len(set(names)), "two cases have one name"
    return made


def main() -> None:
    """Writes each case to a file whose name says what must become of it."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for case in all_cases():
        allowed = "-".join(str(status) for status in sorted(case.allowed))
        (folder / f"{case.name.replace('/', '_')}.{allowed}").write_bytes(case.data)


if __name__ == "__main__":
    main()
