"""``snapshelf serve``: the HTTP service."""

import socket
from typing import Annotated

import typer
import uvicorn

from scripts.options import EmbedderOption, StoreOption
from service import wiring
from service.errors import ServiceError
from service.http.app import create_app
from service.http.context import Service
from service.settings import load_settings

HostOption = Annotated[str, typer.Option(help="address to listen on")]
PortOption = Annotated[int, typer.Option(min=0, max=65535, help="0: any free port")]


def serve(
    store: StoreOption,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    embedder: EmbedderOption = None,
) -> None:
    """Serves the web page and the HTTP interface."""
    listener = bind(host, port)  # before the models: a port in use shows at once
    settings = load_settings(embedder=embedder)
    models = wiring.load_models(settings)
    opened = wiring.open_store(store, models)
    run(wiring.http_service(settings, models, opened, host), listener)


def bind(host: str, port: int) -> socket.socket:
    """Opens the listening socket.

    Raises:
        ServiceError: the port is in use, or the address is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ServiceError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
    return listener


def run(service: Service, listener: socket.socket) -> None:
    """Answers on a bound socket until the process is told to stop."""
    host, port = listener.getsockname()[:2]
    print(f"Snapshelf is at http://{host}:{port}/ (stop with Ctrl-C)", flush=True)
    config = uvicorn.Config(create_app(service), log_level="warning", server_header=False)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        service.conversation.keeper.sessions.close()  # folds the log in: nothing deleted is left
