"""Tiny Qwen-VL models with random weights: real architectures, tokenizer and processor files."""

from pathlib import Path
from typing import Any

import torch
from tokenizers import pre_tokenizers
from transformers import (
    GenerationConfig,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    Qwen2Tokenizer,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
    Qwen3_5Config,
    Qwen3_5ForConditionalGeneration,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)

from scripts.captioner_training.decoder import SPECIALS, TEMPLATE

TEXT = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 16,
    "max_position_embeddings": 4096,
    "initializer_range": 0.3,  # so that other pictures give other answers
}
ROPE = {"rope_type": "default", "mrope_section": [2, 3, 3], "rope_theta": 10000.0}
VISION = {
    "depth": 2,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_heads": 2,
    "out_hidden_size": 32,
    "initializer_range": 0.3,
}
FAMILIES = ("qwen2_5_vl", "qwen3_vl", "qwen3_5")


def write_tiny_qwen(folder: Path, family: str) -> Path:
    """Writes a model of below 1 MB as the hub has it; gives the folder.

    Its files ask for sampling and for padding on the right, as some on the hub do: what runs it
    has to put that right.
    """
    tokenizer = _tokenizer()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        model = _model(family, tokenizer)
    model.generation_config = GenerationConfig(
        do_sample=True,
        temperature=0.7,
        top_p=0.8,
        top_k=20,
        repetition_penalty=1.05,
        eos_token_id=[_id(tokenizer, "<|im_end|>"), _id(tokenizer, "<|endoftext|>")],
        pad_token_id=_id(tokenizer, "<|endoftext|>"),
    )
    model.save_pretrained(folder)
    _processor(family, tokenizer).save_pretrained(folder)
    return folder


def _tokenizer() -> Qwen2Tokenizer:
    """Every byte is a token: Qwen's byte-level BPE without its merges."""
    vocab = {token: at for at, token in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    vocab |= {token: len(vocab) + at for at, token in enumerate(SPECIALS)}  # else eos comes first
    return Qwen2Tokenizer(
        vocab,
        merges=[],
        eos_token="<|im_end|>",
        extra_special_tokens=list(SPECIALS),
        padding_side="right",
        clean_up_tokenization_spaces=False,
    )


def _id(tokenizer: Qwen2Tokenizer, token: str) -> int:
    return int(tokenizer.convert_tokens_to_ids(token))


def _model(family: str, tokenizer: Qwen2Tokenizer) -> Any:
    ends = {name: _id(tokenizer, "<|endoftext|>") for name in ("bos_token_id", "pad_token_id")}
    text = {**TEXT, **ends, "vocab_size": len(tokenizer), "rope_parameters": dict(ROPE)}
    text["eos_token_id"] = _id(tokenizer, "<|im_end|>")
    ids = {
        "image_token_id": _id(tokenizer, "<|image_pad|>"),
        "video_token_id": _id(tokenizer, "<|video_pad|>"),
        "vision_start_token_id": _id(tokenizer, "<|vision_start|>"),
        "vision_end_token_id": _id(tokenizer, "<|vision_end|>"),
    }
    if family == "qwen2_5_vl":
        vision = {**VISION, "patch_size": 14, "window_size": 112, "fullatt_block_indexes": [1]}
        return Qwen2_5_VLForConditionalGeneration(
            Qwen2_5_VLConfig(text_config=text, vision_config=vision, **ids)
        )
    if family == "qwen3_vl":
        vision = {**VISION, "num_position_embeddings": 16, "deepstack_visual_indexes": [0]}
        return Qwen3VLForConditionalGeneration(
            Qwen3VLConfig(text_config=text, vision_config=vision, **ids)
        )
    text |= {
        "layer_types": ["linear_attention", "full_attention"],
        "linear_key_head_dim": 16,
        "linear_value_head_dim": 16,
        "linear_num_key_heads": 2,
        "linear_num_value_heads": 2,
        "rope_parameters": {**ROPE, "partial_rotary_factor": 1.0},
    }
    vision = {**VISION, "num_position_embeddings": 16}
    return Qwen3_5ForConditionalGeneration(
        Qwen3_5Config(text_config=text, vision_config=vision, **ids)
    )


def _processor(family: str, tokenizer: Qwen2Tokenizer) -> Any:
    if family == "qwen2_5_vl":
        return Qwen2_5_VLProcessor(
            Qwen2VLImageProcessor(), tokenizer, Qwen2VLVideoProcessor(), chat_template=TEMPLATE
        )
    images = Qwen2VLImageProcessor(patch_size=16, image_mean=[0.5] * 3, image_std=[0.5] * 3)
    return Qwen3VLProcessor(images, tokenizer, Qwen3VLVideoProcessor(), chat_template=TEMPLATE)
