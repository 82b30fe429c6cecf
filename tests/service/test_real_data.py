"""Floors of retrieval quality on real photos; they fail when quality drops.

The measured figures stand in ``benchmarks/``; floors lie some two standard errors below.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from benchmarks import galleries
from benchmarks.datasets import Task
from index.types import FusionWeights, Query
from service import fusion
from service.settings import Settings
from service.wiring import Models

pytestmark = pytest.mark.data


@contextmanager
def gallery(task: Task, models: Models, settings: Settings) -> Iterator[galleries.Gallery]:
    with galleries.indexed(task, models, settings) as found:
        yield found


def recall(places: np.ndarray, k: int) -> float:
    return float(((places > 0) & (places <= k)).mean())


def test_other_views_of_luma_products_are_found(
    datasets: Path, models: Models, settings: Settings
) -> None:
    from benchmarks.datasets import luma

    with gallery(luma(), models, settings) as found:
        places = galleries.ranks(found)
        assert recall(places, 1) >= 0.57
        assert recall(places, 5) >= 0.74
        assert recall(galleries.ranks(found, is_grouped=True), 1) >= 0.60
        # colours and embedding complete each other
        assert recall(places, 5) > recall(galleries.ranks(found, FusionWeights(image=1)), 5)
        assert recall(places, 5) > recall(galleries.ranks(found, FusionWeights(colour=1)), 5)


def test_shop_photos_of_groceries_find_their_product(
    datasets: Path, models: Models, settings: Settings
) -> None:
    from benchmarks.datasets import grocery

    with gallery(grocery(with_photos=False), models, settings) as found:
        places = galleries.ranks(found)
        assert recall(places, 1) >= 0.64
        assert recall(places, 5) >= 0.92


def test_words_find_products_of_the_eshop_catalogue(
    datasets: Path, models: Models, settings: Settings
) -> None:
    from benchmarks.datasets import eshop

    task = eshop()
    with gallery(task, models, settings) as found:
        words = [row["description"].split(". ")[0] for row in task.rows]
        texts = models.embedder.embed_texts(words)
        queries = [Query(text=one, weights=fusion.TEXT) for one in texts]
        wanted = [row["id"] for row in task.rows]
        places = galleries.places(found.store, queries, wanted, is_grouped=False)
        assert recall(places, 5) >= 0.6
