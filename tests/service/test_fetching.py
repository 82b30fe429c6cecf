"""Pictures by URL: a real local server, and addresses that must not be reached."""

import http.server
import ipaddress
import threading
from collections.abc import Iterator

import pytest

from service.errors import FetchError
from service.fetching import Fetcher, FetchLimits, is_public

BODY = b"picture" * 100


class Handler(http.server.BaseHTTPRequestHandler):
    seen: list[str]
    failures: int

    def do_GET(self) -> None:
        self.seen.append(self.path)
        if self.path == "/flaky" and self.seen.count("/flaky") <= 2:
            self.send_error(503)
        elif self.path in {"/ok", "/flaky"}:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(BODY)
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(bytes(65536))
        elif self.path.startswith("/to:"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to:"))
            self.end_headers()
        else:
            self.send_error(404)

    def log_message(self, *_arguments: object) -> None:
        pass


class QuietServer(http.server.ThreadingHTTPServer):
    def handle_error(self, *_arguments: object) -> None:
        """A client that hangs up in the middle is what these tests are about."""


@pytest.fixture
def server() -> Iterator[str]:
    handler = type("Fresh", (Handler,), {"seen": []})
    server = QuietServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def fetcher(**limits: object) -> Fetcher:
    return Fetcher(FetchLimits(allow_private=True, **limits))  # type: ignore[arg-type]


def test_a_picture_comes_as_its_bytes(server: str) -> None:
    assert fetcher().fetch(f"{server}/ok") == BODY


def test_a_passing_fault_is_tried_again(server: str) -> None:
    assert fetcher().fetch(f"{server}/flaky") == BODY


def test_a_redirect_is_followed(server: str) -> None:
    assert fetcher().fetch(f"{server}/to:/ok") == BODY


def test_a_loop_of_redirects_ends(server: str) -> None:
    with pytest.raises(FetchError, match="redirects"):
        fetcher().fetch(f"{server}/to:{server}/to:{server}/to:{server}/to:{server}/to:/ok")


def test_a_missing_picture_names_the_status(server: str) -> None:
    with pytest.raises(FetchError, match="status 404"):
        fetcher().fetch(f"{server}/nothing")


def test_an_endless_body_is_cut(server: str) -> None:
    with pytest.raises(FetchError, match="more than 100,000 bytes"):
        fetcher(max_bytes=100_000).fetch(f"{server}/endless")


def test_private_addresses_are_refused_before_any_connection(server: str) -> None:
    strict = Fetcher(FetchLimits())
    port = server.rsplit(":", 1)[1]
    for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "0x7f.1"):
        with pytest.raises(FetchError, match=r"public internet|not known"):
            strict.fetch(f"http://{host}:{port}/ok")


@pytest.mark.parametrize(
    "url", ["ftp://example.org/x", "file:///etc/passwd", "http://", "nonsense"]
)
def test_other_schemes_and_broken_addresses_are_refused(url: str) -> None:
    with pytest.raises(FetchError):
        Fetcher(FetchLimits()).fetch(url)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "127.0.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "::127.0.0.1",
        "2001:0:0:0:0:0:80ff:fffe",
    ],
)
def test_an_address_that_is_not_for_everybody_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111"])
def test_an_address_for_everybody_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
