"""Where things stand in a photo: rows by their own size, litter round them, a wall behind."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from scripts.demo_shop.shapes import corners, placed
from scripts.demo_shop.types import Array, Model

_GAPS = (0.12, 0.4)  # between neighbours, in half widths of the wider one
_LITTER_REACH = (1.15, 2.0)  # from the middle, in half spans of what is asked for
_WALL_GAPS = (0.15, 1.1)  # behind the last thing, in half spans


def in_rows(models: Sequence[Model], rng: random.Random) -> tuple[Model, ...]:
    """The models side by side; of four and more the tallest stand in a second row behind.

    Args:
        models: each turned already and standing on the axis.
        rng: decides the gaps and who stands a little forward.
    """
    by_height = sorted(range(len(models)), key=lambda i: -float(_size(models[i])[1]))
    back = by_height[: len(models) // 2] if len(models) > 3 else []
    front = [i for i in range(len(models)) if i not in back]
    depth = max(float(_size(models[i])[2]) for i in front) / 2
    places = _row(models, front, 0.0, rng)
    if back:
        behind = depth + max(float(_size(models[i])[2]) for i in back) * 0.65
        places |= _row(models, back, -behind, rng)
    return tuple(placed(model, (places[i][0], 0.0, places[i][1])) for i, model in enumerate(models))


def _size(model: Model) -> Array:
    low, high = corners(model)
    size: Array = high - low
    return size


def _row(
    models: Sequence[Model], members: Sequence[int], z: float, rng: random.Random
) -> dict[int, tuple[float, float]]:
    shuffled = rng.sample(list(members), len(members))
    x, places = 0.0, {}
    for i in shuffled:
        low, high = corners(models[i])
        half = float(high[0] - low[0]) / 2
        x += half * (1 + rng.uniform(*_GAPS))
        places[i] = (x - float(low[0] + high[0]) / 2, z + rng.uniform(-0.2, 0.2) * half)
        x += half * (1 + rng.uniform(*_GAPS))
    return {i: (at - x / 2, deep) for i, (at, deep) in places.items()}


def littered(
    models: Sequence[Model], litter: Sequence[Model], rng: random.Random
) -> tuple[Model, ...]:
    """The litter round the models, beside and behind them, never in front."""
    low, high = corners(tuple(part for model in models for part in model))
    middle, span = (low + high) / 2, (high - low) / 2
    start = rng.uniform(0, 40)
    result = []
    for number, model in enumerate(litter):
        angle = np.radians(start + 150.0 * number / max(len(litter) - 1, 1))
        reach = rng.uniform(*_LITTER_REACH)
        own = _size(model) / 2
        x = middle[0] + np.cos(angle) * (span[0] * reach + own[0])
        z = middle[2] - np.sin(angle) * (span[2] * reach + own[2])
        result.append(placed(model, (float(x), 0.0, float(z)), rng.uniform(-60, 60)))
    return tuple(result)


def wall_behind(models: Sequence[Model], rng: random.Random) -> float:
    """Z of a wall that stands some way behind all of the models."""
    low, high = corners(tuple(part for model in models for part in model))
    return float(low[2]) - rng.uniform(*_WALL_GAPS) * float(np.max(high - low)) / 2 - 0.5
