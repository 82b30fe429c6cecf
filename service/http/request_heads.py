"""A request's head must come in time too: the ASGI server waits for it without end."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class TimedHeads(H11Protocol):
    """Hangs up where a head takes longer; a kept connection that is silent has uvicorn's time.

    Until the head is there nobody has asked for anything: there is nothing to answer.
    """

    head_s = 10.0
    """From a connection's opening, or the first byte after an answer, to the end of the head."""
    _cut: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Gives a new client its time."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Looks whether the head is whole now."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._await_head()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the client."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        if self._cut is None:
            self._cut = self.loop.call_later(self.head_s, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._cut is not None:
            self._cut.cancel()
            self._cut = None


def timed_heads(head_s: float) -> type[TimedHeads]:
    """Gives the protocol with another time; uvicorn takes a class and passes it none."""
    return type("TimedHeads", (TimedHeads,), {"head_s": head_s})
