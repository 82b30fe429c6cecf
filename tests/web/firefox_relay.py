"""Firefox as Playwright expects it: ``firefox_relay.py FIREFOX ARGUMENTS...``.

Playwright speaks WebDriver BiDi to a stock Firefox, but asks for one command more than Debian's ESR
153 knows, before anything else. This starts Firefox, stands between the two and answers that
command itself; everything else passes unchanged. Not needed once ESR knows the command.

Source: https://www.w3.org/TR/webdriver-bidi/#protocol
"""

import contextlib
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterable
from typing import IO

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve

UNKNOWN = "emulation.setMediaFeaturesOverride"
"""Asked for on every page; the tests set its one use, reduced motion, as a preference."""
READY = "WebDriver BiDi listening on "
"""What Firefox says on stderr, and what Playwright looks for there."""


def main(command: list[str]) -> int:
    """Gives the exit code of Firefox, once it has ended."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as firefox:
        assert firefox.stderr is not None
        address = address_in(firefox.stderr)

        def stand_between(playwright: ServerConnection) -> None:
            relay(playwright, f"{address}/session")

        with serve(stand_between, "127.0.0.1", 0, max_size=None) as server:
            threading.Thread(target=pass_on, args=(firefox.stderr,), daemon=True).start()
            threading.Thread(target=server.serve_forever, daemon=True).start()
            say(f"{READY}ws://127.0.0.1:{server.socket.getsockname()[1]}")
            return firefox.wait()


def address_in(lines: IO[str]) -> str:
    """Gives where Firefox listens; ends the process with its words where it does not."""
    said = []
    for line in lines:
        if found := re.search(rf"{READY}(ws://\S+)", line):
            return found[1]
        said.append(line)
    raise SystemExit("".join(said) or "Firefox ended without a word")


def relay(playwright: ServerConnection, address: str) -> None:
    """Passes every message on, either way, until one side hangs up."""
    with connect(address, max_size=None) as firefox:

        def answers() -> None:
            with contextlib.suppress(ConnectionClosed):
                for message in firefox:
                    playwright.send(message)
            playwright.close()

        threading.Thread(target=answers, daemon=True).start()
        with contextlib.suppress(ConnectionClosed):
            for message in playwright:
                asked = json.loads(message)
                if asked["method"] == UNKNOWN:
                    reply = {"type": "success", "id": asked["id"], "result": {}}
                    playwright.send(json.dumps(reply))
                else:
                    firefox.send(message)


def pass_on(lines: Iterable[str]) -> None:
    for line in lines:
        say(line.rstrip())


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
