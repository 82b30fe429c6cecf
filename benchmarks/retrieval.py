"""Retrieval quality on the real data sets, beside chance, colours alone and the raw trunk.

    python -m benchmarks.retrieval [--json FILE]

Every figure goes through the product's own code: feed rows, store, fused search.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import datasets, galleries
from benchmarks.baselines import RawTrunkEmbedder
from benchmarks.machine import machine_line
from index.types import FusionWeights, Query
from service import wiring
from service.evaluation import interval
from service.settings import Settings, load_settings
from service.wiring import Models
from vision.embedded_model import embedded_model_dir

IMAGE = FusionWeights(image=1.0)
COLOUR = FusionWeights(colour=1.0)
PROMPTS = ("a photo of a {}", "{}", "a {} on a plain background")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures here too")
    arguments = parser.parse_args()
    settings = load_settings()
    models = wiring.load_models(settings)
    raw = Models(RawTrunkEmbedder(str(embedded_model_dir(settings.cache))), models.colours)
    figures: dict[str, Any] = {"machine": machine_line()}
    print(figures["machine"])
    tasks = [
        datasets.luma(),
        datasets.grocery(with_photos=False),
        datasets.grocery(with_photos=True),
    ]
    for task in tasks:
        figures[task.name] = photo_task(task, models, raw, settings)
    figures["clothing"] = clothing_task(models, settings)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")


def photo_task(
    task: datasets.Task, models: Models, raw: Models, settings: Settings
) -> dict[str, Any]:
    """Photos as queries: product recall, and group recall where there are groups."""
    has_groups = any(row.get("item_group_id", "") not in {"", row["id"]} for row in task.rows)
    rows: dict[str, Any] = {}
    with galleries.indexed(task, raw, settings) as gallery:
        rows["raw ImageNet trunk"] = recalls(placed(gallery, IMAGE, has_groups))
    with galleries.indexed(task, models, settings) as gallery:
        rows["colour histogram"] = recalls(placed(gallery, COLOUR, has_groups))
        rows["embedder"] = recalls(placed(gallery, IMAGE, has_groups))
        found = placed(gallery, None, has_groups)
        rows["embedder and colour"] = recalls(found)
        if task.mislabelled:
            right = np.array([photo not in task.mislabelled for photo, _ in task.queries])
            rows[f"the {right.sum()} labelled right"] = recalls(found, right)
            rows[f"the {(~right).sum()} others"] = recalls(found, ~right)
    print(f"\n{task.name}: {len(task.queries)} queries, {len(task.rows)} products")
    chance = 1 / len(task.rows)
    print(f"  {'chance':24} recall@1 {chance:.3f}  recall@5 {5 * chance:.3f}")
    for name, row in rows.items():
        print(f"  {name:24} " + "  ".join(f"{metric} {text(row[metric])}" for metric in row))
    return {"n": len(task.queries), "products": len(task.rows), "chance": chance, **rows}


def placed(
    gallery: galleries.Gallery, weights: FusionWeights | None, has_groups: bool
) -> dict[str, NDArray[np.int64]]:
    """Places of the product, and of its group; without weights, with the pipeline's."""
    places = {"recall": galleries.ranks(gallery, weights)}
    if has_groups:
        places["group"] = galleries.ranks(gallery, weights, is_grouped=True)
    return places


def recalls(
    found: dict[str, NDArray[np.int64]], asked: NDArray[np.bool_] | slice = slice(None)
) -> dict[str, list[float]]:
    """Recall@1 and @5 over those photos of ``placed`` that are asked for."""
    return {
        f"{name}@{k}": recall(places[asked], k) for name, places in found.items() for k in (1, 5)
    }


def clothing_task(models: Models, settings: Settings) -> dict[str, Any]:
    """Words against pictures, both ways: photos named by class, and classes finding photos."""
    task = datasets.clothing()
    kinds = sorted({kind for _, kind in task.queries})
    with galleries.indexed(task, models, settings) as gallery:
        wordings = [[prompt.format(kind) for prompt in PROMPTS] for kind in kinds]
        classes = np.stack([mean_unit(models.embedder.embed_texts(one)) for one in wordings])
        named = (gallery.images @ classes.T).argmax(axis=1)
        right = np.array(
            [kinds[i] == kind for i, (_, kind) in zip(named, task.queries, strict=True)]
        )
        texts = models.embedder.embed_texts(kinds)
        weights = FusionWeights(text_image=1.0)
        queries = [Query(text=one, weights=weights, k=10, is_grouped=False) for one in texts]
        found = gallery.store.search(queries)
        groups = {
            key: product.group
            for key, product in gallery.store.catalogue.products(
                sorted({one.key for ranked in found for one in ranked})
            ).items()
        }
    hits = np.array(
        [
            [groups[one.key] == kind for one in ranked]
            for ranked, kind in zip(found, kinds, strict=True)
        ]
    )
    row = {
        "photo named by class (10 classes)": [float(right.mean()), *interval(right.astype(float))],
        "class finds a photo of it, first": [float(hits[:, 0].mean()), *interval(hits[:, 0] * 1.0)],
        "class finds photos of it, of ten": [float(hits.mean()), *interval(hits.mean(axis=1))],
    }
    print(f"\n{task.name}: {len(task.queries)} photos, chance 0.100")
    for name, value in row.items():
        print(f"  {name:36} {text(value)}")
    return row


def recall(places: NDArray[np.int64], k: int) -> list[float]:
    """Mean and 95 % bootstrap interval."""
    hits = ((places > 0) & (places <= k)).astype(np.float64)
    return [float(hits.mean()), *interval(hits)]


def mean_unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    mean = rows.mean(axis=0)
    return mean / np.linalg.norm(mean)


def text(value: list[float]) -> str:
    return f"{value[0]:.3f} [{value[1]:.3f}, {value[2]:.3f}]"


if __name__ == "__main__":
    main()
