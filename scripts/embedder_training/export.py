"""Writes the folder that the repository keeps: configuration, trained weights, checksums."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import open_clip
from torch import nn

from scripts.embedder_training.image_head import HeadSettings
from scripts.embedder_training.text_tower import TextSettings
from scripts.embedder_training.trunk import TrunkSource
from vision.embedded_model import CONFIG, RECIPE, TRAINED, TRUNK_PREFIX, compose, safetensors_bytes
from vision.joined_trunks import LITE012
from vision.trunk_package import HALF


def model_config(side_px: int, head: HeadSettings, text: TextSettings) -> dict[str, Any]:
    """Gives the content of ``open_clip_config.json``."""
    return {
        "model_cfg": {
            "embed_dim": head.dimension,
            "vision_cfg": {
                "timm_model_name": LITE012,
                "timm_model_pretrained": False,
                "timm_pool": "avg",
                "timm_proj": "linear",
                "timm_proj_bias": True,
                "image_size": side_px,
            },
            "text_cfg": {
                "context_length": text.context,
                "vocab_size": 49408,
                "width": text.width,
                "heads": text.heads,
                "layers": text.layers,
            },
        },
        "preprocess_cfg": {
            "mean": list(HALF),
            "std": list(HALF),
            "interpolation": "bicubic",
            "resize_mode": "shortest",
        },
    }


def new_model(config: dict[str, Any]) -> open_clip.CLIP:
    """Gives the untrained open_clip model of a configuration."""
    return open_clip.CLIP(**config["model_cfg"])


def export(
    out: Path,
    config: dict[str, Any],
    model: open_clip.CLIP,
    picture_map: nn.Linear,
    sources: Sequence[TrunkSource],
) -> None:
    """Writes ``open_clip_config.json``, ``trained.safetensors`` and ``compose.json``.

    Args:
        out: the folder, made when absent.
        config: as ``model_config`` gives it.
        model: holds the trained text tower.
        picture_map: the trained map from the features of all trunks to d.
        sources: the trunks' packages.
    """
    out.mkdir(parents=True, exist_ok=True)
    trained = {k: v for k, v in model.state_dict().items() if not k.startswith(TRUNK_PREFIX)}
    trained["visual.head.proj.weight"] = picture_map.weight
    trained["visual.head.proj.bias"] = picture_map.bias
    content = safetensors_bytes(trained)
    (out / TRAINED).write_bytes(content)
    (out / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    recipe: dict[str, Any] = {
        "trunks": [source.record() for source in sources],
        "trained": {"file": TRAINED, "sha256": _sha256(content)},
        "model": {"sha256": ""},
    }
    _write(out, recipe)
    recipe["model"]["sha256"] = _sha256(compose(out))
    _write(out, recipe)


def _write(out: Path, recipe: dict[str, Any]) -> None:
    (out / RECIPE).write_text(json.dumps(recipe, indent=2) + "\n", encoding="utf-8")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
