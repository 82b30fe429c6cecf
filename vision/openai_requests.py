"""What goes to an OpenAI-compatible endpoint and what comes back, as plain values.

Only fields that vLLM, SGLang, Ollama and DashScope all take: model, messages, temperature,
max_tokens, response_format, stream.
Source: https://platform.openai.com/docs/api-reference/chat
"""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from vision.chat_schema import schema_wish
from vision.errors import ModelRefusedError
from vision.model_pictures import data_url
from vision.types import ChatMessage

FORMATS = ("json_schema", "json_object", "none")
"""Ways to ask for JSON, strictest first; Ollama's cloud and many of DashScope's take the second."""
REFUSED_FORMAT = frozenset({400, 404, 422, 500})
"""What servers answer to a ``response_format`` that they do not know."""
MAX_RESPONSE_BYTES = 1_000_000
"""300 tokens are below 100 kB, the events of a stream counted in."""
_SENT_HEADERS = frozenset(
    {"host", "connection", "accept", "accept-encoding", "authorization", "user-agent"}
    | {"content-type", "content-length"}
)


def chat_turns(messages: Sequence[ChatMessage]) -> list[dict[str, Any]]:
    """Gives the conversation as the endpoint takes it, pictures as ``data:`` URLs."""
    return [
        {"role": turn.role, "content": [_part(part) for part in turn.parts]} for turn in messages
    ]


def _part(part: Any) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    return {"type": "image_url", "image_url": {"url": data_url(part)}}


def format_fields(
    turns: list[dict[str, Any]], schema: Mapping[str, object] | None, form: str
) -> dict[str, Any]:
    """Gives ``messages`` and, but for ``none``, ``response_format``.

    Where the endpoint does not enforce the schema, the last turn ends with it in words.
    """
    if schema is None:
        return {"messages": turns}
    if form == "json_schema":
        named = {"name": "answer", "schema": dict(schema), "strict": True}
        return {
            "messages": turns,
            "response_format": {"type": "json_schema", "json_schema": named},
        }
    wish = {"type": "text", "text": schema_wish(schema)}
    asked = {"messages": [*turns[:-1], {**turns[-1], "content": [*turns[-1]["content"], wish]}]}
    return asked if form == "none" else {**asked, "response_format": {"type": "json_object"}}


def read_completion(completion: Any) -> tuple[str, str]:
    """Gives the text of an answer and why it ended.

    Raises:
        ValueError: the endpoint's answer is no chat completion.
    """
    try:
        choice = completion.choices[0]
        text, reason = choice.message.content, choice.finish_reason
    except (AttributeError, IndexError, TypeError) as error:
        raise ValueError("the answer is no chat completion") from error
    return (text if isinstance(text, str) else ""), str(reason)


def read_piece(chunk: Any) -> tuple[str, str | None]:
    """Gives the text of one event of a stream, and why the answer ended if it did.

    Raises:
        ValueError: the event is no part of a chat completion.
    """
    if not getattr(chunk, "choices", None):  # usage comes without a choice
        return "", None
    try:
        choice = chunk.choices[0]
        return choice.delta.content or "", choice.finish_reason
    except AttributeError as error:
        raise ValueError("an event is no part of a chat completion") from error


async def only_our_headers(request: httpx2.Request) -> None:
    """Takes off what the openai package reads from the environment; a hook of the HTTP client.

    ``OPENAI_ORG_ID``, ``OPENAI_PROJECT_ID`` and ``OPENAI_CUSTOM_HEADERS`` are meant for OpenAI,
    and this endpoint may be anybody's.
    """
    for name in set(request.headers) - _SENT_HEADERS:
        del request.headers[name]


async def cap_response(response: httpx2.Response) -> None:
    """Makes a response stop at ``MAX_RESPONSE_BYTES``; a hook of the HTTP client."""
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _Capped(response.stream)


class _Capped(httpx2.AsyncByteStream):
    """Bytes as they come from the network: the client asks for them uncompressed."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> Any:
        total = 0
        async for chunk in self._inner:
            total += len(chunk)
            if total > MAX_RESPONSE_BYTES:
                raise ModelRefusedError(f"an answer of more than {MAX_RESPONSE_BYTES} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()
