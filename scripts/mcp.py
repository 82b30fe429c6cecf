"""``snapshelf mcp``: a running service as tools for assistants."""

from pathlib import Path
from typing import Annotated

import typer

from service.settings import secret_from

_URL = "http://127.0.0.1:8000"
_LOOPBACK = "127.0.0.1"
"""Alone: whoever reaches the port asks with the operator's key."""


def mcp(
    url: Annotated[str, typer.Option(help="of the running service")] = _URL,
    api_key_env: Annotated[
        str | None, typer.Option(help="name of the environment variable that holds the API key")
    ] = None,
    photos_root: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="folder whose photos may be searched by path; may come again; none: no files",
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help=f"streamable HTTP at http://{_LOOPBACK}:PORT/mcp; none: stdio"
        ),
    ] = None,
) -> None:
    """Gives assistants tools to search the shop (Model Context Protocol)."""
    from service.client import AsyncSnapshelfClient
    from service.mcp.photos import PhotoReader
    from service.mcp.server import mcp_server

    key = secret_from(api_key_env) if api_key_env else None
    server = mcp_server(AsyncSnapshelfClient(url, key), PhotoReader(photos_root or ()))
    if port is None:
        server.run()
    else:
        server.run("streamable-http", host=_LOOPBACK, port=port)
