"""Figures of a finished folder on pictures that no setting was chosen on."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch
from PIL import Image

from scripts.embedder_training.captions import GARMENTS, PRODUCE
from scripts.embedder_training.evaluation import (
    Vectors,
    group_recall,
    nearest_label_accuracy,
    recall,
)
from scripts.embedder_training.pictures import (
    Picture,
    grocery_products,
    iconic_pictures,
    luma_pictures,
    training_pictures,
    validation_pictures,
)
from vision.embedded_model import CONFIG, MODEL, compose

REWORDED = {
    "dress": "pinafore", "hat": "headgear", "longsleeve": "a warm knitted jersey with long arms",
    "outwear": "overcoat", "pants": "breeches", "shirt": "button-through top with a collar",
    "shoes": "loafers", "shorts": "knee-length hot weather bottoms", "skirt": "kilt",
    "t-shirt": "short-sleeved casual cotton top",
}  # fmt: skip
"""Garments in words that are no captions."""


def report(folder: Path, data: Path) -> dict[str, str]:
    """Gives figures by name, in per cent: recall@1 / recall@5, or accuracy.

    Args:
        folder: as the training writes it.
        data: folder of the data sets.
    """
    embed_pictures, embed_texts = _loaded(folder)
    train = [p for p in training_pictures(data) if p.source in ("grocery", "clothing")]
    val = validation_pictures(data)
    iconic = iconic_pictures(data)
    rows = {id(p): row for p, row in zip(
        [*train, *val, *iconic], embed_pictures([*train, *val, *iconic]), strict=True
    )}  # fmt: skip

    def side(pictures: Sequence[Picture]) -> tuple[Vectors, list[str]]:
        return np.stack([rows[id(p)] for p in pictures]), [p.label for p in pictures]

    def of(pictures: Sequence[Picture], source: str) -> list[Picture]:
        return [p for p in pictures if p.source == source]

    photos, garments = of(val, "grocery"), of(val, "clothing")
    catalogue_and_photos = [*iconic, *of(train, "grocery")]
    kinds = sorted(GARMENTS)
    products = grocery_products(data)
    titles = [product["title"].lower() for product in products]
    figures = {
        "grocery val -> 81 catalogue pictures": recall(*side(photos), *side(iconic)),
        "grocery val -> catalogue + train photos": recall(
            *side(photos), *side(catalogue_and_photos)
        ),
        "clothing validation, 1-NN": nearest_label_accuracy(
            *side(garments), *side(of(train, "clothing"))
        ),
        "clothing validation, zero-shot": recall(*side(garments), embed_texts(kinds), kinds),
        "clothing validation, zero-shot reworded": recall(
            *side(garments), embed_texts([REWORDED[kind] for kind in kinds]), kinds
        ),
        "grocery val, zero-shot 81": recall(
            *side(photos), embed_texts(titles), [product["id"] for product in products]
        ),
        **_reworded_produce(side, photos, products, embed_texts),
        **luma_figures(embed_pictures, data),
    }
    return {
        name: f"{100 * value:.1f}" if isinstance(value, float) else f"{value} (n={value.queries})"
        for name, value in figures.items()
    }


def _reworded_produce(
    side: Callable[[Sequence[Picture]], tuple[Vectors, list[str]]],
    photos: Sequence[Picture],
    products: Sequence[dict[str, str]],
    embed_texts: Any,
) -> dict[str, Any]:
    """Photos of produce that has a second name, by that name among all of these."""
    second = {p["id"]: PRODUCE[p["title"]][0] for p in products if p["title"] in PRODUCE}
    queries, wanted = side([p for p in photos if p.label in second])
    texts = embed_texts(list(second.values()))
    return {f"grocery val by synonym, {len(second)}": recall(queries, wanted, texts, list(second))}


def luma_figures(embed_pictures: Any, data: Path) -> dict[str, Any]:
    """Gives the recall of the shop that was never trained on, from its other views."""
    gallery, queries, groups = luma_pictures(data)
    unique = list({(p.path, p.label): p for p in queries}.values())
    shelf, asked = embed_pictures(gallery), embed_pictures(unique)
    labels, wanted = [p.label for p in gallery], [p.label for p in unique]
    return {
        "Luma other view -> product": recall(asked, wanted, shelf, labels),
        "Luma other view -> group": group_recall(asked, wanted, shelf, labels, groups),
    }


def _loaded(folder: Path) -> tuple[Any, Any]:
    """The two embedding functions of a folder, composed and loaded as users load it."""
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / MODEL).write_bytes(compose(folder))
        (Path(scratch) / CONFIG).write_bytes((folder / CONFIG).read_bytes())
        model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{scratch}")
        tokenizer = open_clip.get_tokenizer(f"local-dir:{scratch}")
    model.eval()

    @torch.inference_mode()
    def embed_pictures(pictures: Sequence[Picture]) -> Vectors:
        rows = []
        for picture in pictures:
            with Image.open(picture.path) as image:
                pixels = preprocess(image.convert("RGB"))[None]
            rows.append(model.encode_image(pixels, normalize=True)[0].numpy())
        return np.stack(rows)

    @torch.inference_mode()
    def embed_texts(texts: Sequence[str]) -> Vectors:
        said: Vectors = model.encode_text(tokenizer(list(texts)), normalize=True).numpy()
        return said

    return embed_pictures, embed_texts
