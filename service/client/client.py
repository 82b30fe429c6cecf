"""The client for code that waits."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx
from httpx_sse import EventSource
from tenacity import Retrying

from service.client import calls
from service.client.answers import NO_END, StreamEvent, error_of, event_of, transport_errors
from service.client.calls import Call
from service.client.errors import UnexpectedAnswerError
from service.client.retries import Retries
from service.client.sending import STREAM_DOC, described, settings
from service.wire.searches import DoneEvent

P = ParamSpec("P")
T = TypeVar("T")


def _sends(build: Callable[P, Call[T]]) -> Callable[Concatenate["SnapshelfClient", P], T]:
    @described(build)
    def method(self: "SnapshelfClient", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.send(build(*args, **kwargs))

    return method


def _streams(
    build: Callable[P, Call[Any]],
) -> Callable[Concatenate["SnapshelfClient", P], Iterator[StreamEvent]]:
    @described(build, name="stream", first_line=STREAM_DOC, gives=Iterator[StreamEvent])
    def method(
        self: "SnapshelfClient", /, *args: P.args, **kwargs: P.kwargs
    ) -> Iterator[StreamEvent]:
        return self.events(replace(build(*args, **kwargs), path=calls.STREAM))

    return method


class SnapshelfClient:
    """A running service, as objects; it may be used by several threads at once."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        timeout_s: float = 60.0,
        retries: Retries | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Opens no connection yet.

        Args:
            base_url: such as ``http://127.0.0.1:8000``.
            api_key: sent as ``Authorization: Bearer``.
            timeout_s: for each piece of an answer to come.
            retries: None: the defaults of ``Retries``.
            transport: of httpx; None: the network.
        """
        self._http = httpx.Client(transport=transport, **settings(base_url, api_key, timeout_s))
        self._retries = retries or Retries()

    search = _sends(calls.search)
    stream = _streams(calls.search)
    chat = _sends(calls.chat)
    shopping_list = _sends(calls.shopping_list)
    product = _sends(calls.product)
    put_product = _sends(calls.put_product)
    delete_product = _sends(calls.delete_product)
    batch = _sends(calls.batch)
    similar = _sends(calls.similar)
    facets = _sends(calls.facets)
    feedback = _sends(calls.feedback)
    image = _sends(calls.image)
    health = _sends(calls.health)

    def send(self, call: Call[T]) -> T:
        """Gives the answer to one call of ``service.client.calls``."""
        return call.read(self._response(call))

    def events(self, call: Call[Any]) -> Iterator[StreamEvent]:
        """Gives the events of a stream as they come; the connection is closed with the iterator."""
        response = self._response(call, is_streamed=True)
        try:
            with transport_errors(self._http.base_url):
                for sent in EventSource(response).iter_sse():
                    if event := event_of(sent):
                        yield event
                    if isinstance(event, DoneEvent):
                        return
        finally:
            response.close()
        raise UnexpectedAnswerError(NO_END)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        """Gives itself; at the end of the block the connections are closed."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _response(self, call: Call[Any], *, is_streamed: bool = False) -> httpx.Response:
        retrying = Retrying(**self._retries.policy(call.is_repeatable))
        return retrying(self._once, call, is_streamed)

    def _once(self, call: Call[Any], is_streamed: bool) -> httpx.Response:
        with transport_errors(self._http.base_url):
            response = self._http.send(call.request(self._http), stream=is_streamed)
            if response.is_success:
                return response
            response.read()
        raise error_of(response)
