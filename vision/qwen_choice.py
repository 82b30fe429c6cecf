"""Which of some known answers a language model writes, weighed with what is known beforehand.

``generate`` is held to the answers by transformers' own means, a ``LogitsProcessor`` and a
``StoppingCriteria``. What all of them begin with is no question: it goes in with the prompt; and
writing ends where one answer is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import LogitsProcessor, StoppingCriteria


@dataclass(frozen=True)
class Answers:
    """Different answers as tokens; none begins another, since all end with the same token."""

    tokens: tuple[tuple[int, ...], ...]

    @property
    def opening(self) -> tuple[int, ...]:
        """What all of them begin with; all but the end of the only one."""
        shared = 0
        for column in zip(*self.tokens, strict=False):
            if len(set(column)) > 1:
                break
            shared += 1
        return self.tokens[0][: min(shared, len(self.tokens[0]) - 1)]

    def left(self, written: Sequence[int]) -> list[int]:
        """Positions of the answers that begin so; what comes after the last choice is not read."""
        kept = list(range(len(self.tokens)))
        for at, token in enumerate(written):
            if len(kept) == 1:
                break
            kept = [one for one in kept if self.tokens[one][at] == token]
        return kept

    def following(self, kept: Sequence[int], at: int) -> dict[int, list[int]]:
        """Gives the tokens that these answers have at a place, each with those that have it."""
        behind: dict[int, list[int]] = {}
        for one in kept:
            behind.setdefault(self.tokens[one][at], []).append(one)
        return behind


def known_answers(tokenizer: Any, texts: Sequence[str]) -> Answers:
    """Gives texts as a model writes them, each with the end of a turn."""
    end = tokenizer.eos_token_id
    ids = tokenizer(list(texts), add_special_tokens=False)["input_ids"]
    return Answers(tuple((*one, end) for one in ids))


def with_opening(inputs: Any, opening: Sequence[int]) -> Any:
    """Gives a batch of prompts, padded on the left, with the same tokens of text behind each."""
    rows = len(inputs["input_ids"])
    behind = {
        "input_ids": torch.tensor([list(opening)] * rows, dtype=torch.long),
        "attention_mask": torch.ones(rows, len(opening), dtype=torch.long),
        "mm_token_type_ids": torch.zeros(rows, len(opening), dtype=torch.long),
    }
    for name, more in behind.items():
        if name in inputs:
            inputs[name] = torch.cat([inputs[name], more.to(inputs[name])], dim=1)
    return inputs


class Weighed(LogitsProcessor):
    """Scores of the next token: the model's log-probability plus that of the answers behind it."""

    def __init__(
        self, answers: Answers, log_weights: NDArray[np.float32], prompt_length: int
    ) -> None:
        """Keeps what is known.

        Args:
            answers: m of them.
            log_weights: ``(n, m)``, log-probabilities of the answers, known beforehand.
            prompt_length: tokens before the first that is written; the opening belongs to them.
        """
        self._answers = answers
        self._weights = log_weights
        self._prompt_length = prompt_length
        self._opening = list(answers.opening)

    def left(self, input_ids: torch.Tensor) -> list[list[int]]:
        """Gives the answers that each row may still become."""
        written = input_ids[:, self._prompt_length :].tolist()
        return [self._answers.left([*self._opening, *row]) for row in written]

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Gives ``(n, vocabulary)`` scores; -inf for what begins no answer."""
        said = scores.float().log_softmax(dim=-1)
        guided = torch.full_like(said, -torch.inf)
        at = input_ids.shape[1] - self._prompt_length + len(self._opening)
        for row, kept in enumerate(self.left(input_ids)):
            if len(kept) == 1:  # decided: whatever follows is padding
                guided[row] = said[row]
                continue
            behind = self._answers.following(kept, at)
            weights = [np.logaddexp.reduce(self._weights[row, some]) for some in behind.values()]
            tokens = torch.tensor(list(behind), device=said.device)
            guided[row, tokens] = said[row, tokens] + torch.tensor(weights).to(said)
        return guided


class Decided(StoppingCriteria):
    """Ends a row as soon as one answer is left."""

    def __init__(self, weighed: Weighed) -> None:
        self._weighed = weighed

    def __call__(
        self, input_ids: torch.Tensor, _scores: object, **_options: object
    ) -> torch.Tensor:
        """Gives ``(n,)`` booleans."""
        done = [len(kept) == 1 for kept in self._weighed.left(input_ids)]
        return torch.tensor(done, device=input_ids.device)
