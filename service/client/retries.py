"""When a request is sent again, how often, and after how long."""

from dataclasses import dataclass
from typing import Any

from tenacity import RetryCallState, stop_after_attempt, wait_exponential, wait_random
from tenacity.retry import retry_if_exception, retry_never

from service.client.errors import RetryLaterError, UnreachableError


@dataclass(frozen=True)
class Retries:
    """Requests that are safe to repeat are sent again where the service was full or not there.

    A request that may have been worked on (a time-out after it was sent) is never sent again.
    """

    attempts: int = 4
    """In all; 1: nothing is sent again."""
    first_wait_s: float = 0.5
    """Then twice as long each time, and up to this long more by chance."""
    most_wait_s: float = 30.0
    """A service that asks for a longer wait is not waited for."""

    def policy(self, is_repeatable: bool) -> dict[str, Any]:
        """Gives the arguments of ``tenacity.Retrying`` and ``AsyncRetrying`` for one request."""
        return {
            "stop": stop_after_attempt(self.attempts),
            "wait": self._wait,
            "retry": retry_if_exception(self._may_help) if is_repeatable else retry_never,
            "reraise": True,
        }

    def _may_help(self, error: BaseException) -> bool:
        if isinstance(error, UnreachableError):
            return not error.was_sent
        return isinstance(error, RetryLaterError) and (error.retry_after or 0) <= self.most_wait_s

    def _wait(self, state: RetryCallState) -> float:
        growing = wait_exponential(multiplier=self.first_wait_s, max=self.most_wait_s)
        backoff = (growing + wait_random(0, self.first_wait_s))(state)
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, RetryLaterError) else None
        return max(backoff, asked or 0.0)
