"""FAISS behind the protocol, against numpy."""

from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import StoreDamagedError
from index.faiss_index import FaissIndex
from index.protocols import VectorIndex
from tests.fakes import unit


def made(count: int = 50, dimension: int = 8, seed: int = 0) -> tuple[VectorIndex, np.ndarray]:
    """An index whose keys are neither positions nor in order, and its rows by ascending key."""
    random = np.random.default_rng(seed)
    ids = random.permutation(count).astype(np.int64) * 7 + 1000
    rows = unit(random.normal(size=(count, dimension)))
    return FaissIndex(ids, rows), rows[np.argsort(ids)]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.integers(1, 70), st.floats(0, 1), st.integers(0, 10))
def test_neighbours_are_those_of_brute_force(count: int, k: int, share: float, seed: int) -> None:
    index, rows = made(count, seed=seed)
    random = np.random.default_rng(seed + 1)
    queries = unit(random.normal(size=(3, 8)))
    allowed = random.random(count) < share
    similarities, keys = index.search(queries, k, allowed)
    assert similarities.shape == keys.shape == (3, k)
    exact = np.where(allowed, queries @ rows.T, -np.inf)
    for query in range(3):
        best = np.argsort(-exact[query], kind="stable")[: min(k, int(allowed.sum()))]
        found = keys[query][keys[query] >= 0]
        assert found.tolist() == index.ids[best].tolist()
        assert np.allclose(similarities[query][: len(best)], exact[query][best], atol=1e-6)


def test_without_a_mask_everything_is_allowed() -> None:
    index, rows = made()
    _, keys = index.search(rows[:5], 1, None)
    assert keys[:, 0].tolist() == index.ids[:5].tolist()


def test_keys_ascend_and_vectors_come_back_in_the_order_asked() -> None:
    index, rows = made()
    assert (np.diff(index.ids) > 0).all()
    asked = np.array([9, 3, 3, 40])
    assert np.array_equal(index.vectors(index.ids[asked]), rows[asked])
    assert index.vectors(index.ids[:0]).shape == (0, 8)


def test_an_empty_index_finds_nothing() -> None:
    index = FaissIndex(np.empty(0, np.int64), np.empty((0, 8), np.float32))
    _, keys = index.search(np.ones((2, 8), np.float32), 3, np.empty(0, np.bool_))
    assert keys.tolist() == [[-1] * 3] * 2
    assert len(index.ids) == 0


@pytest.mark.parametrize("count", [0, 50])
def test_a_written_index_comes_back_the_same(tmp_path: Path, count: int) -> None:
    random = np.random.default_rng(0)
    rows = unit(random.normal(size=(count, 8)))
    index = FaissIndex(np.arange(count, dtype=np.int64) + 5, rows)
    index.write(tmp_path / "x.faiss")
    read = FaissIndex.read(tmp_path / "x.faiss")
    assert np.array_equal(read.ids, index.ids)
    assert np.array_equal(read.vectors(read.ids), rows)


def test_a_file_that_is_no_such_index_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "x.faiss"
    path.write_bytes(b"no index")
    with pytest.raises(StoreDamagedError, match=r"x\.faiss is no readable index"):
        FaissIndex.read(path)
    faiss.write_index(faiss.IndexFlatIP(4), str(path))
    with pytest.raises(StoreDamagedError, match=r"x\.faiss holds IndexFlatIP, no keys"):
        FaissIndex.read(path)
