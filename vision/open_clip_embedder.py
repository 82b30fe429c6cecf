"""Any open_clip model as an ``Embedder``: pictures and texts to unit vectors.

Source: https://github.com/mlfoundations/open_clip (``create_model_and_transforms``).
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any

import numpy as np
import open_clip
import torch
from PIL import Image

import vision.joined_trunks  # noqa: F401 - makes the default embedder's architecture known
from vision.calibration_pictures import calibration_on
from vision.compute import DEFAULT_COMPUTE, ComputeOptions
from vision.device_batches import Batches, measured_batch
from vision.errors import ModelUnavailableError, UnknownModelError
from vision.image_engines import Encoder, Tower, image_encoder
from vision.types import EmbedderId, Vectors
from vision.unpadded_texts import text_encoder

_MOST_SAID = 300
"""Characters of what a loader says."""


class OpenClipEmbedder:
    """Embeds with one open_clip model; safe to call from several threads."""

    def __init__(
        self, name: str, compute: ComputeOptions = DEFAULT_COMPUTE, label: str | None = None
    ) -> None:
        """Loads the model.

        Args:
            name: ``hf-hub:ORG/REPO``, ``local-dir:PATH`` or ``ARCHITECTURE/PRETRAINED``.
            compute: device, dtype, batch size and engine.
            label: what the identity calls the model; ``name`` when absent.

        Raises:
            UnknownModelError: the name is of none of these forms.
            ModelUnavailableError: weights or configuration cannot be loaded.
        """
        self._device = compute.resolved_device()
        self._dtype = compute.resolved_dtype()
        self._model, preprocess, self._tokenizer = _load(name)
        self.prepare: Callable[[Image.Image], torch.Tensor] = preprocess
        """Gives ``(3, h, w)`` float32, what the tower takes; other processes can have it: it holds
        no model."""
        weights = _fingerprint(self._model)  # of float32, before any cast
        self._model = _moved(self._model, self._device, self._dtype)
        self._encode_text = text_encoder(self._model)
        self._batches = Batches(compute.resolved_batch_size(), self._device)
        self._dimension = self._embed_text_rows(["size"]).shape[1]
        is_int8 = compute.engine == "int8"  # whose vectors are its own
        preprocessing = f"{weights}-int8" if is_int8 else weights
        self.identity = EmbedderId(label or name, preprocessing, self._dimension)
        self._encode_image = self._image_encoder(compute, weights)
        if self._device.type == "cuda" and not compute.batch_size:
            self._batches.size = measured_batch(self._device, self._run_largest)

    def embed_images(self, images: Sequence[Image.Image]) -> Vectors:
        """Gives ``(n, d)`` float32 unit rows; ``(0, d)`` for no picture."""
        return self._unit_rows(self._batches.run(images, self._embed_image_rows))  # (n, d)

    def embed_prepared(self, prepared: Sequence[torch.Tensor]) -> Vectors:
        """Gives what ``embed_images`` gives of the pictures that ``prepare`` was given."""
        return self._unit_rows(self._batches.run(prepared, self._embed_prepared_rows))

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Gives ``(n, d)`` float32 unit rows; texts past the context length are cut."""
        return self._unit_rows(self._batches.run(texts, self._embed_text_rows))  # (n, d)

    def _embed_image_rows(self, images: Sequence[Image.Image]) -> torch.Tensor:
        return self._embed_prepared_rows([self.prepare(image) for image in images])

    def _embed_prepared_rows(self, prepared: Sequence[torch.Tensor]) -> torch.Tensor:
        return self._encode_image(torch.stack(list(prepared)))

    def _embed_text_rows(self, texts: Sequence[str]) -> torch.Tensor:
        tokens = self._tokenizer(list(texts)).to(self._device)
        with torch.inference_mode():
            return self._encode_text(tokens).float().cpu()

    def _run_largest(self) -> None:
        """A picture, and a text as long as the model takes."""
        self._encode_image(torch.zeros(1, 3, *self._picture_size()))
        self._embed_text_rows(["word " * self._tokenizer.context_length])

    def _picture_size(self) -> tuple[int, int]:
        size = self._model.visual.image_size
        return size if isinstance(size, tuple) else (size, size)

    def _image_encoder(self, compute: ComputeOptions, weights: str) -> Encoder:
        example = torch.zeros(1, 3, *self._picture_size())
        kept = f"{weights}-torch{torch.__version__}.onnx"
        tower = Tower(
            self._model.visual,
            example,
            self._device,
            self._dtype,
            compute.threads,
            compute.cache / "onnx" / kept if compute.cache else None,
            calibration_on(compute.calibration, self.prepare) if compute.engine == "int8" else None,
        )
        return image_encoder(compute.engine, tower)

    def _unit_rows(self, rows: Sequence[torch.Tensor]) -> Vectors:
        if not rows:
            return np.empty((0, self._dimension), dtype=np.float32)
        joined = torch.cat(list(rows))
        return torch.nn.functional.normalize(joined, dim=1).numpy()


def _load(name: str) -> tuple[Any, Callable[[Image.Image], torch.Tensor], Any]:
    architecture, pretrained = _parse(name)
    try:
        model, _, preprocess = open_clip.create_model_and_transforms(
            architecture,
            pretrained=pretrained,
            device="cpu",
            require_pretrained=True,  # or weights that are missing are made at random
        )
        tokenizer = open_clip.get_tokenizer(architecture)
    except Exception as error:  # open_clip raises what its many loaders raise
        reason = shorten(str(error), _MOST_SAID)  # weights that do not fit are listed by name
        raise ModelUnavailableError(f"the embedder {name!r} cannot be loaded: {reason}") from error
    return model.eval(), preprocess, tokenizer


def _moved(model: Any, device: torch.device, dtype: torch.dtype) -> Any:
    try:
        return model.to(device=device, dtype=dtype)
    except (RuntimeError, AssertionError) as error:  # no driver, no such device, out of memory
        raise ModelUnavailableError(f"the embedder cannot run on {device}: {error}") from error


def _parse(name: str) -> tuple[str, str | None]:
    if name.startswith("local-dir:"):
        folder = Path(name.removeprefix("local-dir:"))
        if not (folder / "open_clip_config.json").is_file():
            raise ModelUnavailableError(f"{folder} holds no open_clip_config.json")
        return name, None
    if name.startswith("hf-hub:"):
        return name, None  # open_clip ignores `pretrained` here
    architecture, slash, pretrained = name.partition("/")
    if not slash or not pretrained or architecture not in open_clip.list_models():
        raise UnknownModelError(
            f"embedder {name!r}: allowed are embedded, hf-hub:ORG/REPO, local-dir:PATH "
            "and ARCHITECTURE/PRETRAINED as in open_clip.list_pretrained()"
        )
    return architecture, pretrained


def _fingerprint(model: Any) -> str:
    """Hash of the preprocessing and a sample of every weight: cheap, and retraining shows."""
    digest = hashlib.sha256(
        json.dumps(model.visual.preprocess_cfg, sort_keys=True, default=str).encode()
    )
    for key, value in sorted(model.state_dict().items()):
        flat = value.detach().flatten()
        sample = flat[:: max(1, flat.numel() // 16)].float().numpy()
        digest.update(f"{key}{tuple(value.shape)}".encode() + sample.tobytes())
    return digest.hexdigest()[:16]
