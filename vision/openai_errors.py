"""Errors of an OpenAI-compatible endpoint: which to retry, whose fault, and in our own words."""

import math

import httpx2
import openai
import pybreaker
from tenacity import RetryCallState, wait_random_exponential

from vision.errors import ModelError, ModelRefusedError, ModelTimeoutError, ModelUnavailableError

FOREIGN = (
    TimeoutError,
    ValueError,
    httpx2.HTTPError,
    openai.OpenAIError,
    pybreaker.CircuitBreakerError,
)
"""What comes out of a request besides a ``ModelError``; a ValueError is an unreadable answer."""
_PAUSE = wait_random_exponential(multiplier=0.25, max=4)
_MAX_REASON = 200


def is_worth_a_retry(error: BaseException) -> bool:
    """Whether the same request may well be answered a moment later."""
    if isinstance(error, openai.APIStatusError):
        return error.status_code >= 500 or error.status_code in {408, 409, 429}
    return isinstance(error, openai.APIConnectionError) and not isinstance(
        error, openai.APITimeoutError
    )


def is_our_fault(error: BaseException) -> bool:
    """Whether an error says nothing of the endpoint's health: a request that it rightly refused."""
    if isinstance(error, openai.APIStatusError):
        return error.status_code < 500 and error.status_code not in {408, 429}
    return isinstance(error, ModelRefusedError | GeneratorExit)


def pause_s(state: RetryCallState) -> float:
    """Gives the seconds until the next attempt: ``Retry-After`` where the endpoint sent one."""
    error = state.outcome.exception() if state.outcome else None
    headers = error.response.headers if isinstance(error, openai.APIStatusError) else {}
    try:
        asked = float(headers.get("retry-after", ""))
    except ValueError:  # absent, or a date
        return _PAUSE(state)
    return asked if 0 <= asked < math.inf else _PAUSE(state)


def model_error(error: Exception, where: str, secret: str) -> ModelError:
    """Gives one of ``FOREIGN`` as ours, in one line that never holds the secret."""
    if isinstance(error, TimeoutError):
        return ModelTimeoutError(f"{where} took longer than it may")
    if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
        return ModelTimeoutError(f"{where} fell silent for too long")
    if isinstance(error, pybreaker.CircuitBreakerError):
        return ModelUnavailableError(f"{where} has failed several times and is left alone a while")
    if isinstance(error, openai.APIStatusError):
        return _status_error(error, where, secret)
    return ModelUnavailableError(f"{where} does not answer well: {_line(str(error), secret)}")


def _status_error(error: openai.APIStatusError, where: str, secret: str) -> ModelError:
    status = error.status_code
    if status in {401, 403}:
        return ModelUnavailableError(f"{where}: the API key is missing or wrong ({status})")
    if status == 404:
        return ModelUnavailableError(f"{where}: no such model or address (404)")
    reason = f"{where} answered {status}: {_line(error.message, secret)}"
    return ModelRefusedError(reason) if is_our_fault(error) else ModelUnavailableError(reason)


def _line(text: str, secret: str) -> str:
    shown = text.replace(secret, "***") if secret else text
    return " ".join(shown.split())[:_MAX_REASON]
