"""Qwen-VL weights and processors from a folder or the hub, and which of them to take."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoModelForImageTextToText,
    AutoProcessor,
    GenerationConfig,
)
from transformers.utils.import_utils import is_flash_attn_2_available
from transformers.utils.logging import disable_progress_bar

from vision.errors import ModelUnavailableError, UnknownModelError
from vision.grounding_boxes import COORDINATES

SMALL_GPU_BYTES = 12_000_000_000
"""4.4 B parameters in bfloat16 are 9 GB, before pictures and their attention."""
_LOAD_ERRORS = (OSError, ValueError, ImportError, KeyError, RuntimeError, SafetensorError)
"""What missing, damaged and mismatched files raise."""


def default_qwen(device_memory_bytes: int) -> str:
    """Gives the hub name of the model for a GPU with so much memory, 0 where there is none."""
    size = "4B" if device_memory_bytes >= SMALL_GPU_BYTES else "2B"
    return f"Qwen/Qwen3-VL-{size}-Instruct"


def device_memory_bytes(device: torch.device) -> int:
    """Gives the memory of a GPU; 0 for a CPU, which has the program's own."""
    if device.type != "cuda":
        return 0
    return int(torch.cuda.get_device_properties(device).total_memory)


@dataclass(frozen=True)
class QwenParts:
    """A model and its processor, loaded and on their device."""

    model: Any
    processor: Any
    family: str
    """A key of ``COORDINATES``."""


def load_qwen(
    name: str, device: torch.device, dtype: torch.dtype, processor: Any = None
) -> QwenParts:
    """Loads a Qwen-VL.

    Args:
        name: a folder in the layout of ``from_pretrained``, or ``ORG/REPO`` on the hub.
        device: where it runs.
        dtype: of the weights; a checkpoint's own is slow on a CPU when it is a half.
        processor: takes the place of the folder's own.

    Raises:
        UnknownModelError: the model is no Qwen-VL of a family that is known here.
        ModelUnavailableError: no such folder, hub out of reach, files damaged, no memory.
    """
    _check_folder(name)
    disable_progress_bar()  # type: ignore[no-untyped-call]  # it would stand among a command's own lines
    try:
        family = AutoConfig.from_pretrained(name).model_type
        _check_family(name, family)
        words = processor or AutoProcessor.from_pretrained(name)  # type: ignore[no-untyped-call]
        loaded: Any = AutoModelForImageTextToText.from_pretrained(
            name, dtype=dtype, attn_implementation=_attention(device), output_loading_info=True
        )
    except _LOAD_ERRORS as error:
        raise ModelUnavailableError(_cannot_load(name, error)) from error
    model, report = loaded
    if report["missing_keys"]:  # transformers would make them up and go on
        raise ModelUnavailableError(
            f"the model in {name!r} lacks weights: {sorted(report['missing_keys'])[0]} and others"
        )
    words.tokenizer.padding_side = "left"  # whatever the files say: else answers follow padding
    return QwenParts(_greedy(_moved(model, device), words.tokenizer), words, family)


def _check_folder(name: str) -> None:
    """Says that a folder is missing: transformers would take it for a malformed hub name."""
    is_path = name.startswith((".", "~", os.sep)) or name.count("/") != 1
    if is_path and not Path(name).expanduser().is_dir():
        raise ModelUnavailableError(f"the model {name!r}: there is no such folder")


def _check_family(name: str, family: str) -> None:
    if family not in COORDINATES:
        raise UnknownModelError(
            f"the model {name!r} is a {family!r}; allowed are {', '.join(COORDINATES)}"
        )


def _cannot_load(name: str, error: Exception) -> str:
    if Path(name).is_dir():
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        return f"the model in {name!r} cannot be loaded: {reason}"
    return (
        f"the model {name!r} is neither a folder here nor within reach on the hub; "
        f"where there is network run `hf download {name}`, or name a folder"
    )


def _attention(device: torch.device) -> str:
    flash = device.type == "cuda" and is_flash_attn_2_available()
    return "flash_attention_2" if flash else "sdpa"


def _moved(model: Any, device: torch.device) -> Any:
    try:
        return model.to(device).eval()
    except (RuntimeError, AssertionError) as error:  # no driver, no such device, out of memory
        raise ModelUnavailableError(f"the model cannot run on {device}: {error}") from error


def _greedy(model: Any, tokenizer: Any) -> Any:
    """Qwen's files ask for sampling and penalties: keep of them only where an answer ends."""
    own = model.generation_config
    ends = own.eos_token_id if own.eos_token_id is not None else tokenizer.eos_token_id
    pad = own.pad_token_id if own.pad_token_id is not None else tokenizer.pad_token_id
    model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        do_sample=False,
        eos_token_id=ends if isinstance(ends, list) else [ends],
        pad_token_id=pad,
    )
    return model
