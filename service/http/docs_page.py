"""``/docs``: Swagger UI from a package on this machine; nothing is asked of other hosts."""

from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

router = APIRouter(include_in_schema=False)

_HERE = Path(__file__).parent / "docs"
_PACKAGE = "fastapi_swagger"
"""Only its files are used: the page that it makes has a script inside."""
_OWN = frozenset({"start.js"})
_SWAGGER = frozenset({"swagger-ui.css", "swagger-ui-bundle.js"})


@router.get("/docs")
async def docs() -> FileResponse:
    """The page that shows every route."""
    return FileResponse(_HERE / "index.html")


@router.get("/docs/{name}")
async def docs_file(name: str) -> FileResponse:
    """A file of that page."""
    if name in _OWN:
        return FileResponse(_HERE / name)
    if name in _SWAGGER:
        return FileResponse(_swagger_folder() / name)
    raise HTTPException(404, "no such file of this page")


def _swagger_folder() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise HTTPException(404, f"the package {_PACKAGE} is not installed")
    return Path(spec.origin).parent / "resources"
