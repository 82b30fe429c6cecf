"""Texts without their padding: what no token of a text looks at need not be computed.

A CLIP text tower is causal and gives the row of the end token, so the padding behind it changes
nothing; titles have some ten tokens of the 77 that open_clip runs. ``CLIP.encode_text`` takes full
length only, hence its lines again here.

Source: https://github.com/mlfoundations/open_clip, ``CLIP.encode_text`` of version 3.3.
"""

from collections.abc import Callable
from typing import Any

import open_clip
import torch

STEP = 8
"""Lengths are rounded up to this many tokens: a text is run at its own, whatever it shares a batch
with, and in few passes."""

TextEncoder = Callable[[torch.Tensor], torch.Tensor]


def text_encoder(model: Any) -> TextEncoder:
    """Gives a function from tokens ``(n, context)`` to rows ``(n, d)`` in the model's dtype.

    Towers that are not CLIP's own (SigLIP looks at padding, CoCa adds a token) run at full length.
    """
    is_plain = type(model) is open_clip.CLIP and model.text_pool_type in {"argmax", "eos"}
    if not is_plain or not _is_causal(model.attn_mask):
        return model.encode_text  # type: ignore[no-any-return]
    return lambda tokens: _by_length(model, tokens)


def _is_causal(mask: torch.Tensor | None) -> bool:
    return mask is not None and torch.isneginf(mask).equal(torch.ones_like(mask).triu(1).bool())


def _by_length(model: Any, tokens: torch.Tensor) -> torch.Tensor:
    lengths = (_ends(model, tokens) // STEP + 1) * STEP  # (n,)
    rows: dict[int, torch.Tensor] = {}
    for length in sorted(set(lengths.tolist())):
        chosen = torch.nonzero(lengths == length).flatten()
        encoded = _encoded(model, tokens[chosen, :length])  # (m, d)
        rows |= zip(chosen.tolist(), encoded, strict=True)
    return torch.stack([rows[at] for at in range(len(tokens))])


def _ends(model: Any, tokens: torch.Tensor) -> torch.Tensor:
    """Where the end tokens stand ``(n,)``, as ``text_global_pool`` finds them."""
    is_end = tokens if model.text_pool_type == "argmax" else (tokens == model.text_eos_id).int()
    return is_end.argmax(dim=-1)


def _encoded(model: Any, tokens: torch.Tensor) -> torch.Tensor:
    length, dtype = tokens.shape[1], model.transformer.get_cast_dtype()
    x: torch.Tensor = model.token_embedding(tokens).to(dtype)  # (n, length, width)
    x = x + model.positional_embedding[:length].to(dtype)
    x = model.transformer(x, attn_mask=model.attn_mask[:length, :length])
    x = model.ln_final(x)[torch.arange(len(tokens), device=x.device), _ends(model, tokens)]
    projection: torch.nn.Linear | torch.Tensor | None = model.text_projection
    if isinstance(projection, torch.nn.Linear):
        x = projection(x)
    elif projection is not None:
        x = x @ projection
    return x
