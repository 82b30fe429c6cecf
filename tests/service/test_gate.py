"""So many at work, so many waiting, the rest refused; what nobody waits for is not begun."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator

import pytest

from service.bounded_captioner import BoundedCaptioner
from service.errors import BusyError, RequestTimeoutError
from service.http.gate import CLIENT, DEADLINE, Gate
from vision.errors import ModelTimeoutError
from vision.types import Caption


class Work:
    """Calls that end when they are told to."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.may_end = threading.Event()

    def __call__(self, number: int) -> int:
        self.begun.append(number)
        assert self.may_end.wait(20)
        return number


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


def with_gate(test: Callable[[Gate, Work], Awaitable[None]]) -> None:
    """One place, two waiting."""
    gate, work = Gate("test", 1, 2), Work()

    async def main() -> None:
        try:
            await test(gate, work)
        finally:
            work.may_end.set()
            await until(lambda: gate.inside == 0)

    asyncio.run(main())
    gate.close()


def test_results_come_in_order_and_errors_are_raised() -> None:
    async def test(gate: Gate, work: Work) -> None:
        work.may_end.set()
        assert await asyncio.gather(*(gate.run(work, n) for n in range(3))) == [0, 1, 2]
        assert work.begun == [0, 1, 2]
        with pytest.raises(ZeroDivisionError):
            await gate.run(lambda: 1 // 0)

    with_gate(test)


def test_one_too_many_is_refused_at_once_but_not_what_was_let_in() -> None:
    async def test(gate: Gate, work: Work) -> None:
        tasks = [asyncio.ensure_future(gate.run(work, n)) for n in range(3)]
        await until(lambda: gate.inside == 3)
        assert gate.is_full
        with pytest.raises(BusyError, match="too many"):
            await gate.run(work, 4)
        late = asyncio.ensure_future(gate.run(work, 5, admitted=True))
        await until(lambda: gate.inside == 4)
        work.may_end.set()
        assert await asyncio.gather(*tasks, late) == [0, 1, 2, 5]
        assert not gate.is_full

    with_gate(test)


def test_a_caller_that_leaves_takes_its_waiting_work_along() -> None:
    async def test(gate: Gate, work: Work) -> None:
        first = asyncio.ensure_future(gate.run(work, 1))
        await until(lambda: work.begun == [1])
        second = asyncio.ensure_future(gate.run(work, 2))
        await until(lambda: gate.inside == 2)
        second.cancel()
        await until(lambda: gate.inside == 1)
        work.may_end.set()
        assert await first == 1
        assert work.begun == [1]

    with_gate(test)


def test_work_that_has_begun_keeps_its_place_until_it_ends() -> None:
    async def test(gate: Gate, work: Work) -> None:
        first = asyncio.ensure_future(gate.run(work, 1))
        await until(lambda: work.begun == [1])
        first.cancel()
        await asyncio.sleep(0.05)
        assert gate.inside == 1
        work.may_end.set()
        await until(lambda: gate.inside == 0)

    with_gate(test)


def test_the_deadline_ends_the_wait_and_drops_what_has_not_begun() -> None:
    async def test(gate: Gate, work: Work) -> None:
        DEADLINE.set(asyncio.get_running_loop().time() + 0.1)
        found = await asyncio.gather(gate.run(work, 1), gate.run(work, 2), return_exceptions=True)
        assert [type(one) for one in found] == [RequestTimeoutError] * 2
        assert gate.inside == 1
        work.may_end.set()
        await until(lambda: gate.inside == 0)
        assert work.begun == [1]
        with pytest.raises(RequestTimeoutError):
            await gate.run(work, 3)  # the time is over already

    with_gate(test)


def test_a_captioner_without_a_free_place_is_too_slow() -> None:
    class Slow:
        name = "slow"

        def __init__(self) -> None:
            self.begun, self.may_end = threading.Event(), threading.Event()

        def caption(self, images: object) -> list[Caption]:
            self.begun.set()
            assert self.may_end.wait(20)
            return []

    slow = Slow()
    bounded = BoundedCaptioner(slow, places=1, wait_s=0.05)
    thread = threading.Thread(target=bounded.caption, args=([],))
    thread.start()
    assert slow.begun.wait(20)
    with pytest.raises(ModelTimeoutError, match="no place"):
        bounded.caption([])
    slow.may_end.set()
    thread.join()
    assert bounded.caption([]) == []
    assert bounded.name == "slow"


async def as_client(name: str, gate: Gate, work: Work, number: int) -> int:
    CLIENT.set(name)
    return await gate.run(work, number)


def test_clients_take_turns() -> None:
    async def main() -> None:
        gate, work = Gate("test", 1, 9), Work()
        tasks = [asyncio.ensure_future(as_client("a", gate, work, 0))]
        await until(lambda: work.begun == [0])
        for number, name in enumerate("aaabca", start=1):
            tasks.append(asyncio.ensure_future(as_client(name, gate, work, number)))
            await until(lambda: gate.inside == len(tasks))
        work.may_end.set()
        await asyncio.gather(*tasks)
        assert work.begun == [0, 1, 4, 5, 2, 3, 6]
        gate.close()

    asyncio.run(main())


def test_who_asks_for_much_loses_a_place_to_who_asks_for_little() -> None:
    async def main() -> None:
        gate, work = Gate("test", 1, 3), Work()
        first = asyncio.ensure_future(as_client("a", gate, work, 0))
        await until(lambda: work.begun == [0])
        greedy = [asyncio.ensure_future(as_client("a", gate, work, n)) for n in (1, 2, 3)]
        await until(lambda: gate.is_full)
        modest = asyncio.ensure_future(as_client("b", gate, work, 4))
        with pytest.raises(BusyError, match="too many"):
            await greedy[2]
        assert gate.inside == 4
        work.may_end.set()
        assert await asyncio.gather(first, modest, *greedy[:2]) == [0, 4, 1, 2]
        assert work.begun == [0, 1, 4, 2]
        gate.close()

    asyncio.run(main())


def test_nobody_loses_a_place_to_who_has_as_many() -> None:
    async def main() -> None:
        gate, work = Gate("test", 1, 2), Work()
        first = asyncio.ensure_future(as_client("a", gate, work, 0))
        await until(lambda: work.begun == [0])
        others = [asyncio.ensure_future(as_client(name, gate, work, 1)) for name in "ab"]
        await until(lambda: gate.is_full)
        for name in "abc":
            with pytest.raises(BusyError):
                await as_client(name, gate, work, 2)
        work.may_end.set()
        await asyncio.gather(first, *others)
        gate.close()

    asyncio.run(main())


def test_what_was_let_in_does_not_lose_its_place() -> None:
    async def main() -> None:
        gate, work = Gate("test", 1, 2), Work()
        first = asyncio.ensure_future(gate.run(work, 0))
        await until(lambda: work.begun == [0])
        others = [asyncio.ensure_future(gate.run(work, n, admitted=True)) for n in (1, 2)]
        await until(lambda: gate.is_full)
        with pytest.raises(BusyError):
            await as_client("b", gate, work, 3)
        work.may_end.set()
        assert await asyncio.gather(first, *others) == [0, 1, 2]
        gate.close()

    asyncio.run(main())


def test_closing_drops_what_waits() -> None:
    async def main() -> None:
        gate, work = Gate("test", 1, 2), Work()
        first = asyncio.ensure_future(gate.run(work, 0))
        await until(lambda: work.begun == [0])
        waiting = asyncio.ensure_future(gate.run(work, 1))
        await until(lambda: gate.inside == 2)
        gate.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        work.may_end.set()
        assert await first == 0
        with pytest.raises(RuntimeError):
            await gate.run(work, 2)
        assert gate.inside == 0

    asyncio.run(main())


def numbers(work: Work, count: int) -> Iterator[int]:
    for number in range(count):
        yield work(number)


def test_a_stream_is_one_call_and_gives_its_pieces_in_order() -> None:
    async def test(gate: Gate, work: Work) -> None:
        work.may_end.set()
        found = []
        async for piece in gate.stream(numbers(work, 5)):
            found.append((piece, gate.inside <= 1))
        assert found == [(number, True) for number in range(5)]

    with_gate(test)


def test_what_a_stream_raises_comes_after_its_pieces() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError

    async def test(gate: Gate, _: Work) -> None:
        pieces = gate.stream(broken())
        assert await anext(pieces) == 1
        with pytest.raises(ZeroDivisionError):
            await anext(pieces)

    with_gate(test)


def test_a_stream_that_nobody_reads_ends() -> None:
    async def test(gate: Gate, work: Work) -> None:
        work.may_end.set()
        pieces = gate.stream(numbers(work, 1_000_000))
        assert await anext(pieces) == 0
        await pieces.aclose()
        await until(lambda: gate.inside == 0)
        assert len(work.begun) < 1_000_000

    with_gate(test)


def test_streams_of_one_client_leave_room_for_another() -> None:
    async def main() -> None:
        gate, work = Gate("test", 1, 3), Work()

        async def streamed() -> object:
            CLIENT.set("a")
            try:
                return [piece async for piece in gate.stream(numbers(work, 1))]
            except BusyError as error:
                return error

        greedy = [asyncio.ensure_future(streamed()) for _ in range(40)]
        await until(lambda: gate.is_full and sum(one.done() for one in greedy) == 36)
        modest = asyncio.ensure_future(as_client("b", gate, work, 99))
        await until(lambda: sum(one.done() for one in greedy) == 37)  # one lost its place
        work.may_end.set()
        assert await modest == 99
        ended = await asyncio.gather(*greedy)
        assert [type(one) for one in ended].count(BusyError) == 37
        gate.close()

    asyncio.run(main())


def test_who_is_too_late_takes_no_place_from_another() -> None:
    async def main() -> None:
        gate, work = Gate("test", 1, 2), Work()
        first = asyncio.ensure_future(as_client("a", gate, work, 0))
        await until(lambda: work.begun == [0])
        others = [asyncio.ensure_future(as_client("a", gate, work, n)) for n in (1, 2)]
        await until(lambda: gate.is_full)
        DEADLINE.set(asyncio.get_running_loop().time() - 1)
        with pytest.raises(RequestTimeoutError):
            await as_client("b", gate, work, 3)
        work.may_end.set()
        assert await asyncio.gather(first, *others) == [0, 1, 2]
        gate.close()

    asyncio.run(main())
