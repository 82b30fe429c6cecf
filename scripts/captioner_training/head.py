"""The linear map that says how probable a kind is, and below what probability to say nothing."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.functional import cross_entropy

STEPS = 800
BATCH = 256
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 0.05
FEATURE_NOISE = 2.0
"""Standard deviation, of features of unit variance: few pictures, many features."""
WANTED_ACCURACY = 0.9
"""Of the captions that are given, on the oddest photos of known kinds, held out."""


@dataclass(frozen=True)
class Labelled:
    """Features and kinds, row by row."""

    features: NDArray[np.float32]
    """``(n, 1280)``"""
    kinds: NDArray[np.int64]
    """``(n,)``"""


def fit_head(train: Labelled, kinds: int, seed: int) -> nn.Linear:
    """Gives a logistic regression, features standardised, every kind counted alike.

    Args:
        train: rows of all kinds.
        kinds: how many there are.
        seed: of the batches.
    """
    torch.manual_seed(seed)
    mean, spread = train.features.mean(axis=0), train.features.std(axis=0) + 1e-4
    rows = torch.from_numpy((train.features - mean) / spread)
    labels = torch.from_numpy(train.kinds)
    counts = np.bincount(train.kinds, minlength=kinds)
    chances = torch.from_numpy(1 / np.sqrt(counts[train.kinds]))
    layer = nn.Linear(rows.shape[1], kinds)
    nn.init.zeros_(layer.weight)
    optimiser = torch.optim.AdamW(layer.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, STEPS)
    for _ in range(STEPS):
        chosen = torch.multinomial(chances, BATCH, replacement=True)
        seen = rows[chosen] + FEATURE_NOISE * torch.randn(BATCH, rows.shape[1])
        loss = cross_entropy(layer(seen), labels[chosen])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    with torch.no_grad():  # the standardising folded in
        layer.weight.div_(torch.from_numpy(spread))
        layer.bias.sub_(layer.weight @ torch.from_numpy(mean))
    return layer.requires_grad_(False)


def sharpness(layer: nn.Linear, held_out: Labelled) -> float:
    """Gives the factor of the logits that makes their probabilities most likely (Guo 2017)."""
    logits, labels = layer(torch.from_numpy(held_out.features)), torch.from_numpy(held_out.kinds)
    factors = np.linspace(0.2, 4.0, 77)
    losses = [cross_entropy(logits * factor, labels).item() for factor in factors]
    return float(factors[int(np.argmin(losses))])


def scaled(layer: nn.Linear, factor: float) -> nn.Linear:
    """Gives the layer with its logits times a factor."""
    with torch.no_grad():
        layer.weight.mul_(factor)
        layer.bias.mul_(factor)
    return layer


def log_shares(layer: nn.Linear, features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gives ``(n, kinds)`` log-probabilities."""
    result: NDArray[np.float32] = layer(torch.from_numpy(features)).log_softmax(dim=1).numpy()
    return result


def category_shares(
    layer: nn.Linear, features: NDArray[np.float32], categories: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Gives ``(n, categories)`` probabilities; kind i belongs to ``categories[i]``."""
    shares = np.exp(log_shares(layer, features))  # (n, kinds)
    total = np.zeros((len(shares), categories.max() + 1), np.float32)
    np.add.at(total.T, categories, shares.T)
    return total


def least_probability(shares: NDArray[np.float32], right: NDArray[np.int64], other: int) -> float:
    """Gives the threshold from which on ``WANTED_ACCURACY`` of the captions given are right.

    Args:
        shares: ``(n, categories)`` of held-out photos.
        right: ``(n,)`` their categories.
        other: the category that is never named.
    """
    named = np.delete(shares, other, axis=1)
    numbers = np.delete(np.arange(shares.shape[1]), other)
    best, said = named.max(axis=1), numbers[named.argmax(axis=1)]
    for threshold in np.arange(0.3, 0.99, 0.01):
        kept = best >= threshold
        if kept.any() and (said[kept] == right[kept]).mean() >= WANTED_ACCURACY:
            return round(float(threshold), 2)
    return 0.99


def best_weight(
    decoder: NDArray[np.float32], layer: NDArray[np.float32], kinds: NDArray[np.int64]
) -> float:
    """Gives the weight of the map's log-probabilities beside the decoder's; likeliest kinds win.

    The sum is sharpened or blunted as fits it best, since only its order is used.

    Args:
        decoder: ``(n, kinds)`` log-probabilities of held-out photos.
        layer: the same of the linear map.
        kinds: ``(n,)``, what they show.
    """
    labels = torch.from_numpy(kinds)

    def loss(weight: float) -> float:
        sums = torch.from_numpy(decoder + weight * layer)
        return min(cross_entropy(sums * f, labels).item() for f in np.linspace(0.1, 2.0, 39))

    weights = [0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0]
    return min(weights, key=loss)
