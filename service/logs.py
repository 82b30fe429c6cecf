"""What the server says while it works: one event a line, without photos, words or addresses.

Everything logs through the standard library; structlog gives the lines their form.
"""

import logging
import sys
from typing import Literal, TextIO

import structlog
from structlog.typing import Processor

LogFormat = Literal["auto", "text", "json"]
_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.ExtraAdder(),
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_OURS = ("service", "index", "vision", "scripts")


def configure(form: LogFormat = "auto", level: str = "INFO", stream: TextIO | None = None) -> None:
    """Sends every log line of the process to one stream.

    Args:
        form: json, an object a line; text, for people; auto, text on a terminal.
        level: a name of the standard library's, for this project's own lines; others' from WARNING.
        stream: where to; standard error when absent.
    """
    to = stream or sys.stderr
    handler = logging.StreamHandler(to)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_last(form, is_terminal=to.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)  # others log addresses and headers of what they ask for
    for name in _OURS:
        logging.getLogger(name).setLevel(level)


def _last(form: LogFormat, *, is_terminal: bool) -> list[Processor]:
    if form == "json" or (form == "auto" and not is_terminal):
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [structlog.dev.ConsoleRenderer(colors=is_terminal)]
