"""Finds the items of a photo by what stands out in it."""

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from vision.errors import ModelUnavailableError
from vision.item_boxes import DEFAULT_RULES, ItemRules, item_boxes
from vision.saliency_model import SIDE_PX, saliency_model
from vision.types import DetectedItem, Photo

_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
_STD = np.array([0.229, 0.224, 0.225], dtype=np.float32)


class SaliencyDetector:
    """U2-Netp's mask, cut into connected parts; one a thing where things do not touch."""

    def __init__(
        self, cache: Path | None = None, threads: int = 0, rules: ItemRules = DEFAULT_RULES
    ) -> None:
        """Loads the network.

        Args:
            cache: folder for the converted network; None: converted at each start.
            threads: CPU threads; 0: as many as there are cores.
            rules: what counts as an item.

        Raises:
            ModelUnavailableError: the network's package is missing, or it does not load.
        """
        self._session = _session(saliency_model(cache), threads)
        self._input = self._session.get_inputs()[0].name
        self._rules = rules

    def detect(self, photo: Photo) -> list[DetectedItem]:
        """Items, largest and most central first; the whole photo where none stands out."""
        return item_boxes(self.saliency(photo.image), (photo.width, photo.height), self._rules)

    def saliency(self, image: Image.Image) -> NDArray[np.float32]:
        """Gives ``(s, s)`` how much each place stands out, 0 to 1, stretched to a square."""
        mask: NDArray[np.float32] = self._session.run(None, {self._input: _pixels(image)})[0][0, 0]
        return mask


def _pixels(image: Image.Image) -> NDArray[np.float32]:
    """As U2-Net was trained: stretched to a square, the brightest value made 1, normalised."""
    square = image.resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR, reducing_gap=2.0)
    values = np.asarray(square, dtype=np.float32)  # (s, s, 3)
    normal = (values / max(float(values.max()), 1.0) - _MEAN) / _STD
    return np.ascontiguousarray(normal.transpose(2, 0, 1)[None])  # (1, 3, s, s)


def _session(model: bytes, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # it warns of sizes that the first export wrote down
    # waiting threads that spin take the cores from decoding and from other processes
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its own, one a fault
        raise ModelUnavailableError(
            f"the converted u2netp in the cache does not load (deleted, it is made again): {error}"
        ) from error
