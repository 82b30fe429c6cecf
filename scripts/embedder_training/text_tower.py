"""A small open_clip text tower that learns to say what the teacher says, in the embedding's space.

Two layers, 128 wide, CLIP's own byte pairs: loads with plain open_clip, 1 ms a text on a CPU.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import open_clip
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy, embedding, normalize

from scripts.embedder_training.image_head import Features
from scripts.embedder_training.teacher import Teacher

END_OF_WORD = "</w>"


@dataclass(frozen=True)
class TextSettings:
    """Size of the tower and how it is trained."""

    context: int = 48
    """Tokens; a title with its attributes needs about 30."""
    width: int = 128
    heads: int = 4
    layers: int = 2
    steps: int = 2500
    batch: int = 192
    learning_rate: float = 2e-3
    temperature: float = 0.05
    """Of the loss that tells texts of one batch apart."""


@dataclass(frozen=True)
class Corpus:
    """Texts of one kind, what the tower should say to them, and how often they are drawn."""

    texts: Sequence[str]
    targets: Features
    """``(n, d)`` unit rows."""
    share: float


def token_table(teacher: Teacher, width: int) -> torch.Tensor:
    """Gives ``(49408, width)``: each byte pair's start, from the teacher's word pieces by PCA."""
    tokenizer = open_clip.SimpleTokenizer()
    words = [_readable(tokenizer, token) for token in range(len(tokenizer.decoder))]
    rows = teacher.piece_vectors(words)
    rows -= rows.mean(axis=0)
    _, vectors = np.linalg.eigh(rows.T @ rows)
    table = rows @ vectors[:, ::-1][:, :width]
    return torch.from_numpy(0.1 * table / table.std()).float()


def _readable(tokenizer: Any, token: int) -> str:
    piece = tokenizer.decoder[token].replace(END_OF_WORD, "")
    return "" if piece.startswith("<") else piece


def train_text_tower(
    model: Any, corpora: Sequence[Corpus], settings: TextSettings, seed: int
) -> None:
    """Trains the text parameters of an open_clip ``CLIP`` in place.

    Args:
        model: its ``token_embedding``, ``transformer`` and so on are changed, its picture side not.
        corpora: what to learn.
        settings: steps, batch, rate.
        seed: of the order of the texts.
    """
    table = model.token_embedding.weight
    parameters = [
        value for name, value in model.named_parameters() if is_text(name) and value is not table
    ]
    # Only the rows of the batch's tokens move: a dense Adam over 49,408 rows costs more than the
    # rest of the step, and would push tokens that are not even there.
    optimisers: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(parameters, lr=settings.learning_rate, weight_decay=0.0),
        torch.optim.SparseAdam([table], lr=settings.learning_rate),
    ]
    schedules = [
        torch.optim.lr_scheduler.OneCycleLR(
            optimiser, settings.learning_rate, settings.steps, pct_start=0.1, cycle_momentum=False
        )
        for optimiser in optimisers
    ]
    model.train()
    for tokens, target in _batches(corpora, settings, seed):
        said = normalize(encode(model, tokens), dim=1)
        agree = 1 - (said * target).sum(dim=1).mean()
        logits = said @ target.T / settings.temperature
        # Like texts in one batch are no contradiction: the goal is the teacher's similarities.
        goal = torch.softmax(target @ target.T / settings.temperature, dim=1)
        loss = 2 * agree + cross_entropy(logits, goal)
        for optimiser in optimisers:
            optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        for optimiser, schedule in zip(optimisers, schedules, strict=True):
            optimiser.step()
            schedule.step()
    model.eval()


def is_text(parameter: str) -> bool:
    """Says whether a CLIP parameter belongs to the text tower."""
    return not parameter.startswith("visual.") and parameter != "logit_scale"


def encode(model: Any, tokens: torch.Tensor) -> torch.Tensor:
    """Gives what ``model.encode_text`` gives, for ``(n, length)`` tokens cut to fewer columns.

    open_clip pads to the whole context, which would make training three times slower.
    """
    length = tokens.shape[1]
    hidden = embedding(tokens, model.token_embedding.weight, sparse=True)  # (n, length, width)
    hidden = hidden + model.positional_embedding[:length]
    hidden = model.transformer(hidden, attn_mask=model.attn_mask[:length, :length])
    hidden = model.ln_final(hidden)  # (n, length, width)
    last = hidden[torch.arange(len(tokens)), tokens.argmax(dim=1)]  # the end-of-text token
    projected: torch.Tensor = last @ model.text_projection
    return projected


def _batches(
    corpora: Sequence[Corpus], settings: TextSettings, seed: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Batches of similar length, drawn from the corpora by their shares."""
    draw = np.random.default_rng(seed)
    tokenizer = open_clip.SimpleTokenizer(context_length=settings.context)
    tokens = torch.cat([tokenizer(list(corpus.texts)) for corpus in corpora])
    targets = torch.from_numpy(np.concatenate([corpus.targets for corpus in corpora]))
    chance = np.concatenate(
        [np.full(len(corpus.texts), corpus.share / len(corpus.texts)) for corpus in corpora]
    )
    lengths = tokens.argmax(dim=1).numpy() + 1
    pool, made = 16, 0
    while made < settings.steps:
        rows = draw.choice(len(tokens), size=pool * settings.batch, p=chance / chance.sum())
        rows = rows[np.argsort(lengths[rows], kind="stable")].reshape(pool, settings.batch)
        for chosen in draw.permutation(rows)[: settings.steps - made]:
            made += 1
            yield tokens[chosen][:, : _longest(lengths, chosen)], targets[chosen]


def _longest(lengths: NDArray[np.int64], chosen: NDArray[np.int64]) -> int:
    return int(lengths[chosen].max())
