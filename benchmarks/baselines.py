"""What the embedder is measured against: the untrained ImageNet trunk that it is built on."""

from collections.abc import Sequence

import numpy as np
import open_clip
import torch
from PIL import Image

from vision.types import EmbedderId, Vectors


class RawTrunkEmbedder:
    """Pooled features of the embedded model's trunk, without the head that we trained."""

    def __init__(self, folder: str) -> None:
        """Takes an open_clip folder whose image tower is a timm trunk with a linear head."""
        model, _, self._preprocess = open_clip.create_model_and_transforms(f"local-dir:{folder}")
        self._trunk = model.visual.trunk.eval()
        self._dimension = self.embed_images([Image.new("RGB", (8, 8))]).shape[1]
        self.identity = EmbedderId("raw ImageNet trunk", "raw", self._dimension)

    def embed_images(self, images: Sequence[Image.Image]) -> Vectors:
        """Gives ``(n, d)`` float32 unit rows."""
        rows = []
        with torch.inference_mode():
            for image in images:
                features = self._trunk(self._preprocess(image)[None])  # (1, d) or (1, d, h, w)
                rows.append(features.mean(dim=(2, 3)) if features.ndim == 4 else features)
        if not rows:
            return np.empty((0, self._dimension), dtype=np.float32)
        return torch.nn.functional.normalize(torch.cat(rows), dim=1).numpy()

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """A trunk knows no words: zeros, which no query of these benchmarks uses."""
        return np.zeros((len(texts), self._dimension), dtype=np.float32)
