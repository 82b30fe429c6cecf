"""How sure a language model is of "yes" against "no", read off what it would write next."""

from typing import Any

import torch

_YES, _NO = ("yes", "Yes"), ("no", "No")
"""One token each in Qwen's vocabulary; where a word is several, its first stands for it."""


def yes_against_no(logits: torch.Tensor, tokenizer: Any) -> list[float]:
    """Gives ``log(P(yes) / P(no))`` for each row of ``(n, vocabulary)`` logits."""
    yes, no = (_mass(logits, tokenizer, words) for words in (_YES, _NO))
    odds: list[float] = (yes - no).tolist()
    return odds


def _mass(logits: torch.Tensor, tokenizer: Any, words: tuple[str, ...]) -> torch.Tensor:
    ids = [tokenizer(word, add_special_tokens=False)["input_ids"][0] for word in words]
    return logits[:, ids].float().logsumexp(dim=1)  # (n,)
