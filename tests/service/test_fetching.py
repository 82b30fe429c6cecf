"""Pictures by URL: a real local server, and addresses that must not be reached."""

import email.utils
import http.server
import ipaddress
import socket
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import httpcore
import pytest

from service.errors import FetchError
from service.fetch_addresses import is_public
from service.fetch_hosts import MAX_AT_ONCE
from service.fetching import Fetched, Fetcher, FetchLimits

BODY = b"picture" * 100
MODIFIED = "Tue, 24 Nov 2026 10:00:00 GMT"


class Handler(http.server.BaseHTTPRequestHandler):
    seen: list[str]
    running: list[int]
    most: list[int]
    lock: threading.Lock

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
        elif self.path in self.ODD:
            self.ODD[self.path](self)
        elif self.path.startswith("/wait:"):
            self.send_response(429 if self.seen.count(self.path) == 1 else 200)
            self.send_header("Retry-After", self.path.removeprefix("/wait:").replace("_", " "))
            self.end_headers()
            self.wfile.write(BODY)
        elif self.path.startswith("/to:"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to:"))
            self.end_headers()
        else:
            self.send_error(404)

    def _slow_headers(self) -> None:
        self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + bytes(100))

    def _slow_body(self) -> None:
        self.send_response(200)
        self.end_headers()
        self._drip(BODY)

    def _promises_much(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "99999999999")
        self.end_headers()

    def _silent(self) -> None:
        time.sleep(3)

    def _drip(self, data: bytes) -> None:
        for byte in data[:40]:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(0.1)

    def _marked(self) -> None:
        same = '"v1"' in (self.headers["If-None-Match"] or "")
        same |= self.headers["If-Modified-Since"] == MODIFIED
        self.send_response(304 if same else 200)
        self.send_header("ETag", '"v1"')
        self.send_header("Last-Modified", MODIFIED)
        self.end_headers()
        if not same:
            self.wfile.write(BODY)

    def _busy(self) -> None:
        with self.lock:
            self.running.append(1)
            self.most.append(len(self.running))
        time.sleep(0.05)
        with self.lock:
            self.running.pop()
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass

    ODD: ClassVar = {
        "/slow-headers": _slow_headers,
        "/slow-body": _slow_body,
        "/silent": _silent,
        "/marked": _marked,
        "/busy": _busy,
        "/promises-much": _promises_much,
    }


class QuietServer(http.server.ThreadingHTTPServer):
    def handle_error(self, *_arguments: object) -> None:
        """A client that hangs up in the middle is what these tests are about."""


@pytest.fixture
def handler() -> type[Handler]:
    fresh = {"seen": [], "running": [], "most": [], "lock": threading.Lock()}
    return type("Fresh", (Handler,), fresh)


@pytest.fixture
def server(handler: type[Handler]) -> Iterator[str]:
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


@pytest.mark.parametrize("path", ["/slow-headers", "/slow-body", "/silent"])
def test_a_slow_answer_is_cut_at_the_time_limit(server: str, path: str) -> None:
    limited = fetcher(timeout_s=0.5)
    before = time.monotonic()
    with pytest.raises(FetchError, match=r"not done within 0\.5 s"):
        limited.fetch(f"{server}{path}")
    assert time.monotonic() - before < 9  # three tries and what lies between them, not 4 s each


def test_a_body_that_is_promised_too_large_is_not_read(server: str) -> None:
    with pytest.raises(FetchError, match="more than 20,000,000 bytes"):
        fetcher().fetch(f"{server}/promises-much")


def test_four_at_once_is_the_most_for_one_host(server: str, handler: type[Handler]) -> None:
    one = fetcher()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: one.fetch(f"{server}/busy"), range(32)))
    assert len(handler.most) == 32
    assert max(handler.most) == MAX_AT_ONCE


@pytest.mark.parametrize("form", ["1", "date"])
def test_a_host_that_asks_for_time_is_given_it(server: str, form: str) -> None:
    date = email.utils.formatdate(time.time() + 2, usegmt=True).replace(" ", "_")
    path = "/wait:1" if form == "1" else f"/wait:{date}"
    before = time.monotonic()
    assert fetcher().fetch(f"{server}{path}") == BODY
    assert time.monotonic() - before > 0.9


def test_a_host_that_asks_for_much_time_is_left_alone(server: str, handler: type[Handler]) -> None:
    with pytest.raises(FetchError, match="status 429, retry after 3600 s"):
        fetcher().fetch(f"{server}/wait:3600")
    assert handler.seen == ["/wait:3600"]


def test_an_unchanged_picture_is_not_sent_again(server: str) -> None:
    one = fetcher()
    first = one.fetch_if_changed(f"{server}/marked")
    assert first == Fetched(BODY, '"v1"', MODIFIED)
    assert one.fetch_if_changed(f"{server}/marked", '"v1"', MODIFIED).data is None
    assert one.fetch_if_changed(f"{server}/marked", "", MODIFIED).data is None
    assert one.fetch_if_changed(f"{server}/marked", '"v0"', MODIFIED).data == BODY


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.org/x", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("gopher://example.org/", "only http and https"),
        ("data:image/png;base64,AA==", "only http and https"),
        ("javascript:1", "only http and https"),
        ("nonsense", "only http and https"),
        ("http://", "names no host"),
        ("http://user:word@example.org/x", "user name or password"),
        ("http://[::1", "no readable address"),
        ("http://example.org:99999/", "no readable address"),
    ],
)
def test_other_schemes_and_broken_addresses_are_refused(url: str, reason: str) -> None:
    with pytest.raises(FetchError, match=reason):
        Fetcher(FetchLimits()).fetch(url)


