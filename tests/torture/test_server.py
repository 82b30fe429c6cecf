"""A real server against strangers: the torture suite, slow clients, private data, SIGTERM."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.torture.case import OK, Case, saved, scene
from tests.torture.clients import connected, drip, leave, request_bytes
from tests.torture.make_files import all_cases
from tests.torture.pictures import MARKER, PLACE
from tests.torture.runner import send_all
from tests.torture.server import Server, running

GOOD = Case("good", saved(scene(200, 150), "JPEG"), OK)
SETTINGS = {
    "body_stall_s": 2,
    "body_timeout_s": 6,
    "decode_cpu_s": 2,
    "max_concurrent_searches": 4,
    "max_waiting_searches": 24,
    "drain_timeout_s": 15,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server"), has_model=False, **SETTINGS) as made:
        yield made


def good_ones(server: Server, count: int = 8, at_once: int = 4) -> None:
    outcomes = asyncio.run(send_all(server.address, [GOOD] * count, at_once))
    assert [one.fault for one in outcomes] == [""] * count


def metric(server: Server, line: str) -> float:
    text = httpx.get(f"{server.address}/metrics").text
    found = [one.split()[-1] for one in text.splitlines() if one.startswith(line)]
    return float(found[0]) if found else 0.0  # no such work yet


def test_the_suite_has_the_files_that_it_claims() -> None:
    assert len(all_cases()) >= 400


@pytest.mark.parametrize("at_once", [1, 16])
def test_no_file_falls_on_the_server_and_every_outcome_is_right(
    server: Server, at_once: int
) -> None:
    cases = [one for one in all_cases() if not one.is_heavy]
    cases = cases[:: 6 if at_once == 1 else 2]
    outcomes = asyncio.run(send_all(server.address, cases, at_once))
    assert [one.fault for one in outcomes if one.fault] == []
    private = (MARKER.encode(), PLACE.encode())
    assert not [one.case.name for one in outcomes if any(text in one.body for text in private)]
    good_ones(server)


def test_private_data_of_photos_and_names_is_nowhere(server: Server) -> None:
    cases = [one for one in all_cases() if "private" in one.name]
    assert len(cases) >= 10
    outcomes = asyncio.run(send_all(server.address, cases, 4))
    assert [one.fault for one in outcomes if one.fault] == []
    private = [MARKER.encode(), PLACE.encode(), *(one.data[-400:] for one in cases)]
    found = [path.name for path, data in server.written() for text in private if text in data]
    assert found == []
    assert "server.log" in {path.name for path, _ in server.written()}  # it was looked at


def test_a_body_that_drips_is_cut_and_a_good_request_does_not_wait_for_it(server: Server) -> None:
    request = request_bytes(GOOD)

    async def main() -> list[bytes]:
        drips = [asyncio.ensure_future(drip(server.address, request, 10)) for _ in range(200)]
        await asyncio.sleep(0.5)
        before = time.monotonic()
        outcomes = await send_all(server.address, [GOOD] * 4, 1)
        assert [one.fault for one in outcomes] == [""] * 4
        assert time.monotonic() - before < 10
        return await asyncio.gather(*drips)

    answers = asyncio.run(main())
    assert {one[:12] for one in answers} == {b"HTTP/1.1 408"}
    head, _, body = answers[0].partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    assert json.loads(body)["status"] == 408


def test_clients_that_leave_at_any_point_leave_nothing_behind(server: Server) -> None:
    request = request_bytes(GOOD)

    async def main() -> None:
        shares = [0.05, 0.5, 0.99, 1.0] * 10
        await asyncio.gather(*(leave(server.address, request, share) for share in shares))

    asyncio.run(main())
    until = time.monotonic() + 15
    while metric(server, 'snapshelf_inside{kind="searches"}') > 0:
        assert time.monotonic() < until, "a place is not freed"
        time.sleep(0.05)
    good_ones(server)


def test_a_body_larger_than_allowed_is_refused_before_it_has_come(server: Server) -> None:
    async def main() -> bytes:
        async with connected(server.address) as (reader, writer):
            writer.write(request_bytes(GOOD, length=30_000_000))
            return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 4)

    head = asyncio.run(main())
    assert head.startswith(b"HTTP/1.1 413")
    assert b"application/problem+json" in head


def test_more_than_the_queue_holds_is_refused_at_once_with_retry_after(server: Server) -> None:
    heavy = Case("large", saved(scene(1_600, 1_200), "JPEG"), frozenset({200, 503}))

    async def main() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=server.address, timeout=60) as client:
            files = {"photo": heavy.data}
            asked = (client.post("/v1/search", files=files) for _ in range(60))
            return await asyncio.gather(*asked)

    responses = asyncio.run(main())
    assert {one.status_code for one in responses} == {200, 503}
    refused = [one for one in responses if one.status_code == 503]
    assert all(one.headers["retry-after"].isdigit() for one in refused)
    assert all(one.headers["content-type"] == "application/problem+json" for one in refused)
    assert "too many" in refused[0].json()["detail"]
    assert sum(one.status_code == 200 for one in responses) >= 28  # 4 at work and 24 waiting
    assert httpx.get(f"{server.address}/health/ready").status_code == 200


def test_sigterm_ends_what_was_accepted_and_then_the_process(tmp_path: Path) -> None:
    with running(tmp_path, has_model=False, **SETTINGS) as server:
        heavy = Case("large", saved(scene(1_600, 1_200), "JPEG"), OK)

        async def main() -> tuple[list[str], int, float]:
            sending = asyncio.ensure_future(send_all(server.address, [heavy] * 16, 16))
            until = time.monotonic() + 30
            while await asyncio.to_thread(metric, server, 'snapshelf_inside{kind="searches"}') < 16:
                assert time.monotonic() < until
                if sending.done():
                    break
            before = time.monotonic()
            code = await asyncio.to_thread(server.stop)
            took = time.monotonic() - before
            return [one.fault for one in await sending], code, took

        faults, code, took = asyncio.run(main())
        assert faults == [""] * 16
        assert code == 0
        assert took < 20
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.address}/health/live")
        log = (server.folder / "server.log").read_text()
        assert "Traceback" not in log
        assert "rror" not in log
