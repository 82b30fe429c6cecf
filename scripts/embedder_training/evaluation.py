"""Retrieval and zero-shot figures of a set of vectors.

Every product counts with its best picture; equal similarities are broken by product id.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Recall:
    """Share of queries whose product is first, or among the first five."""

    at_1: float
    at_5: float
    queries: int

    def __str__(self) -> str:
        return f"{100 * self.at_1:.1f} / {100 * self.at_5:.1f}"


def recall(
    queries: Vectors, wanted: Sequence[str], gallery: Vectors, labels: Sequence[str]
) -> Recall:
    """Gives recall@1 and @5 of the label, the best picture of each label counting.

    Args:
        queries: ``(n, d)`` unit rows.
        wanted: n labels.
        gallery: ``(m, d)`` unit rows.
        labels: m labels.
    """
    names, best = best_per_label(queries @ gallery.T, labels)  # (n, labels)
    order = np.argsort(-best, axis=1, kind="stable")  # names are sorted: ties by name
    position = {name: index for index, name in enumerate(names)}
    target = np.array([position[label] for label in wanted])
    hits = order[:, :5] == target[:, None]  # (n, 5)
    return Recall(float(hits[:, 0].mean()), float(hits.any(axis=1).mean()), len(target))


def best_per_label(
    similarities: NDArray[np.float32], labels: Sequence[str]
) -> tuple[list[str], NDArray[np.float32]]:
    """Gives sorted label names and ``(n, labels)``, the highest similarity of each label."""
    names = sorted(set(labels))
    best = np.full((len(similarities), len(names)), -np.inf, np.float32)
    for index, name in enumerate(names):
        columns = [column for column, label in enumerate(labels) if label == name]
        best[:, index] = similarities[:, columns].max(axis=1)
    return names, best


def nearest_label_accuracy(
    queries: Vectors, wanted: Sequence[str], gallery: Vectors, labels: Sequence[str]
) -> float:
    """Gives the share of queries whose nearest picture has the query's label (1-NN)."""
    nearest = (queries @ gallery.T).argmax(axis=1)
    return float(
        np.mean([labels[index] == label for index, label in zip(nearest, wanted, strict=True)])
    )


def group_recall(
    queries: Vectors,
    wanted: Sequence[str],
    gallery: Vectors,
    labels: Sequence[str],
    groups: dict[str, str],
) -> Recall:
    """Gives recall as ``recall``, any product of the wanted one's group counting."""
    return recall(
        queries, [groups[label] for label in wanted], gallery, [groups[label] for label in labels]
    )


def unit(rows: NDArray[np.float32]) -> Vectors:
    """Gives rows of length 1."""
    scaled: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return scaled
