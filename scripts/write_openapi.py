"""``make docs``: the HTTP interface as ``docs/openapi.json``."""

import json
import sys
from pathlib import Path

from service.http.app import api

OUT = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def main(out: Path = OUT) -> None:
    """Writes the file; needs no model and no store."""
    out.write_text(json.dumps(api().openapi(), indent=1) + "\n", encoding="utf-8")
    print(out)


if __name__ == "__main__":
    main(*(Path(one) for one in sys.argv[1:]))
