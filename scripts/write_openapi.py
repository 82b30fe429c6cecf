"""``make docs``: the HTTP interface as ``docs/openapi.json``."""

import json
from pathlib import Path

from fastapi import FastAPI

from service.http import operations, products, search

OUT = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def main() -> None:
    """Writes the file; needs no model and no store."""
    app = FastAPI(title="Snapshelf")
    for router in (search.router, products.router, operations.router):
        app.include_router(router)
    OUT.write_text(json.dumps(app.openapi(), indent=1) + "\n")
    print(OUT)


if __name__ == "__main__":
    main()
