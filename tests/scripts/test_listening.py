"""The listening socket of ``snapshelf serve``."""

import asyncio
import socket

from scripts.serve import bind


def test_answers_leave_at_once() -> None:
    """Held back until the client acknowledges what came before, each took 40 ms more."""
    assert asyncio.run(no_delay_of_an_accepted_connection()) != 0


async def no_delay_of_an_accepted_connection() -> int:
    found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def accepted(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted_socket = writer.get_extra_info("socket")
        found.set_result(accepted_socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    listener = bind("127.0.0.1", 0)
    async with await asyncio.start_server(accepted, sock=listener):
        _, writer = await asyncio.open_connection(*listener.getsockname())
        no_delay = await found
        writer.close()
    return no_delay
