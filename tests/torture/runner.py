"""Sends cases to a server and says what was wrong."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from tests.torture.case import Case

_BOUNDARY = b"torture-4d8f0e"
TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Outcome:
    """What a server said to one case."""

    case: Case
    status: int
    """0: no answer within ``TIMEOUT_S``, or the connection broke."""
    body: bytes
    content_type: str
    seconds: float

    @property
    def fault(self) -> str:
        """What is wrong with it; empty where nothing is."""
        if self.status not in self.case.allowed:
            allowed = sorted(self.case.allowed)
            return f"{self.case.name}: {self.status}, allowed {allowed}: {self.body[:200]!r}"
        if self.status == 200:
            return self._wrong_size()
        is_problem = self.content_type == "application/problem+json"
        if not is_problem or json.loads(self.body)["status"] != self.status:
            return f"{self.case.name}: {self.status} is no problem: {self.content_type}"
        return f"{self.case.name}: a trace" if b"Traceback" in self.body else ""

    def _wrong_size(self) -> str:
        photo = json.loads(self.body)["photo"]
        size = (photo["width"], photo["height"])
        return "" if self.case.size in {None, size} else f"{self.case.name}: {size}"


def multipart(case: Case) -> tuple[bytes, dict[str, str]]:
    """Gives the body and the headers of a request, any bytes in its file name."""
    head = (
        b'--%s\r\nContent-Disposition: form-data; name="photo"; filename="%s"\r\n'
        b"Content-Type: %s\r\n\r\n"
    ) % (_BOUNDARY, case.file_name, case.content_type)
    kind = f"multipart/form-data; boundary={_BOUNDARY.decode()}"
    return head + case.data + b"\r\n--%s--\r\n" % _BOUNDARY, {"Content-Type": kind}


async def send_all(address: str, cases: Sequence[Case], at_once: int) -> list[Outcome]:
    """Sends every case once, so many at a time, in order."""
    places = asyncio.Semaphore(at_once)
    limits = httpx.Limits(max_connections=at_once)
    async with httpx.AsyncClient(base_url=address, timeout=TIMEOUT_S, limits=limits) as client:

        async def send(case: Case) -> Outcome:
            async with places:
                return await _sent(client, case)

        return list(await asyncio.gather(*(send(case) for case in cases)))


async def _sent(client: httpx.AsyncClient, case: Case) -> Outcome:
    body, headers = multipart(case)
    before = time.perf_counter()
    try:
        response = await client.post("/v1/search", content=body, headers=headers)
    except httpx.HTTPError as error:
        took = time.perf_counter() - before
        return Outcome(case, 0, repr(error).encode(), "", took)
    took = time.perf_counter() - before
    kind = response.headers.get("content-type", "")
    return Outcome(case, response.status_code, response.content, kind, took)
