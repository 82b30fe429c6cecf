"""Lists of codes against exact search: what is found, filtered, written and read."""

from pathlib import Path

import numpy as np
import pytest

from index import vector_indexes
from index.errors import StoreDamagedError
from index.faiss_index import FaissIndex
from index.index_choice import IndexPlan
from index.ivf_index import IvfIndex
from index.types import Mask, Vectors
from tests.fakes import unit

COUNT, DIMENSION = 5_000, 32
LISTS = 64
CODECS = ("SQ8", "RaBitQ")


def clustered() -> tuple[np.ndarray, Vectors, Vectors]:
    """Keys, rows in 200 clusters, and queries near to rows."""
    random = np.random.default_rng(0)
    centres = unit(random.normal(size=(200, DIMENSION)))
    noise = 0.4 * unit(random.normal(size=(COUNT, DIMENSION)))
    rows = unit(centres[random.integers(0, 200, COUNT)] + noise)
    asked = rows[random.integers(0, COUNT, 50)]
    queries = unit(asked + 0.3 * unit(random.normal(size=(50, DIMENSION))))
    return random.permutation(COUNT).astype(np.int64) * 7 + 1_000, rows, queries


IDS, ROWS, QUERIES = clustered()
EXACT = FaissIndex(IDS, ROWS)


def made(codec: str, probes: int = 16) -> IvfIndex:
    index = vector_indexes.build(IDS, ROWS, IndexPlan("ivf", LISTS, codec, probes))
    assert isinstance(index, IvfIndex)
    return index


def ann_recall_at_10(index: IvfIndex, allowed: Mask | None) -> float:
    _, found = index.search(QUERIES, 10, allowed)
    _, right = EXACT.search(QUERIES, 10, allowed)
    return float(np.mean([len(set(a) & set(b)) / 10 for a, b in zip(found, right, strict=True)]))


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("share", [None, 0.5, 0.1, 0.02])
def test_nearly_all_of_the_nearest_are_found_whatever_is_filtered(
    codec: str, share: float | None
) -> None:
    allowed = None if share is None else np.random.default_rng(1).random(COUNT) < share
    index = made(codec)
    assert ann_recall_at_10(index, allowed) >= 0.95
    if allowed is not None:
        _, keys = index.search(QUERIES, 10, allowed)
        assert (keys >= 0).all()
        assert allowed[np.searchsorted(index.ids, keys)].all()


@pytest.mark.parametrize("codec", CODECS)
def test_similarities_are_those_of_the_rows_and_descend(codec: str) -> None:
    index = made(codec)
    similarities, keys = index.search(QUERIES, 10, None)
    for query, row, scores in zip(QUERIES, keys, similarities, strict=True):
        assert np.allclose(index.vectors(row) @ query, scores, atol=1e-6)
        assert np.allclose(EXACT.vectors(row) @ query, scores, atol=1e-3)  # float16
        assert (np.diff(scores) <= 0).all()


def test_more_lists_find_more() -> None:
    few, many = (ann_recall_at_10(made("SQ8", probes), None) for probes in (1, 64))
    assert few < many
    assert many >= 0.99


def test_more_than_pass_are_filled_with_none() -> None:
    allowed = np.zeros(COUNT, dtype=np.bool_)
    allowed[[5, 9]] = True
    similarities, keys = made("SQ8").search(QUERIES[:1], 4, allowed)
    assert set(keys[0, :2]) == set(EXACT.ids[[5, 9]])
    assert keys[0, 2:].tolist() == [-1, -1]
    assert np.isneginf(similarities[0, 2:]).all()


@pytest.mark.parametrize("codec", CODECS)
def test_a_written_index_answers_the_same_and_leaves_its_rows_on_the_disk(
    codec: str, tmp_path: Path
) -> None:
    index = made(codec)
    index.write(tmp_path / "pictures.faiss")
    again = vector_indexes.read(tmp_path / "pictures.faiss")
    assert isinstance(again, IvfIndex)
    assert isinstance(again._rows, np.memmap)
    similarities, keys = index.search(QUERIES, 10, None)
    read_similarities, read_keys = again.search(QUERIES, 10, None)
    assert np.array_equal(similarities, read_similarities)
    assert np.array_equal(keys, read_keys)
    assert again.ids.tolist() == sorted(IDS)


@pytest.mark.parametrize("name", ["pictures.faiss", "pictures.f16.npy", "pictures.keys.npz"])
def test_a_damaged_file_is_an_error(name: str, tmp_path: Path) -> None:
    made("SQ8").write(tmp_path / "pictures.faiss")
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(StoreDamagedError, match=r"pictures\.faiss"):
        vector_indexes.read(tmp_path / "pictures.faiss")


def test_files_of_two_indexes_do_not_belong_together(tmp_path: Path) -> None:
    made("SQ8").write(tmp_path / "pictures.faiss")
    rows = tmp_path / "pictures.f16.npy"
    np.save(rows, np.load(rows)[:-1])
    with pytest.raises(StoreDamagedError, match="do not belong together"):
        vector_indexes.read(tmp_path / "pictures.faiss")


def test_a_small_catalogue_gets_the_exact_index(tmp_path: Path) -> None:
    index = vector_indexes.build(IDS, ROWS)
    assert isinstance(index, FaissIndex)
    index.write(tmp_path / "pictures.faiss")
    assert isinstance(vector_indexes.read(tmp_path / "pictures.faiss"), FaissIndex)


def test_an_index_that_probes_every_list_shares_the_rows_and_leaves_the_first_as_it_was() -> None:
    index = made("SQ8", probes=1)
    before = index.search(QUERIES, 10, None)[1]
    right = EXACT.search(QUERIES, 10, None)[1]
    wide = index.probing(LISTS).search(QUERIES, 10, None)[1]
    assert (wide == right).mean() > (before == right).mean()
    assert (index.search(QUERIES, 10, None)[1] == before).all()
