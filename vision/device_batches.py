"""How much a forward pass takes at once: what the device's memory holds, and less where it did not.

A pass over one input is measured; half of the free memory is shared out by that. Other programs and
other inputs may take more, so a pass that runs out of memory is run again in halves, and later ones
are as small.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import torch

from vision.errors import ModelUnavailableError

logger = logging.getLogger(__name__)

MOST = 512
"""More inputs at once fill no GPU better."""
_SHARE = 0.5
"""Of the free memory: the rest is for other passes, the index and what allocators waste."""

_Given = TypeVar("_Given")
Pass = Callable[[Sequence[_Given]], torch.Tensor]


def inputs_at_once(free_bytes: int, input_bytes: int) -> int:
    """Gives the largest power of two, from 1 to ``MOST``, whose pass takes half of what is free.

    Args:
        free_bytes: of the device's memory, the model loaded.
        input_bytes: that a pass takes for each input, while it runs.
    """
    fitting = int(free_bytes * _SHARE) // max(1, input_bytes)
    return min(MOST, 1 << max(0, fitting.bit_length() - 1))


def measured_batch(device: torch.device, run_one: Callable[[], object]) -> int:
    """Gives how many inputs a pass on a CUDA device may take, by the memory that one needs.

    Args:
        device: of CUDA, the model on it.
        run_one: a pass over one input.
    """
    run_one()  # the first one reserves workspaces, which are counted once
    torch.cuda.synchronize(device)
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_allocated(device)
    run_one()
    torch.cuda.synchronize(device)
    needed = torch.cuda.max_memory_allocated(device) - before
    free = torch.cuda.mem_get_info(device)[0]
    size = inputs_at_once(free, needed)
    logger.info("%s: %d at once, %d bytes each of %d free", device, size, needed, free)
    return size


class Batches:
    """Runs passes of at most so many inputs; safe to use from several threads."""

    def __init__(self, size: int, device: torch.device) -> None:
        self.size = size
        """Smaller after a pass that ran out of memory."""
        self._device = device
        self._lock = threading.Lock()

    def run(self, values: Sequence[Any], one_pass: Pass[Any]) -> list[torch.Tensor]:
        """Gives the rows of all passes, in the order of the values.

        Raises:
            ModelUnavailableError: a pass over one input runs out of memory.
        """
        rows: list[torch.Tensor] = []
        at = 0
        while at < len(values):
            size = self.size
            try:
                rows.append(one_pass(values[at : at + size]))
            except torch.OutOfMemoryError as error:
                self._make_smaller(min(size, len(values) - at), error)
            else:
                at += size
        return rows

    def _make_smaller(self, tried: int, error: torch.OutOfMemoryError) -> None:
        if tried == 1:
            raise ModelUnavailableError(
                f"the memory of {self._device} is full: one picture or text does not fit beside "
                "what other programs, models and the index hold there"
            ) from error
        with self._lock:
            self.size = min(self.size, tried // 2)
        logger.warning("%s ran out of memory at %d at once", self._device, tried)
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