# F1: no connection ever goes to an address that is not public

CLOSED = [
    "127.0.0.1", "127.1", "127.255.255.254", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1",
    "017700000001", "127.0.1", "localhost", "LOCALHOST", "localhost.", "0.0.0.0", "0", "00.0.0.0",
    "10.0.0.1", "10.255.255.255", "167772161", "172.16.0.1", "172.31.255.255", "192.168.0.1",
    "0xc0a80001", "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376",
    "169.254.0.1", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.0.8", "192.0.2.1",
    "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255",
    "240.0.0.1", "255.255.255.255", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[::ffff:169.254.169.254]", "[::ffff:10.0.0.1]", "[::127.0.0.1]",
    "[::10.0.0.1]", "[fe80::1]", "[fe80::1%251]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]",
    "[ff02::1]", "[100::1]", "[2001:db8::1]", "[3fff::1]", "[5f00::1]", "[2002:7f00:1::]",
    "[2002:a00:1::1]", "[2002:a9fe:a9fe::]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::1]", "[2001:0:7f00:1::]", "[2001:0:0:0:0:0:80ff:fffe]",
    "[2606:4700::5efe:7f00:1]", "[2606:4700::200:5efe:a00:1]", "１２７.0.0.1", "①②⑦.0.0.1",
    "127。0。0。1", "private.example", "mixed.example", "mapped.example",
]  # fmt: skip
NAMES = {
    "private.example": ["10.0.0.5"],
    "mixed.example": ["93.184.216.34", "127.0.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "public.example": ["93.184.216.34"],
}
connections: list[str] = []


def note_connection(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        connections.append(str(arguments[1]))


sys.addaudithook(note_connection)  # of Python itself: no connection is made past it


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Answers for names that end with ``.example``; counts how often each is asked for."""
    asked: dict[str, int] = {}
    real = socket.getaddrinfo

    def answer(host: str, port: int, *rest: object, **more: object) -> list[object]:
        if not str(host).endswith(".example"):
            return real(host, port, *rest, **more)  # type: ignore[arg-type, return-value]
        asked[host] = asked.get(host, 0) + 1
        found = NAMES.get(host) or (["93.184.216.34"] if asked[host] == 1 else ["127.0.0.1"])
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, port))
            for one in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize("host", CLOSED)
def test_no_connection_is_made_to_an_address_that_is_not_public(
    server: str, names: dict[str, int], host: str
) -> None:
    port = server.rsplit(":", 1)[1]
    connections.clear()
    with pytest.raises(FetchError, match=r"public internet|not known|no readable"):
        Fetcher(FetchLimits()).fetch(f"http://{host}:{port}/ok")
    assert connections == []


class PublicIsHere(httpcore.SyncBackend):
    """Connects to the test's own server in place of the one public address of these tests."""

    def __init__(self, server: str) -> None:
        self.port = int(server.rsplit(":", 1)[1])
        self.asked: list[str] = []

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        self.asked.append(host)
        assert host == "93.184.216.34"
        return super().connect_tcp("127.0.0.1", self.port, timeout)


def public_fetcher(server: str) -> tuple[Fetcher, PublicIsHere]:
    one = Fetcher(FetchLimits())
    backend = PublicIsHere(server)
    one._pool._network_backend._inner = backend  # type: ignore[attr-defined]
    return one, backend


@pytest.mark.parametrize("host", CLOSED)
def test_no_redirect_leads_to_an_address_that_is_not_public(
    server: str, names: dict[str, int], host: str
) -> None:
    one, backend = public_fetcher(server)
    target = host.encode("ascii", "ignore").decode() or "127.0.0.1"
    with pytest.raises(FetchError, match=r"public internet|not known|no readable"):
        one.fetch(f"http://public.example/to:http://{target}:{backend.port}/ok")
    assert backend.asked == ["93.184.216.34"]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://x/", "data:,x", "ftp://x/"])
def test_no_redirect_leads_to_another_scheme(
    server: str, names: dict[str, int], target: str
) -> None:
    one, _ = public_fetcher(server)
    with pytest.raises(FetchError, match="only http and https are fetched"):
        one.fetch(f"http://public.example/to:{target}")


def test_a_name_is_looked_up_once_a_connection_and_checked_each_time(
    server: str, names: dict[str, int]
) -> None:
    """A name that is public at first and private at the next look-up gets nowhere."""
    one, backend = public_fetcher(server)
    assert one.fetch("http://changing.example/ok") == BODY
    assert (names["changing.example"], backend.asked) == (1, ["93.184.216.34"])
    with pytest.raises(FetchError, match="public internet"):
        one.fetch("http://changing.example:8080/ok")
    assert backend.asked == ["93.184.216.34"]


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
        "fec0::1",
        "64:ff9b:1::1",
        "2606:4700::5efe:7f00:1",
    ],
)
def test_an_address_that_is_not_for_everybody_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111"])
def test_an_address_for_everybody_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
