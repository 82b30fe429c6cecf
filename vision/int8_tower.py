"""An image tower's ONNX file with 8-bit weights and activations, for CPUs.

Static and calibrated: how far each activation reaches is measured on pictures beforehand, weights
have one scale a channel, so running it costs no look at the numbers. The first products
(convolutions, matrix products) and the last stay in float32: the vectors lose most by them.

Source: https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from vision.calibration_pictures import Calibration
from vision.errors import ModelUnavailableError

_NO_PICTURES = "engine 'int8' needs pictures to be calibrated on, and has none"
_PRODUCTS = {"Conv", "MatMul", "Gemm"}
_FLOAT_PRODUCTS = 3
"""So many at the start stay in float32: of the default embedder the stem and its first block."""


def int8_file(source: Path, calibration: Calibration | None) -> Path:
    """Gives the 8-bit form of a float32 tower, a file beside it, made where it is missing.

    Args:
        source: the float32 ONNX file.
        calibration: on what; other pictures make another file.

    Raises:
        ModelUnavailableError: there are no pictures, or the tower cannot be converted.
    """
    if calibration is None:
        raise ModelUnavailableError(_NO_PICTURES)
    bits = 8 if has_vnni() else 7
    target = source.with_name(f"{source.stem}-int8-w{bits}-{calibration.digest[:16]}.onnx")
    if not target.is_file():
        pictures = calibration.pictures()
        if not pictures:
            raise ModelUnavailableError(_NO_PICTURES)
        try:
            _write(source, target, pictures)
        except Exception as error:  # the quantizer raises what its passes raise
            raise ModelUnavailableError(f"the tower has no 8-bit form: {error}") from error
    return target


def _write(source: Path, target: Path, pictures: Sequence[torch.Tensor]) -> None:
    """Converts; the file appears whole or not at all."""
    partial = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(source, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            partial,
            _Pictures(onnxruntime.InferenceSession(source).get_inputs()[0].name, pictures),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            # without VNNI two products of 8 bits overflow a sum of 16: 7-bit weights do not
            reduce_range=not has_vnni(),
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            nodes_to_exclude=_float_nodes(prepared),
        )
    os.replace(partial, target)


def _float_nodes(path: Path) -> list[str]:
    """Names of the nodes up to the first products, and of the last product."""
    nodes = onnx.load(path, load_external_data=False).graph.node  # in order of their inputs
    products = [n for n, node in enumerate(nodes) if node.op_type in _PRODUCTS]
    first = nodes[: products[min(_FLOAT_PRODUCTS, len(products) - 1)]]
    return [*(node.name for node in first), nodes[products[-1]].name] if products else []


def has_vnni() -> bool:
    """Whether this CPU multiplies 8-bit numbers into sums of 32 bits."""
    found = torch.cpu.get_capabilities()
    return any(found.get(name, False) for name in ("avx512_vnni", "avx_vnni"))


class _Pictures(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, input_name: str, pictures: Sequence[torch.Tensor]) -> None:
        self._name = input_name
        self._rest: Iterator[torch.Tensor] = iter(pictures)

    def get_next(self) -> dict[str, np.ndarray] | None:
        picture = next(self._rest, None)
        return None if picture is None else {self._name: picture[None].numpy()}
