"""A model of an architecture of open_clip with random weights: as fast as a trained one."""

import json
from pathlib import Path

import open_clip
import torch
from safetensors.torch import save_model

STATE = "state.pt"


def write_random_model(architecture: str, folder: Path) -> str:
    """Writes a model as open_clip's ``local-dir:`` and as a state dict; gives the embedder's name.

    Args:
        architecture: as ``open_clip.list_models`` names them.
        folder: an empty one.
    """
    torch.manual_seed(0)
    model, _, _ = open_clip.create_model_and_transforms(architecture)
    config = {
        "model_cfg": open_clip.get_model_config(architecture),
        "preprocess_cfg": model.visual.preprocess_cfg,
    }
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    save_model(model, str(folder / "open_clip_model.safetensors"))
    torch.save(model.state_dict(), folder / STATE)
    return f"local-dir:{folder}"
