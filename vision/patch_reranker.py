"""Looks for each part of a product's picture in a photo, in a map of the captioner's trunk.

An embedding is the mean over a picture; here each cell of the picture's map looks for its like in
the photo, wherever that lies, and the photo's background has no say. The map is that of stride 16,
where parts still look like themselves: 15 x 15 cells of 112 channels for 240 pixels. What was
tried and lost is in docs/decisions/0016-reranking.md.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from vision.compute import DEFAULT_COMPUTE, ComputeOptions
from vision.embedded_captioner import COMMITTED, RECIPE
from vision.image_engines import Encoder, Tower, image_encoder
from vision.model_files import read_recipe
from vision.trunk_package import read_trunk, timm_named, trunk_file, trunk_preprocess

STRIDE = 16
"""Pixels a cell, each way; of the trunk's feature maps the last but one."""
REMEMBERED = 1_000
"""Pictures whose cells are kept: 50 KB each, and most of the time of a comparison."""

Cells: TypeAlias = NDArray[np.float16]
"""``(cells, channels)`` unit rows, one a place of the map."""


class PatchReranker:
    """Scores by local agreement; safe to call from several threads."""

    name = "embedded"

    def __init__(
        self,
        encoder: Encoder,
        preprocess: Callable[[Image.Image], torch.Tensor],
        remembered: int = REMEMBERED,
    ) -> None:
        """Keeps the trunk.

        Args:
            encoder: ``(n, 3, side, side)`` pixels to ``(n, channels, h, w)`` features.
            preprocess: picture to ``(3, side, side)`` pixels.
            remembered: pictures whose cells are kept.
        """
        self._encoder = encoder
        self._pixels_of = preprocess
        self._remembered = remembered
        self._seen: OrderedDict[bytes, Cells] = OrderedDict()
        self._lock = threading.Lock()

    def score(self, photo: Image.Image, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """Gives ``(n,)`` float32 in [-1, 1]: how far the parts of a picture are in the photo.

        Cost: one pass of the trunk for each picture that was not seen lately.
        """
        asked = self._cells(photo)
        scores = [agreement(asked, self._cells(one)) for one in pictures]
        return np.array(scores, dtype=np.float32)

    def _cells(self, image: Image.Image) -> Cells:
        rgb = image.convert("RGB")
        key = hashlib.blake2b(rgb.tobytes() + repr(rgb.size).encode(), digest_size=16).digest()
        with self._lock:
            known = self._seen.get(key)
            if known is not None:
                self._seen.move_to_end(key)
                return known
        made = cells_of(self._encoder(self._pixels_of(rgb)[None])[0].numpy())
        with self._lock:
            self._seen[key] = made
            while len(self._seen) > self._remembered:
                self._seen.popitem(last=False)
        return made


def cells_of(features: NDArray[np.float32]) -> Cells:
    """Gives the cells of a ``(channels, h, w)`` map; those without features are zero."""
    rows = features.reshape(len(features), -1).T  # (cells, channels)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float16)


def agreement(photo: Cells, picture: Cells) -> float:
    """Gives the mean over the picture's cells of the best cosine in the photo."""
    cosines = picture.astype(np.float32) @ photo.astype(np.float32).T  # (picture, photo)
    return float(cosines.max(axis=1).mean())


def embedded_patch_reranker(compute: ComputeOptions = DEFAULT_COMPUTE) -> PatchReranker:
    """Loads the trunk, whatever embedder the catalogue was made with.

    It runs on the CPU in ONNX Runtime; of the options, threads and cache count.

    Raises:
        ModelUnavailableError: the trunk's package is missing, is not the recorded one, or does not
            convert.
    """
    recipe = read_recipe(COMMITTED / RECIPE)
    architecture, side_px = recipe["architecture"], recipe["side_px"]
    weights = timm_named(architecture, read_trunk(trunk_file(recipe["trunk"])))
    tower = Tower(
        visual=_FeatureMap(architecture, weights),
        example=torch.zeros(1, 3, side_px, side_px),
        device=torch.device("cpu"),
        dtype=torch.float32,
        threads=compute.threads,
        onnx_file=_onnx_file(compute.cache, recipe["trunk"]["sha256"]),
    )
    return PatchReranker(image_encoder("onnx", tower), trunk_preprocess(side_px))


def _onnx_file(cache: Path | None, sha256: str) -> Path | None:
    name = f"patches-{sha256[:16]}-stride{STRIDE}-torch{torch.__version__}.onnx"
    return cache / "onnx" / name if cache else None


class _FeatureMap(nn.Module):
    """The trunk up to the map of ``STRIDE``."""

    def __init__(self, architecture: str, weights: Any) -> None:
        super().__init__()
        trunk: Any = timm.create_model(architecture, pretrained=False, num_classes=0)
        trunk.load_state_dict(dict(weights))
        self.place = [one["reduction"] for one in trunk.feature_info].index(STRIDE)
        self.trunk = trunk
        self.eval().requires_grad_(False)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        maps: Any = self.trunk.forward_intermediates(
            pixels, indices=[self.place], stop_early=True, intermediates_only=True
        )
        features: torch.Tensor = maps[0]
        return features  # (n, channels, h, w)
