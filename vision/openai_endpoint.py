"""Where a remote model is served, and how long it is waited for."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from vision.errors import UnknownModelError

_NAME = re.compile(r"openai:(?P<model>.+)@(?P<base_url>https?://[^\s@]+)")
"""The model's own name may hold ``@``, ``:`` and ``/``."""


@dataclass(frozen=True)
class Endpoint:
    """A model and where it is served."""

    model: str
    base_url: str
    """With the version: ``http://localhost:8000/v1``."""


def parse_openai_name(name: str) -> Endpoint:
    """Gives the parts of ``openai:MODEL@BASE_URL``.

    Raises:
        UnknownModelError: the name is of another form.
    """
    found = _NAME.fullmatch(name.strip())
    if found is None or urlsplit(found["base_url"]).hostname is None:
        raise UnknownModelError(
            f"the model {name!r}: allowed is openai:MODEL@BASE_URL, as in "
            "openai:Qwen/Qwen3-VL-4B-Instruct@http://localhost:8000/v1"
        )
    return Endpoint(found["model"], found["base_url"])


@dataclass(frozen=True)
class Patience:
    """How long, and how often, an endpoint is waited for."""

    connect_timeout_s: float = 5.0
    read_timeout_s: float = 30.0
    """Between two pieces of a response; the first comes when the model has read the picture."""
    attempts: int = 3
    """Of one request, when the endpoint is overloaded or cuts the connection."""
    failures_to_open: int = 5
    """So many answers in a row that failed, and nothing is asked for ``reset_s``."""
    reset_s: float = 30.0


DEFAULT_PATIENCE = Patience()
