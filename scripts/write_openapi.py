"""``make docs``: the HTTP interface as ``docs/openapi.json``."""

import json
import sys
from pathlib import Path

from service.http.app import api

OUT = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def openapi_json() -> str:
    """Gives the OpenAPI description; needs no model and no store."""
    return json.dumps(api().openapi(), indent=1) + "\n"


def main(out: Path = OUT) -> None:
    """Writes the file."""
    out.write_text(openapi_json(), encoding="utf-8")
    print(out)


if __name__ == "__main__":
    main(*(Path(one) for one in sys.argv[1:]))
