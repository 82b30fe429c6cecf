"""The photos that the page offers; none but in the demo shop.

They are parts of the page, like its scripts: open to everybody, and no part of the interface.
"""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import FileResponse

from service.http.context import ServiceDep

router = APIRouter(prefix="/web/examples", include_in_schema=False)


@router.get("")
async def examples(service: ServiceDep) -> list[dict[str, object]]:
    """Where each photo is, and what it shows by language; empty where the shop has none."""
    return [
        {"photo": f"{router.prefix}/{number}", "shows": dict(one.shows)}
        for number, one in enumerate(service.examples)
    ]


@router.get("/{number}")
async def example(service: ServiceDep, number: Annotated[int, Path(ge=0)]) -> FileResponse:
    """One photo."""
    if number >= len(service.examples):
        raise HTTPException(404, "no such example")
    return FileResponse(service.examples[number].path, media_type="image/jpeg")
