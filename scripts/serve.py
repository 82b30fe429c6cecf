"""``snapshelf serve``: the HTTP service."""

import contextlib
import ctypes
import gc
import math
import os
import signal
import socket
import sys
from types import FrameType
from typing import Annotated

import typer
import uvicorn

from scripts.options import EmbedderOption, StoreOption
from service import logs, serving, tracing, wiring
from service.errors import ServiceError
from service.http.app import create_app
from service.http.context import Service
from service.http.request_heads import timed_heads
from service.settings import load_settings

HostOption = Annotated[str, typer.Option(help="address to listen on")]
_M_MMAP_THRESHOLD = -3
_LARGE_BLOCK_BYTES = 1 << 20
_SWITCH_S = 0.0005
"""The event loop waits so long for a thread that computes in Python, at each of its steps."""
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
    logs.configure(settings.log_format, settings.log_level)
    if settings.otel_endpoint:
        tracing.start(settings.otel_endpoint)
    models = wiring.load_models(settings)
    opened = wiring.open_store(store, models)
    run(serving.http_service(settings, models, opened, host), listener, settings.drain_timeout_s)


def bind(host: str, port: int) -> socket.socket:
    """Opens the listening socket.

    Raises:
        ServiceError: the port is in use, or the address is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends at once (TCP_NODELAY) only where the protocol is named; else the second part of
    # each answer waits 40 ms for the first one's acknowledgement
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ServiceError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
    return listener


def run(service: Service, listener: socket.socket, drain_s: float) -> None:
    """Answers on a bound socket until the process is told to stop, and ends what was accepted.

    Args:
        service: closed at the end.
        listener: bound.
        drain_s: at most so long for that.
    """
    host, port = listener.getsockname()[:2]
    print(f"Snapshelf is at http://{host}:{port}/ (stop with Ctrl-C)", flush=True)
    config = configuration(service, drain_s)
    _return_large_blocks()
    sys.setswitchinterval(_SWITCH_S)
    gc.collect()
    gc.freeze()  # or a look at all that was imported stops every thread for 0.7 s, now and again
    # uvicorn raises the signal again when it is done: without this, nothing would be closed
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        _DrainingServer(config, service).run(sockets=[listener])
    finally:
        service.close()
        if service.is_at_work:  # a thread cannot be ended, and the interpreter would wait for it
            os._exit(1)


def configuration(service: Service, drain_s: float) -> uvicorn.Config:
    """Gives what uvicorn runs."""
    return uvicorn.Config(
        create_app(service),
        http=timed_heads(service.intake.head_s),
        log_config=None,  # ours is set
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(service.trusted_proxies),  # uvicorn would believe all of loopback
        forwarded_allow_ips=list(service.trusted_proxies),
        timeout_graceful_shutdown=math.ceil(drain_s),
    )


class _DrainingServer(uvicorn.Server):
    """Says that it stops as soon as it is told to."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._service.traffic.is_draining = True
        super().handle_exit(sig, frame)


def _return_large_blocks() -> None:
    """Has glibc give the memory of photos back: else it keeps 500 MB after a few large ones.

    Source: mallopt(3), M_MMAP_THRESHOLD; without a call it grows up to 32 MB by itself.
    """
    with contextlib.suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK_BYTES)
