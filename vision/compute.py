"""Where and how a model of torch runs."""

from dataclasses import dataclass
from pathlib import Path

import torch

from vision.errors import UnknownModelError


@dataclass(frozen=True)
class ComputeOptions:
    """Where and how a model runs."""

    device: str = "auto"
    """``auto`` (CUDA when there is one), ``cpu``, ``cuda``, ``cuda:1``."""
    dtype: str = "auto"
    """``auto`` (bfloat16 on CUDA, float32 on a CPU), or a torch name."""
    batch_size: int = 0
    """Pictures or texts a forward pass; 0: what the memory holds on CUDA, 8 on a CPU."""
    engine: str = "auto"
    """One of ``image_engines.ENGINES``."""
    threads: int = 0
    """CPU threads of the ONNX engines; 0: as many as there are cores."""
    cache: Path | None = None
    """Folder in which converted models are kept; None: convert at every start."""
    calibration: Path | None = None
    """Folder of pictures that the ``int8`` engine is calibrated on."""

    def resolved_device(self) -> torch.device:
        """The torch device, ``auto`` decided."""
        if self.device == "auto":
            return torch.device("cuda" if torch.cuda.is_available() else "cpu")
        try:
            return torch.device(self.device)
        except RuntimeError as error:
            raise UnknownModelError(
                f"device {self.device!r} is no torch device (auto, cpu, cuda, cuda:1, ...)"
            ) from error

    def resolved_dtype(self) -> torch.dtype:
        """The torch dtype, ``auto`` decided by the device."""
        if self.dtype == "auto":
            on_gpu = self.resolved_device().type == "cuda"
            return torch.bfloat16 if on_gpu else torch.float32
        dtype = getattr(torch, self.dtype, None)
        if not isinstance(dtype, torch.dtype):
            raise UnknownModelError(f"dtype {self.dtype!r} is no torch dtype (auto, float32, ...)")
        return dtype

    def resolved_batch_size(self) -> int:
        """Pictures a forward pass, 0 decided by the device; on CUDA until its memory is known."""
        return self.batch_size or (128 if self.resolved_device().type == "cuda" else 8)


DEFAULT_COMPUTE = ComputeOptions()
