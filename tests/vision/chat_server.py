"""A local HTTP server that speaks /chat/completions, well or badly, as a script tells it."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

from vision.openai_chat import OpenAIChat
from vision.openai_endpoint import Endpoint, Patience

Reply: TypeAlias = Callable[["Connection", dict[str, Any]], None]
"""Writes the response to one request."""


class ChatServer:
    """Each request gets the next reply of the script; the last one stays."""

    def __init__(self, port: int) -> None:
        self.base_url = f"http://127.0.0.1:{port}/v1"
        self.script: list[Reply] = []
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()

    def next_reply(self, body: dict[str, Any], headers: dict[str, str]) -> Reply:
        with self._lock:
            self.bodies.append(body)
            self.headers.append(headers)
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]


class Connection(BaseHTTPRequestHandler):
    """One client's connection."""

    protocol_version = "HTTP/1.1"
    chat: ChatServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.chat.next_reply(body, headers)
        try:
            reply(self, body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *_arguments: object) -> None:
        """Tests print nothing."""

    def start(self, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send_all(self, payload: bytes, status: int = 200, **headers: str) -> None:
        headers.setdefault("Content_Type", "application/json")
        self.start(status, Content_Length=str(len(payload)), **headers)
        self.wfile.write(payload)

    def send_event(self, data: str) -> None:
        line = f"data: {data}\n\n".encode()
        self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
        self.wfile.flush()


@contextmanager
def running_server() -> Iterator[ChatServer]:
    """Serves until the block ends; replies that hang end then too."""
    handler = type("Handler", (Connection,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        handler.chat = chat = ChatServer(http.server_address[1])
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield chat
        finally:
            chat.closing.set()
            http.shutdown()
            thread.join()


@contextmanager
def open_chat(server: ChatServer, key: str = "", **patience: float) -> Iterator[OpenAIChat]:
    """Gives a client of the server until the block ends."""
    endpoint = Endpoint("org/model-1", server.base_url)
    chat = OpenAIChat(endpoint, key, Patience(**patience))  # type: ignore[arg-type]
    try:
        yield chat
    finally:
        chat.close()


def completion(text: str | None, reason: str = "stop") -> bytes:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return json.dumps({"id": "1", "object": "chat.completion", "choices": [choice]}).encode()


def says(text: str | None, reason: str = "stop") -> Reply:
    return lambda connection, _body: connection.send_all(completion(text, reason))


def sends(payload: bytes, content_type: str = "application/json") -> Reply:
    return lambda connection, _body: connection.send_all(payload, Content_Type=content_type)


def refuses(status: int, message: str = "no", **headers: str) -> Reply:
    payload = json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()
    return lambda connection, _body: connection.send_all(payload, status, **headers)


def knows_formats(*known: str, refusal: int, text: str = "{}") -> Reply:
    """Answers, or refuses a request whose ``response_format`` is not one of these."""

    def reply(connection: Connection, body: dict[str, Any]) -> None:
        form = body.get("response_format", {"type": "none"})["type"]
        (says(text) if form in known else refuses(refusal))(connection, body)

    return reply


def event(piece: str | None, reason: str | None = None) -> str:
    choice = {"index": 0, "delta": {"content": piece} if piece else {}, "finish_reason": reason}
    return json.dumps({"id": "1", "object": "chat.completion.chunk", "choices": [choice]})


def streams(
    pieces: Sequence[str], ending: Sequence[str] = (event(None, "stop"), "[DONE]")
) -> Reply:
    """Sends the pieces as events, then the ending, then closes the stream as it should be."""

    def reply(connection: Connection, _body: dict[str, Any]) -> None:
        connection.start(Content_Type="text/event-stream", Transfer_Encoding="chunked")
        for data in [*map(event, pieces), *ending]:
            connection.send_event(data)
        connection.wfile.write(b"0\r\n\r\n")

    return reply


def breaks_off(pieces: Sequence[str]) -> Reply:
    """Sends some events of a stream and drops the connection."""

    def reply(connection: Connection, _body: dict[str, Any]) -> None:
        connection.start(Content_Type="text/event-stream", Transfer_Encoding="chunked")
        for piece in pieces:
            connection.send_event(event(piece))
        connection.close_connection = True

    return reply


def hangs(connection: Connection, _body: dict[str, Any]) -> None:
    """Takes the request and says nothing."""
    connection.chat.closing.wait()
    connection.close_connection = True


def drips(payload: bytes, pause_s: float) -> Reply:
    """Sends a response byte by byte, header included."""

    def reply(connection: Connection, _body: dict[str, Any]) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(payload)}\r\n\r\n".encode()
        for byte in head + payload:
            if connection.chat.closing.wait(pause_s):
                break
            connection.wfile.write(bytes([byte]))
            connection.wfile.flush()
        connection.close_connection = True

    return reply


def streams_without_end(connection: Connection, _body: dict[str, Any]) -> None:
    """Sends events as fast as they are read."""
    connection.start(Content_Type="text/event-stream", Transfer_Encoding="chunked")
    while not connection.chat.closing.is_set():
        connection.send_event(event("word " * 1000))
