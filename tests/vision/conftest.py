"""Two tiny open_clip models with random weights, in the layout of ``local-dir:``."""

import json
from pathlib import Path

import pytest
import torch
from open_clip import CLIP
from safetensors.torch import save_model

TEXT = {"context_length": 16, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1}
VIT = {"image_size": 32, "layers": 2, "width": 64, "head_width": 32, "patch_size": 8}
TIMM = {
    "timm_model_name": "test_resnet",  # timm's own 0.5 M parameter test model
    "timm_model_pretrained": False,
    "timm_pool": "",
    "timm_proj": "linear",
    "timm_proj_bias": True,
    "image_size": 32,
}


def write_model(folder: Path, vision: dict[str, object], seed: int = 0, mean: float = 0.5) -> str:
    """Writes a model with random weights; gives its name for an embedder."""
    folder.mkdir(parents=True, exist_ok=True)
    shape = {"embed_dim": 24, "vision_cfg": vision, "text_cfg": TEXT}
    preprocessing = {"mean": [mean] * 3, "std": [0.25] * 3, "interpolation": "bicubic"}
    config = {"model_cfg": shape, "preprocess_cfg": preprocessing}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        save_model(CLIP(**shape), str(folder / "open_clip_model.safetensors"))
    return f"local-dir:{folder}"


@pytest.fixture(scope="session")
def vit_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_model(tmp_path_factory.mktemp("vit"), VIT)


@pytest.fixture(scope="session")
def timm_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_model(tmp_path_factory.mktemp("timm"), TIMM)
