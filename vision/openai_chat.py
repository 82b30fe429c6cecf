"""Any OpenAI-compatible endpoint (vLLM, SGLang, Ollama, DashScope, ...) as a ``ChatModel``."""

import queue
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
import openai
import pybreaker
from anyio.from_thread import start_blocking_portal
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, stop_before_delay

from vision.errors import ModelRefusedError
from vision.openai_endpoint import DEFAULT_PATIENCE, Endpoint, Patience
from vision.openai_errors import FOREIGN, is_our_fault, is_worth_a_retry, model_error, pause_s
from vision.openai_requests import (
    FORMATS,
    REFUSED_FORMAT,
    cap_response,
    chat_turns,
    format_fields,
    only_our_headers,
    read_completion,
    read_piece,
)
from vision.types import ChatLimits, ChatMessage


class OpenAIChat:
    """Greedy answers of one remote model; safe to call from several threads.

    Requests run in one event loop in a thread of its own: only there does a deadline end them
    wherever they hang, in a header that drips as in a pause between attempts.
    """

    def __init__(
        self, endpoint: Endpoint, api_key: str = "", patience: Patience = DEFAULT_PATIENCE
    ) -> None:
        """Prepares a client; nothing is asked yet."""
        self.name = endpoint.model.rpartition("/")[2]
        self._endpoint = endpoint
        self._secret = api_key
        self._patience = patience
        self._format = 0  # of FORMATS: the strictest that the endpoint is known to take
        self._breaker = pybreaker.CircuitBreaker(
            fail_max=patience.failures_to_open,
            reset_timeout=patience.reset_s,
            exclude=[is_our_fault],
            throw_new_error_on_trip=False,
        )
        self._client = _client(endpoint.base_url, api_key or "none")
        stack = ExitStack()
        self._portal = stack.enter_context(start_blocking_portal(name=f"{self.name} client"))
        stack.callback(self._portal.call, self._client.close)
        self._close = weakref.finalize(self, _ended, stack, self._portal.call(threading.get_ident))

    def close(self) -> None:
        """Ends the connections and the thread; also done when the object is collected."""
        self._close()

    def complete(
        self,
        messages: Sequence[ChatMessage],
        limits: ChatLimits,
        schema: Mapping[str, object] | None = None,
    ) -> str:
        """Gives the whole answer.

        A schema is sent as ``response_format``; where the endpoint refuses that, as the wish
        for any JSON object, then in words alone. What it takes is remembered.

        Raises:
            ModelTimeoutError: the deadline passed, attempts and pauses included.
            ModelRefusedError: the endpoint refused this request or filtered its answer; JSON
                was asked for and did not end within the limit.
            ModelUnavailableError: the endpoint does not work, or has not for some time.
        """
        body = self._body(limits)
        turns = chat_turns(messages)  # pictures are encoded here, not in the loop
        with self._foreign_errors(), self._breaker.calling():
            text, reason = self._result(self._complete, body, turns, limits.timeout_s, schema)
            self._check_ending(reason)
            if schema is not None and reason == "length":
                raise ModelRefusedError(
                    f"{self.name}: the JSON did not end within {limits.max_tokens} tokens"
                )
            return text

    def stream(self, messages: Sequence[ChatMessage], limits: ChatLimits) -> Iterator[str]:
        """Gives the pieces of the answer as they are written.

        Raises:
            ModelError: as ``complete``; also after some pieces have come.
        """
        body = self._body(limits) | {"stream": True, "messages": chat_turns(messages)}
        pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        with self._foreign_errors(), self._breaker.calling():
            task = self._portal.start_task_soon(self._pour, body, limits.timeout_s, pieces)
            try:
                while (piece := pieces.get()) is not None:
                    yield piece
                self._check_ending(task.result())
            finally:
                task.cancel()  # where nobody reads on

    def _body(self, limits: ChatLimits) -> dict[str, Any]:
        return {
            "model": self._endpoint.model,
            "temperature": 0,  # vLLM samples by the model's own settings otherwise
            "max_tokens": limits.max_tokens,
            "timeout": httpx2.Timeout(
                self._patience.read_timeout_s, connect=self._patience.connect_timeout_s
            ),
        }

    def _check_ending(self, reason: str) -> None:
        if reason == "content_filter":
            raise ModelRefusedError(f"{self.name}: the endpoint filtered the answer")

    def _result(self, function: Any, *arguments: Any) -> tuple[str, str]:
        task = self._portal.start_task_soon(function, *arguments)
        try:
            answer: tuple[str, str] = task.result()
        finally:
            task.cancel()  # where the caller was interrupted
        return answer

    async def _complete(
        self,
        body: dict[str, Any],
        turns: list[dict[str, Any]],
        timeout_s: float,
        schema: Mapping[str, object] | None,
    ) -> tuple[str, str]:
        with anyio.fail_after(timeout_s):
            if schema is None:
                answer = await self._send({**body, "messages": turns}, self._patience.attempts)
            else:
                answer = await self._down_the_ladder(body, turns, schema)
            return read_completion(answer)

    async def _down_the_ladder(
        self, body: dict[str, Any], turns: list[dict[str, Any]], schema: Mapping[str, object]
    ) -> Any:
        attempts = self._patience.attempts
        step = self._format
        while True:
            fields = format_fields(turns, schema, FORMATS[step])
            try:
                answer = await self._send({**body, **fields}, attempts)
            except openai.APIStatusError as error:
                if error.status_code not in REFUSED_FORMAT or FORMATS[step] == "none":
                    raise
                attempts = 1 if error.status_code == 500 else attempts  # it had its share
                step += 1
            else:
                self._format = step
                return answer

    async def _pour(
        self, body: dict[str, Any], timeout_s: float, pieces: "queue.SimpleQueue[str | None]"
    ) -> str:
        """Copies the answer into the queue, None at its end; gives why it ended."""
        reason: str | None = None
        try:
            with anyio.fail_after(timeout_s):
                async with await self._send(body, self._patience.attempts) as events:
                    async for event in events:
                        piece, ended = read_piece(event)
                        reason = ended or reason
                        if piece:
                            pieces.put(piece)
        finally:
            pieces.put(None)
        if reason is None:
            raise ValueError("the stream broke off")
        return reason

    async def _send(self, body: dict[str, Any], attempts: int) -> Any:
        left_s = max(0.0, anyio.current_effective_deadline() - anyio.current_time())
        retrying = AsyncRetrying(
            stop=stop_after_attempt(attempts) | stop_before_delay(left_s),
            wait=pause_s,
            retry=retry_if_exception(is_worth_a_retry),
            reraise=True,
        )

        async def once() -> Any:  # tenacity does not see that the client's method is async
            return await self._client.chat.completions.create(**body)

        return await retrying(once)

    @contextmanager
    def _foreign_errors(self) -> Iterator[None]:
        try:
            yield
        except FOREIGN as error:
            host = urlsplit(self._endpoint.base_url).netloc.rpartition("@")[2]
            # from None: the text of the cause may repeat the key
            raise model_error(error, f"{self.name} at {host}", self._secret) from None


def _ended(stack: ExitStack, loop_thread: int) -> None:
    """Closes; the garbage collector may come to it in the very thread that is to end."""
    if threading.get_ident() == loop_thread:
        threading.Thread(target=stack.close, name="closing a client").start()
    else:
        stack.close()


def _client(base_url: str, api_key: str) -> openai.AsyncOpenAI:
    """The key may not be empty, or the one in ``OPENAI_API_KEY`` goes to the endpoint."""
    hooks: dict[str, list[Any]] = {"request": [only_our_headers], "response": [cap_response]}
    return openai.AsyncOpenAI(
        base_url=base_url,
        api_key=api_key,
        max_retries=0,  # the retries here know the deadline
        http_client=openai.DefaultAsyncHttpxClient(event_hooks=hooks),
        default_headers={
            "Accept-Encoding": "identity",  # so that the cap counts what is unpacked
            "Authorization": f"Bearer {api_key}",
        },
    )
