"""Spans for OpenTelemetry, where ``snapshelf[otel]`` is installed and an address is set."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from starlette.types import ASGIApp

from service.errors import SettingsError

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

_tracer: "Tracer | None" = None


def start(endpoint: str) -> None:
    """Sends spans to a collector from now on.

    Args:
        endpoint: OTLP over HTTP, such as ``http://127.0.0.1:4318/v1/traces``.

    Raises:
        SettingsError: the packages are not installed.
    """
    global _tracer  # noqa: PLW0603  (OpenTelemetry's provider is the process's own, too)
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SettingsError(
            "setting otel_endpoint needs OpenTelemetry: pip install 'snapshelf[otel]'"
        ) from error
    resource = Resource.create({"service.name": "snapshelf", "service.version": _version()})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
    _tracer = provider.get_tracer("snapshelf", _version())


def traced(app: ASGIApp) -> ASGIApp:
    """Gives the app with a span a request; as it was where spans go nowhere."""
    if _tracer is None:
        return app
    from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware

    wrapped: ASGIApp = OpenTelemetryMiddleware(app, exclude_spans=["receive", "send"])
    return wrapped


@contextmanager
def span(name: str) -> Iterator[None]:
    """A span inside the present one; nothing where spans go nowhere."""
    if _tracer is None:
        yield
        return
    with _tracer.start_as_current_span(name):
        yield


def _version() -> str:
    return version("snapshelf")
