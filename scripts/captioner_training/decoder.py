"""The tiny Qwen3-VL: its tokenizer, its configuration, and how it learns to write captions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import (
    AddedToken,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    trainers,
)
from torch.nn.functional import cross_entropy
from transformers import (
    GenerationConfig,
    Qwen2Tokenizer,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
)

from scripts.captioner_training.examples import Examples
from vision.embedded_captioner import PROMPT

SPECIALS = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>",
    "<|image_pad|>", "<|video_pad|>",
)  # fmt: skip
"""Qwen's markup, so that its own code finds the picture in the text."""
TEMPLATE = """\
{%- for message in messages -%}
<|im_start|>{{ message.role }}
{% for part in message.content -%}
{%- if part.type == 'image' -%}
<|vision_start|><|image_pad|><|vision_end|>
{%- else -%}
{{ part.text }}
{%- endif -%}
{%- endfor -%}
<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% endif -%}
"""
_IGNORED = -100


@dataclass(frozen=True)
class DecoderSettings:
    """Size and training of the decoder."""

    width: int = 192
    layers: int = 3
    heads: int = 3
    vocabulary: int = 768
    steps: int = 900
    """Without the scenes that are held out."""
    last_steps: int = 300
    """With them, from the weights of the others."""
    batch: int = 32
    learning_rate: float = 2e-3
    last_learning_rate: float = 5e-4
    weight_decay: float = 0.05
    feature_noise: float = 0.15
    """Standard deviation, of patches of unit variance."""
    clean_share: float = 0.5


def new_tokenizer(
    captions: Sequence[str], names: Sequence[str], settings: DecoderSettings
) -> Qwen2Tokenizer:
    """Gives a byte-level BPE of Qwen's kind, its merges learnt from the captions.

    Args:
        captions: all that is ever said.
        names: what they name; each becomes one token, so that one step decides between them.
        settings: the size of the vocabulary without the names.
    """
    learner = Tokenizer(models.BPE())
    learner.normalizer = normalizers.NFC()
    learner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    learner.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=settings.vocabulary - len(SPECIALS),
        initial_alphabet=alphabet,
        show_progress=False,
    )
    learner.train_from_iterator([*captions, "user\n", "assistant\n", PROMPT] * 4, trainer)
    learnt = json.loads(learner.to_str())["model"]
    vocabulary = dict(learnt["vocab"])
    # Without a place in the vocabulary the end of text would take the first free number.
    vocabulary |= {token: len(vocabulary) + at for at, token in enumerate(SPECIALS)}
    tokenizer = Qwen2Tokenizer(
        vocabulary,
        merges=[tuple(pair) for pair in learnt["merges"]],  # type: ignore[misc]
        eos_token="<|im_end|>",  # noqa: S106  (no secret)
        pad_token="<|endoftext|>",  # noqa: S106
        extra_special_tokens=list(SPECIALS),
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )
    tokenizer.add_tokens([AddedToken(name, normalized=False) for name in sorted(set(names))])
    return tokenizer


def new_decoder(
    tokenizer: Qwen2Tokenizer, cells: int, channels: int, settings: DecoderSettings
) -> Any:
    """Gives an untrained Qwen3-VL whose patches are cells of a trunk's map."""

    def number(token: str) -> int:
        found: Any = tokenizer.convert_tokens_to_ids(token)
        return int(found)

    head = settings.width // settings.heads
    text = {
        "hidden_size": settings.width,
        "intermediate_size": settings.width * 3,
        "num_hidden_layers": settings.layers,
        "num_attention_heads": settings.heads,
        "num_key_value_heads": 1,
        "head_dim": head,
        "max_position_embeddings": 512,
        "vocab_size": len(tokenizer),
        "tie_word_embeddings": True,
        "bos_token_id": number("<|endoftext|>"),
        "eos_token_id": number("<|im_end|>"),
        "pad_token_id": number("<|endoftext|>"),
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 10000.0,
            "mrope_section": [head // 4, head // 8, head // 8],
        },
    }
    vision = {
        "depth": 1,
        "hidden_size": settings.width,
        "intermediate_size": settings.width * 2,
        "num_heads": settings.heads,
        "in_channels": channels,
        "patch_size": 1,
        "temporal_patch_size": 1,
        "spatial_merge_size": 2,
        "out_hidden_size": settings.width,
        "num_position_embeddings": cells * cells,
        "deepstack_visual_indexes": [],
    }
    config = Qwen3VLConfig(
        text_config=text,
        vision_config=vision,
        tie_word_embeddings=True,
        image_token_id=number("<|image_pad|>"),
        video_token_id=number("<|video_pad|>"),
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
    )
    model = Qwen3VLForConditionalGeneration(config)
    model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        do_sample=False, eos_token_id=number("<|im_end|>"), pad_token_id=number("<|endoftext|>")
    )
    return model


