"""When an answer that is being written has to end."""

import time

import torch

from vision.types import ChatLimits


class Stop:
    """Ends an answer that is late or that nobody reads; asked after every token."""

    def __init__(self, limits: ChatLimits) -> None:
        self.timeout_s = limits.timeout_s
        self.is_cancelled = False
        self.is_late = False
        self._deadline_s = time.monotonic() + limits.timeout_s

    @property
    def left_s(self) -> float:
        """Seconds, negative when they are over."""
        return self._deadline_s - time.monotonic()

    def __call__(
        self, input_ids: torch.Tensor, _scores: object, **_options: object
    ) -> torch.Tensor:
        """Gives ``(n,)`` booleans, true for answers that end here."""
        self.is_late = self.left_s < 0
        ends = self.is_late or self.is_cancelled
        return torch.full((len(input_ids),), ends, device=input_ids.device)
