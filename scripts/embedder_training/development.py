"""Settings are chosen here, on a part of the training pictures that a run does not see.

Two kinds of novelty are kept apart: new photos of trained products ("seen") and products that were
not trained at all ("unseen"), since training helps the first and can hurt the second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn

from scripts.embedder_training.captions import coloured_key
from scripts.embedder_training.evaluation import nearest_label_accuracy, recall, unit
from scripts.embedder_training.image_head import Features, Texts, apply
from scripts.embedder_training.pictures import Picture

FOLDS = 5
PHOTO_SHARE = 0.15  # of each class's photos


@dataclass(frozen=True)
class Split:
    """Which training pictures a development run may see."""

    trained: NDArray[np.bool_]
    held_photos: NDArray[np.bool_]
    """Photos of trained products."""
    held_products: NDArray[np.bool_]
    """Photos and catalogue pictures of products that are wholly kept out."""


def development_split(pictures: Sequence[Picture], features: Features, fold: int) -> Split:
    """Gives fold 0-4: every fifth grocery and eShop product, and 15 % of the other photos.

    Args:
        pictures: the training pictures.
        features: ``(n, 1280)``, the trunk's; they decide which photos of a product are one scene.
        fold: which fifth.
    """
    products = sorted({p.label for p in pictures if p.source in ("iconic", "eshop")})
    # A permutation with one fixed seed, so that a fold mixes fruit, cartons and gear.
    order = np.random.default_rng(0).permutation(len(products))
    out = {products[index] for index in order[fold::FOLDS]}
    held_shapes = range(fold, 1000, FOLDS)
    held_products = np.array([p.label in out or _shape(p) in held_shapes for p in pictures])
    held_photos = np.zeros(len(pictures), bool)
    for source in ("grocery", "clothing"):
        for label in sorted({p.label for p in pictures if p.source == source}):
            rows = [i for i, p in enumerate(pictures) if p.source == source and p.label == label]
            held_photos[np.array(rows)[_one_scene(unit(features[rows]))]] = True
    held_photos &= ~held_products
    return Split(~(held_photos | held_products), held_photos, held_products)


def _shape(picture: Picture) -> int:
    """Number of a render's shape, so that all its colours are kept out together; -1: no render."""
    return int(picture.label.split("-")[1]) if picture.source.startswith("render") else -1


def _one_scene(rows: Features) -> NDArray[np.int64]:
    """The oddest photo and its nearest neighbours: photos of one shelf are near copies."""
    oddest = (rows @ rows.mean(axis=0)).argmin()
    return np.argsort(-(rows @ rows[oddest]), kind="stable")[: round(PHOTO_SHARE * len(rows))]


def development_figures(
    pictures: Sequence[Picture],
    split: Split,
    features: Features,
    heads: tuple[nn.Linear, nn.Linear] | None,
    texts: Texts,
) -> dict[str, float]:
    """Gives the figures of one run, in per cent; ``heads`` None measures the raw features.

    ``seen`` and ``unseen`` are recall@1 of grocery photos among all 81 catalogue pictures,
    ``robust`` finds the clean picture of a held-out phone view among all pictures of its source.
    """
    clean, phone = (
        (apply(heads[0], rows) if heads else unit(rows)) for rows in (features[0], features[1])
    )
    sources = np.array([p.source for p in pictures])
    labels = np.array([p.label for p in pictures])
    iconic = sources == "iconic"
    figures = {}
    for name, held in (("seen", split.held_photos), ("unseen", split.held_products)):
        rows = held & (sources == "grocery")
        found = recall(clean[rows], list(labels[rows]), clean[iconic], list(labels[iconic]))
        figures[name], figures[f"{name}@5"] = found.at_1, found.at_5
    # The held-out products as a shop of their own, as an unknown catalogue would be.
    shop = iconic & split.held_products
    figures["foreign"] = recall(
        clean[rows], list(labels[rows]), clean[shop], list(labels[shop])
    ).at_1
    rows, known = (
        (sources == "clothing") & split.held_photos,
        (sources == "clothing") & split.trained,
    )
    figures["clothing"] = nearest_label_accuracy(
        clean[rows], list(labels[rows]), clean[known], list(labels[known])
    )
    shelf, asked = sources == "render-clean", (sources == "render-phone") & split.held_products
    if asked.any():
        figures["render"] = recall(
            clean[asked], list(labels[asked]), clean[shelf], list(labels[shelf])
        ).at_1
    figures["robust"] = _robust(clean, phone, sources, split)
    if heads:
        figures |= _with_texts(clean, pictures, sources, split, heads[1], texts)
    return {name: round(100 * value, 1) for name, value in figures.items()}


def _robust(clean: Features, phone: Features, sources: NDArray[np.str_], split: Split) -> float:
    hits: list[bool] = []
    for source in ("clothing", "eshop"):
        gallery = np.flatnonzero(sources == source)
        queries = np.flatnonzero((sources == source) & ~split.trained)
        nearest = gallery[(phone[queries] @ clean[gallery].T).argmax(axis=1)]
        hits += list(nearest == queries)
    return float(np.mean(hits))


def _with_texts(
    clean: Features,
    pictures: Sequence[Picture],
    sources: NDArray[np.str_],
    split: Split,
    teacher_map: nn.Linear,
    texts: Texts,
) -> dict[str, float]:
    keys = sorted({p.caption for p in pictures if p.caption})
    spoken = apply(teacher_map, np.stack([rows[0] for rows in texts.captions]))  # first wording
    captions = np.array([keys.index(p.caption) if p.caption else -1 for p in pictures])
    figures = {}
    for source in ("clothing", "grocery"):
        classes = sorted(set(captions[sources == source]))
        rows = (sources == source) & split.held_photos
        said = np.array(classes)[(clean[rows] @ spoken[classes].T).argmax(axis=1)]
        figures[f"zero-shot {source}"] = float((said == captions[rows]).mean())
    coloured = sorted({coloured_key(p) for p in pictures if p.colour})
    tinted = apply(teacher_map, np.stack([rows[0] for rows in texts.coloured]))
    hits = []
    for index in np.flatnonzero((sources == "clothing") & split.held_photos).tolist():
        own = [k for k, key in enumerate(coloured) if key.startswith(pictures[index].caption + "-")]
        best = own[int((tinted[own] @ clean[index]).argmax())]
        hits.append(coloured[best] == coloured_key(pictures[index]))
    figures["colour"] = float(np.mean(hits))
    # Texts of eShop products that were never trained: the picture among all 101.
    gallery = np.flatnonzero(sources == "eshop")
    asked = np.flatnonzero((sources == "eshop") & split.held_products)
    order = np.argsort(-(spoken[captions[asked]] @ clean[gallery].T), axis=1)[:, :5]
    figures["unseen text@5"] = float((gallery[order] == asked[:, None]).any(axis=1).mean())
    return figures
