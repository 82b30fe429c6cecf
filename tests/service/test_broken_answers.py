"""What foreign hosts send that is none of what they should: an error, never the end of a run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.errors import FetchError
from service.fetching import ATTEMPTS, Fetcher, FetchLimits
from tests.fakes import encoded, picture
from tests.service.picture_server import Answer, PictureServer
from tests.service.test_indexing_stages import Bench, rejects, row

BODY = b"picture" * 100
BEFORE_TIME = "Mon, 01 Jan 2020 00:00:00 +9999999999999"


@pytest.fixture
def server() -> Iterator[PictureServer]:
    one = PictureServer()
    yield one
    one.close()


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    one = Fetcher(FetchLimits(allow_private=True))
    yield one
    one.close()


@pytest.mark.parametrize("host", ["xn--", "xn--a", "xn--zzzzzzzzzzzz99999"])
def test_a_host_in_punycode_that_is_none_is_no_readable_address(
    server: PictureServer, fetcher: Fetcher, host: str
) -> None:
    with pytest.raises(FetchError, match="no readable address"):
        fetcher.fetch(f"http://{host}/i.jpg")
    server.answers["/to"] = [Answer(302, headers={"Location": f"http://{host}/i.jpg"})]
    with pytest.raises(FetchError, match="no readable address"):
        fetcher.fetch(f"{server.address}/to")


@pytest.mark.parametrize(
    "value", [BEFORE_TIME, "Mon, 01 Jan 0001 00:00:00 +2359", "1" * 400, "-5", "soon", "\xb2"]
)
def test_a_retry_after_that_is_no_time_is_no_error(
    server: PictureServer, fetcher: Fetcher, value: str
) -> None:
    server.answers["/i"] = [Answer(503, headers={"Retry-After": value})]
    with pytest.raises(FetchError, match="status 503"):
        fetcher.fetch(f"{server.address}/i")


@pytest.mark.parametrize("first", [Answer(is_hung_up=True), Answer(200, BODY, cut=10)])
def test_a_connection_that_breaks_is_tried_again(
    server: PictureServer, fetcher: Fetcher, first: Answer
) -> None:
    server.answers["/i"] = [first, Answer(200, BODY)]
    assert fetcher.fetch(f"{server.address}/i") == BODY
    assert len(server.asked) == 2


@pytest.mark.parametrize("answer", [Answer(is_hung_up=True), Answer(200, BODY, cut=10)])
def test_a_connection_that_breaks_each_time_is_an_error_in_the_end(
    server: PictureServer, fetcher: Fetcher, answer: Answer
) -> None:
    server.answers["/i"] = [answer]
    with pytest.raises(FetchError, match="no readable HTTP"):
        fetcher.fetch(f"{server.address}/i")
    assert len(server.asked) == ATTEMPTS


def test_a_feed_with_such_hosts_is_indexed_to_its_end(
    tmp_path: Path, server: PictureServer
) -> None:
    bench = Bench(tmp_path)
    server.answers["/time"] = [Answer(503, headers={"Retry-After": BEFORE_TIME})]
    server.answers["/once"] = [Answer(is_hung_up=True), Answer(200, encoded(picture("red")))]
    addresses = ["http://xn--/i.jpg", f"{server.address}/time", f"{server.address}/once"]
    rows = [row(i, image_link=one) for i, one in enumerate(addresses)]
    counts = bench.run(bench.feed([*rows, row(3)]))
    assert (counts.added, counts.rejected) == (2, 2)
    assert [one["id"] for one in rejects(counts)] == ["p0", "p1"]
    bench.store.close()