class Turns:
    """Every caption as token ids, padded on the right, and which of them are to be learnt."""

    def __init__(self, tokenizer: Qwen2Tokenizer, captions: Sequence[str], image_tokens: int):
        """Writes the conversations as the chat template does at run time."""
        picture = "<|vision_start|>" + "<|image_pad|>" * image_tokens + "<|vision_end|>"
        opening = f"<|im_start|>user\n{picture}{PROMPT}<|im_end|>\n<|im_start|>assistant\n"
        first = tokenizer(opening)["input_ids"]
        rows = [first + tokenizer(f"{one}<|im_end|>")["input_ids"] for one in captions]
        length = max(len(row) for row in rows)
        pad = tokenizer.pad_token_id
        self.ids = torch.tensor([row + [pad] * (length - len(row)) for row in rows])
        self.labels = torch.tensor(
            [
                [_IGNORED] * len(first) + row[len(first) :] + [_IGNORED] * (length - len(row))
                for row in rows
            ]
        )
        self.mask = torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in rows])
        image: Any = tokenizer.convert_tokens_to_ids("<|image_pad|>")
        self.is_image = self.ids.eq(image).int()


def train_decoder(
    model: Any, turns: Turns, examples: Examples, settings: DecoderSettings, seed: int
) -> None:
    """Trains in place; the loss counts the caption's tokens alone."""
    torch.manual_seed(seed)
    draw = np.random.default_rng(seed)
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.learning_rate, settings.steps, pct_start=0.1
    )
    chances = _balanced(examples)
    views, _, cells, channels = examples.patches.shape
    side = int(cells**0.5)
    grid = torch.tensor([[1, side, side]] * settings.batch)
    model.train()
    for step in range(settings.steps):
        rows = draw.choice(len(chances), size=settings.batch, p=chances)
        view = draw.integers(1, views, size=settings.batch)
        view[draw.random(settings.batch) < settings.clean_share] = 0
        pixels = torch.from_numpy(examples.patches[view, rows].astype(np.float32))
        pixels += settings.feature_noise * torch.randn_like(pixels)
        kinds = torch.from_numpy(examples.kinds[rows])
        said = model(
            input_ids=turns.ids[kinds],
            attention_mask=turns.mask[kinds],
            mm_token_type_ids=turns.is_image[kinds],
            pixel_values=pixels.reshape(-1, channels),
            image_grid_thw=grid,
        ).logits  # (b, length, vocabulary)
        loss = cross_entropy(
            said[:, :-1].flatten(0, 1), turns.labels[kinds][:, 1:].flatten(), ignore_index=_IGNORED
        )
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 50 == 0:
            print(f"       step {step}: loss {loss.item():.3f}", flush=True)
    model.eval()


def finish_decoder(
    model: Any, turns: Turns, examples: Examples, settings: DecoderSettings, seed: int
) -> None:
    """Trains in place once more, on everything, shorter and more gently."""
    last = replace(settings, steps=settings.last_steps, learning_rate=settings.last_learning_rate)
    train_decoder(model, turns, examples, last, seed)


@torch.inference_mode()
def decoder_log_shares(
    model: Any, turns: Turns, patches: NDArray[np.float16]
) -> NDArray[np.float32]:
    """Gives ``(n, kinds)`` log-probabilities of the names, which are one token each.

    Args:
        model: the decoder.
        turns: one a kind; up to the name they are the same.
        patches: ``(n, cells, channels)``
    """
    length = int((turns.ids == turns.ids[0]).all(dim=0).int().argmin())
    names = turns.ids[:, length]
    side = int(patches.shape[1] ** 0.5)
    logits = [
        model(
            input_ids=turns.ids[:1, :length],
            attention_mask=turns.mask[:1, :length],
            mm_token_type_ids=turns.is_image[:1, :length],
            pixel_values=torch.from_numpy(one.astype(np.float32)),
            image_grid_thw=torch.tensor([[1, side, side]]),
        ).logits[0, -1]
        for one in patches
    ]
    shares: NDArray[np.float32] = torch.stack(logits)[:, names].log_softmax(dim=1).numpy()
    return shares


def _balanced(examples: Examples) -> NDArray[np.float64]:
    """Chances between equal for each picture and equal for each kind."""
    counts = np.bincount(examples.kinds)
    chances = 1 / np.sqrt(counts[examples.kinds])
    normal: NDArray[np.float64] = chances / chances.sum()
    return normal


def save_decoder(model: Any, tokenizer: Qwen2Tokenizer, out: Path) -> None:
    """Writes the folder as ``from_pretrained`` reads it, weights as float16."""
    model.half().save_pretrained(out)
    tokenizer.save_pretrained(out)
    (out / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
    (out / "model.safetensors").chmod(0o644)
