"""Ways to run an image tower, of different speeds (``benchmarks/embed_speed.py``).

``auto`` is what was measured fastest of those that give the same vectors, the start counted: ONNX
Runtime on a CPU for convolutional (timm) towers; eager for other towers, whose matrices take the
time (traced, a ViT-B-32 is 3 to 6 % faster, and takes seconds to trace at each start);
``torch.compile`` nowhere by default (on one core its warm-up had not ended after two minutes).
``int8`` is faster still; its vectors are near the others, not equal (``int8_tower.py``).
"""

import logging
import os
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnxruntime
import torch

from vision.calibration_pictures import Calibration
from vision.errors import ModelUnavailableError, UnknownModelError

logger = logging.getLogger(__name__)

ENGINES = ("auto", "eager", "traced", "compile", "onnx", "int8")
FLOAT32_ENGINES = {"traced", "onnx", "int8"}
"""Those that take a float32 tower on a CPU."""

Encoder = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Tower:
    """An image tower and what is needed to run it."""

    visual: Any
    """open_clip's image module, in evaluation mode, on ``device``."""
    example: torch.Tensor
    """``(1, 3, h, w)`` float32, the shape that the preprocessing makes."""
    device: torch.device
    dtype: torch.dtype
    """Of the tower's weights."""
    threads: int = 0
    """CPU threads of ONNX Runtime; 0: as many as there are cores."""
    onnx_file: Path | None = None
    """Where the converted tower is kept, a name that only these weights have; None: not kept."""
    calibration: Calibration | None = None
    """For ``int8``."""


def image_encoder(engine: str, tower: Tower) -> Encoder:
    """Gives a function from ``(n, 3, h, w)`` float32 pixels to ``(n, d)`` float32 on the CPU.

    Args:
        engine: one of ``ENGINES``; ``FLOAT32_ENGINES`` are for float32 on a CPU.
        tower: what to run.

    Raises:
        UnknownModelError: no such engine, or one that this device does not have.
        ModelUnavailableError: the tower cannot be converted.
    """
    if engine not in ENGINES:
        raise UnknownModelError(f"engine {engine!r}: allowed are {', '.join(ENGINES)}")
    on_cpu = tower.device.type == "cpu" and tower.dtype == torch.float32
    if engine == "auto" and on_cpu:
        return _fastest(tower)
    if engine in FLOAT32_ENGINES and not on_cpu:
        raise UnknownModelError(
            f"engine {engine!r} runs float32 on a CPU, not {tower.dtype} on {tower.device}"
        )
    if engine in {"onnx", "int8"}:
        return _onnx(tower, is_int8=engine == "int8")
    if engine == "traced":
        return _traced(tower.visual, tower.example)
    visual = torch.compile(tower.visual) if engine == "compile" else tower.visual
    return _eager(visual, tower.device, tower.dtype)


def _fastest(tower: Tower) -> Encoder:
    if type(tower.visual).__name__ == "TimmModel":
        try:
            return _onnx(tower)
        except ModelUnavailableError as error:
            logger.warning("the image tower runs traced, which is slower: %s", error)
            return _traced(tower.visual, tower.example)
    return _eager(tower.visual, tower.device, tower.dtype)


def _eager(visual: Any, device: torch.device, dtype: torch.dtype) -> Encoder:
    def encode(pixels: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            moved = pixels.to(device=device, dtype=dtype, non_blocking=True)
            return visual(moved).float().cpu()  # type: ignore[no-any-return]

    return encode


def _traced(visual: Any, example: torch.Tensor) -> Encoder:
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of every Python branch on a shape
        traced = torch.jit.trace(  # type: ignore[no-untyped-call]
            visual,
            example.repeat(2, 1, 1, 1),
            check_trace=False,  # three more passes; tests check
        )
        frozen = torch.jit.freeze(traced)
        frozen = torch.jit.optimize_for_inference(frozen)

    def encode(pixels: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            return frozen(pixels)  # type: ignore[no-any-return]

    return encode


def _onnx(tower: Tower, *, is_int8: bool = False) -> Encoder:
    with tempfile.TemporaryDirectory() as folder:
        path = _converted(tower, tower.onnx_file or Path(folder) / "tower.onnx", is_int8=is_int8)
        session = _session(path, tower.threads)
    name = session.get_inputs()[0].name

    def encode(pixels: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(session.run(None, {name: pixels.numpy()})[0])

    return encode


def _converted(tower: Tower, path: Path, *, is_int8: bool) -> Path:
    """The file of this engine, made where it is missing."""
    whole = path if path.is_file() else _export(tower, path)
    if not is_int8:
        return whole
    from vision.int8_tower import int8_file  # the quantizer's imports take a second

    return int8_file(whole, tower.calibration)


def _session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # waiting threads that spin take the cores from decoding and from other processes
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its own, one a fault
        raise ModelUnavailableError(
            f"the converted model {path.name} does not load (deleted, it is made again): {error}"
        ) from error


def _export(tower: Tower, path: Path) -> Path:
    """Converts once; the file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    fast_path = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # its fused operator has no ONNX form
    try:
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the tracing exporter is called deprecated
            torch.onnx.export(
                tower.visual,
                (tower.example.repeat(2, 1, 1, 1),),
                str(partial),
                dynamo=False,  # the same vectors, and 1.3 s where the new exporter takes 16 s
                input_names=["pixels"],
                output_names=["embedding"],
                dynamic_axes={"pixels": {0: "batch"}, "embedding": {0: "batch"}},
            )
    except Exception as error:  # the exporter raises what its passes raise
        raise ModelUnavailableError(f"the tower does not convert to ONNX: {error}") from error
    finally:
        torch.backends.mha.set_fastpath_enabled(fast_path)
    os.replace(partial, path)
    return path
