"""Pictures drawn to the mean of their product, and back."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalogue_reads import IndexedProduct
from index.picture_vectors import indexed_vectors, own_vectors
from index.types import Product, Vectors
from tests.fakes import unit

D, C = 16, 4


def product(embeddings: Vectors, colours: Vectors) -> IndexedProduct:
    keys = np.arange(len(embeddings), dtype=np.int64)
    words = Product(id="a", group="a", title="A")
    return IndexedProduct(1, words, unit(np.ones((1, D)))[0], keys, embeddings, colours)


def of(count: int, seed: int = 3) -> IndexedProduct:
    random = np.random.default_rng(seed)
    return product(unit(random.normal(size=(count, D))), unit(random.normal(size=(count, C))))


def test_a_product_s_only_picture_stays_as_it_is() -> None:
    one = of(1)
    assert np.array_equal(indexed_vectors(one), np.hstack([one.embeddings, one.colours]))


def test_equal_pictures_stay_as_they_are() -> None:
    one = of(1)
    twice = replace(
        one,
        picture_keys=np.arange(2),
        embeddings=np.repeat(one.embeddings, 2, axis=0),
        colours=np.repeat(one.colours, 2, axis=0),
    )
    assert indexed_vectors(twice)[:, :D] == pytest.approx(twice.embeddings, abs=1e-3)


def test_a_photo_like_all_pictures_scores_above_one_like_a_single_picture() -> None:
    several = of(3)
    common = unit(several.embeddings.sum(axis=0, keepdims=True))[0]
    alone = np.max(several.embeddings @ common)
    together = np.max(indexed_vectors(several)[:, :D] @ common)
    assert together > alone + 0.05


def test_a_picture_is_still_nearest_to_its_own_row() -> None:
    several = of(5)
    similarities = several.embeddings @ indexed_vectors(several)[:, :D].T
    assert similarities.argmax(axis=1).tolist() == list(range(5))


def test_pictures_that_cancel_each_other_out_have_no_mean() -> None:
    row = unit(np.ones((1, D)))
    opposite = product(np.vstack([row, -row]), unit(np.ones((2, C))))
    rows = indexed_vectors(opposite)
    assert np.isfinite(rows).all()
    assert own_vectors(rows[:, :D], np.zeros(2, np.int64)) == pytest.approx(
        opposite.embeddings, abs=2e-3
    )


@given(st.lists(st.integers(1, 6), min_size=1, max_size=8), st.integers(0, 2**31))
def test_the_pictures_themselves_come_back(counts: list[int], seed: int) -> None:
    products = [of(count, seed + place) for place, count in enumerate(counts)]
    rows = np.vstack([indexed_vectors(one) for one in products])
    owners = np.repeat(np.arange(len(counts)) * 7, counts)
    order = np.random.default_rng(seed).permutation(len(rows))  # pictures lie anywhere
    for part, own in (
        (slice(0, D), np.vstack([one.embeddings for one in products])),
        (slice(D, None), np.vstack([one.colours for one in products])),
    ):
        found = own_vectors(rows[order][:, part], owners[order])
        assert np.sum(found * own[order], axis=1) == pytest.approx(1, abs=5e-3)


def test_no_picture_gives_no_row() -> None:
    assert own_vectors(np.empty((0, D), np.float32), np.empty(0, np.int64)).shape == (0, D)
