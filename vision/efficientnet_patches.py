"""An ImageNet trunk as the image processor of a Qwen-VL: its map's cells are the model's patches.

A vision tower of 3 M parameters that starts from pixels learns little from a few thousand photos;
fed with what a trunk trained on ImageNet sees, the same decoder is useful. So the processor does
the seeing, and the model that reads its patches is a stock ``Qwen3VLForConditionalGeneration``.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn
from transformers import BatchFeature, Qwen2VLImageProcessor

from vision.image_engines import Encoder

MERGE = 2
"""Patches a side that the model joins to one token."""
_REMEMBERED = 32


class PatchTrunk(nn.Module):
    """``(n, 3, side, side)`` pixels to one row a picture: projected patches, pooled features."""

    def __init__(self, architecture: str, weights: Any, projection: nn.Linear) -> None:
        """Builds the trunk.

        Args:
            architecture: timm's name.
            weights: its state dict, without the classifier.
            projection: channels of the trunk to channels of a patch.
        """
        super().__init__()
        self.trunk: Any = timm.create_model(architecture, pretrained=False, num_classes=0)
        self.trunk.load_state_dict(dict(weights))
        self.projection = projection
        self.eval().requires_grad_(False)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """``(n, patches * channels + pooled)`` float32."""
        maps = self.trunk.forward_features(pixels)  # (n, 1280, h, w)
        patches = self.projection(in_merge_order(maps))  # (n, h w, channels)
        return torch.cat([patches.flatten(1), maps.mean(dim=(2, 3))], dim=1)


def in_merge_order(maps: torch.Tensor) -> torch.Tensor:
    """``(n, c, h, w)`` to ``(n, h w, c)``, the cells that become one token side by side.

    Source: ``Qwen2VLImageProcessor.patchify``.
    """
    n, channels, height, width = maps.shape
    blocks = maps.reshape(n, channels, height // MERGE, MERGE, width // MERGE, MERGE)
    return blocks.permute(0, 2, 4, 3, 5, 1).reshape(n, height * width, channels)


@dataclass(frozen=True)
class PatchLayout:
    """How the row of a picture is cut."""

    rows: int
    columns: int
    channels: int

    @property
    def patches(self) -> int:
        """Cells of the map."""
        return self.rows * self.columns


class EfficientNetPatches(Qwen2VLImageProcessor):
    """Takes the place of Qwen's image processor; every picture gives the same number of patches."""

    def __init__(self, encoder: Encoder, preprocess: Any, layout: PatchLayout) -> None:
        """Keeps the trunk.

        Args:
            encoder: runs a ``PatchTrunk``.
            preprocess: picture to ``(3, side, side)`` float32 tensor.
            layout: of the encoder's rows.
        """
        super().__init__(patch_size=1, temporal_patch_size=1, merge_size=MERGE)
        self._encoder = encoder
        self._pixels_of = preprocess
        self._layout = layout
        self._seen: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def to_dict(self) -> dict[str, Any]:
        """Gives the settings alone; the trunk is no part of them."""
        return {
            name: value for name, value in super().to_dict().items() if not name.startswith("_")
        }

    def pooled(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        """``(n, 1280)`` float32: the trunk's own features, before any projection."""
        cells = self._layout.patches * self._layout.channels
        return self._rows(images)[:, cells:]

    def preprocess(self, images: Any, **kwargs: object) -> BatchFeature:
        """Gives ``pixel_values`` ``(n patches, channels)`` and ``image_grid_thw`` ``(n, 3)``."""
        layout = self._layout
        rows = self._rows(list(_flat(images)))
        cells = rows[:, : layout.patches * layout.channels].reshape(-1, layout.channels)
        grid = np.tile([1, layout.rows, layout.columns], (len(rows), 1)).astype(np.int64)
        values = {"pixel_values": torch.from_numpy(cells), "image_grid_thw": torch.from_numpy(grid)}
        return BatchFeature(values)

    def _rows(self, images: Sequence[Image.Image]) -> NDArray[np.float32]:
        """The trunk's rows; a picture seen a moment ago, by captioner and model, is not run twice.

        One picture a pass: on a CPU that is as fast as a batch, and a row does not depend on its
        neighbours.
        """
        return np.stack([self._row(self._pixels_of(image.convert("RGB"))) for image in images])

    def _row(self, pixels: torch.Tensor) -> NDArray[np.float32]:
        key = hashlib.blake2b(pixels.numpy().tobytes(), digest_size=16).hexdigest()
        row = self._seen.get(key)
        if row is None:
            row = self._encoder(pixels[None])[0].numpy()
            self._seen[key] = row
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
        return row


def _flat(images: Any) -> Any:
    """The processor gives a picture, a list of them, or a list of lists, one a conversation."""
    if isinstance(images, Image.Image):
        yield images
        return
    for one in images:
        yield from _flat(one)
