"""A host of pictures that answers as a test wants."""

import http.server
import threading
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class Answer:
    """What is sent for one request; with ``cut``, less of the body than was promised."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    is_hung_up: bool = False
    """Nothing at all is sent."""


class PictureServer:
    """Answers each path with what is listed for it, the last of it again and again."""

    def __init__(self, host: str = "127.0.0.1", asked: list[str] | None = None) -> None:
        self.answers: dict[str, list[Answer]] = defaultdict(lambda: [Answer(404)])
        self.asked = [] if asked is None else asked
        """``host/path`` of each request, in order; servers may share it."""
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(f"{host}{self.path}")
                answers = server.answers[self.path]
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                if answer.is_hung_up:
                    return
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(answer.body)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body[: len(answer.body) - answer.cut])

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer((host, 0), Handler)
        self.address = f"http://{host}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._server.server_close()
