"""The GPU's index against brute force, with the CPU in the GPU's place; and a GPU where one is."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from index import gpu_index, index_choice, ranking, vector_indexes
from index.errors import StoreUnavailableError
from index.faiss_index import FaissIndex
from index.gpu_index import MOST_CANDIDATES, Device, GpuEngine, GpuIndex, device_of
from index.index_choice import FEWEST_ON_GPU, IndexPlan
from index.ivf_index import IvfIndex
from index.place import FolderPlace, GpuPlace
from index.types import Mask, Query, Vectors
from tests.fakes import record, small_store, text_vector, unit

COUNT, DIMENSION, LISTS = FEWEST_ON_GPU + 500, 32, 64
ENOUGH = 10**9
ONLY_CODES = int(1.5 * COUNT * (DIMENSION + 8))
"""Bytes free, of which the rows in float16 would take more than may be taken."""


def clustered() -> tuple[np.ndarray, Vectors, Vectors]:
    """Ascending keys, rows in 200 clusters that float16 holds exactly, and queries near to rows."""
    random = np.random.default_rng(0)
    centres = unit(random.normal(size=(200, DIMENSION)))
    noise = 0.5 * unit(random.normal(size=(COUNT, DIMENSION)))
    rows = unit(centres[random.integers(0, 200, COUNT)] + noise).astype(np.float16)
    near = rows[random.integers(0, COUNT, 20)] + 0.4 * unit(random.normal(size=(20, DIMENSION)))
    return np.arange(COUNT) * 7 + 1_000, rows.astype(np.float32), unit(near)


IDS, ROWS, QUERIES = clustered()
EXACT = FaissIndex(IDS, ROWS)
LISTED = vector_indexes.build(IDS, ROWS, IndexPlan("ivf", LISTS, "SQ8", probes=16))


@dataclass
class OneAtATime:
    """FAISS's lists as they are on a GPU: no selector, short answers, one thread."""

    lists: Any
    searches: int = 0
    inside: threading.Lock = field(default_factory=threading.Lock)

    def search(self, queries: Vectors, k: int, params: Any) -> Any:
        assert max(k, params.nprobe) <= MOST_CANDIDATES
        assert params.sel is None
        assert self.inside.acquire(blocking=False), "two threads search at once"
        try:
            self.searches += 1
            time.sleep(0.001)
            return self.lists.search(queries, k, params=params)
        finally:
            self.inside.release()


def stand_in(free: int = ENOUGH, moved: Any = OneAtATime) -> Device:
    """The CPU in a GPU's place: PyTorch's work is the same but for the device's name."""
    return Device("cpu", lambda: free, moved)


ON_DEVICE = [GpuIndex(EXACT, stand_in()), GpuIndex(LISTED, stand_in())]
"""Rows in float32, and rows in float16 whose lists would be approximate on the CPU."""


def passing(share: float) -> Mask:
    return np.random.default_rng(1).random(COUNT) < share


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(ON_DEVICE),
    st.integers(1, MOST_CANDIDATES + 1_000),
    st.sampled_from([0.0, 0.0001, 0.01, 0.5, 1.0]),
)
def test_neighbours_are_those_of_brute_force_after_filtering(
    index: GpuIndex, k: int, share: float
) -> None:
    allowed = passing(share)
    queries = QUERIES[:3]
    similarities, keys = index.search(queries, k, allowed)
    assert similarities.shape == keys.shape == (3, k)
    scores = np.where(allowed, queries @ ROWS.T, -np.inf)
    count = min(k, int(allowed.sum()))
    assert ((keys >= 0).sum(axis=1) == count).all(), "not k came back where k pass"
    for found, row, right in zip(keys, similarities, scores, strict=True):
        places = np.searchsorted(IDS, found[:count])
        assert len(set(places)) == count
        assert allowed[places].all()
        best = -np.sort(-right)[:count]
        assert np.allclose(right[places], best, atol=1e-5)
        assert np.allclose(row[:count], best, atol=1e-5)


def test_where_rows_fit_lists_become_exact_and_where_not_they_stay_lists() -> None:
    assert not LISTED.is_exact
    assert GpuIndex(LISTED, stand_in()).is_exact
    assert not GpuIndex(LISTED, stand_in(ONLY_CODES)).is_exact
    assert not GpuIndex(LISTED, stand_in(1_000)).is_exact
    assert GpuIndex(EXACT, stand_in(1_000)).is_exact


def test_many_queries_are_answered_in_parts_of_bounded_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index = GpuIndex(EXACT, stand_in())
    whole = index.search(QUERIES, 5, None)
    monkeypatch.setattr(gpu_index, "_TEMPORARY_BYTES", 16 * COUNT * 3)
    parts = index.search(QUERIES, 5, None)
    assert np.array_equal(whole[1], parts[1])


def moved_lists() -> tuple[GpuIndex, OneAtATime]:
    lists = OneAtATime(LISTED.lists)  # type: ignore[union-attr]
    return GpuIndex(LISTED, stand_in(ONLY_CODES, lambda _: lists)), lists


def test_lists_on_the_device_answer_as_those_of_the_cpu_do() -> None:
    index, lists = moved_lists()
    similarities, keys = index.search(QUERIES, 10, None)
    right = LISTED.search(QUERIES, 10, None)
    assert np.array_equal(similarities, right[0])
    assert np.array_equal(keys, right[1])
    assert lists.searches == 1


@pytest.mark.parametrize("share", [0.5, 0.2, 0.02, 0.0005])
def test_lists_on_the_device_find_k_that_pass_where_k_pass(share: float) -> None:
    index, allowed = moved_lists()[0], passing(share)
    similarities, keys = index.search(QUERIES, 10, allowed)
    _, right = EXACT.search(QUERIES, 10, allowed)
    assert (keys >= 0).sum() == (right >= 0).sum()
    assert allowed[np.searchsorted(IDS, keys[keys >= 0])].all()
    same = [len(set(a) & set(b)) / len(set(b)) for a, b in zip(keys, right, strict=True)]
    assert np.mean(same) >= 0.95
    assert (np.diff(similarities[:, : min(10, allowed.sum())]) <= 0).all()


def test_what_the_device_s_lists_cannot_answer_the_cpu_does() -> None:
    index, lists = moved_lists()
    _, keys = index.search(QUERIES, MOST_CANDIDATES, None)
    assert np.array_equal(keys, LISTED.search(QUERIES, MOST_CANDIDATES, None)[1])
    assert lists.searches == 0


def test_threads_take_turns() -> None:
    index, lists = moved_lists()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda row: index.search(row[None], 5, None)[1], QUERIES))
    assert np.array_equal(np.concatenate(found), LISTED.search(QUERIES, 5, None)[1])
    assert lists.searches == len(QUERIES)


def test_few_rows_and_lists_that_faiss_cannot_move_stay_with_the_cpu() -> None:
    few = FaissIndex(IDS[:100], ROWS[:100])
    assert GpuIndex(few, stand_in())._copied() is few
    assert GpuIndex(LISTED, stand_in(ONLY_CODES, None))._copied() is LISTED
    bits = vector_indexes.build(IDS, ROWS, IndexPlan("ivf", LISTS, "RaBitQ", probes=16))
    assert GpuIndex(bits, stand_in(ONLY_CODES))._copied() is bits


@pytest.mark.parametrize(
    ("error", "match"),
    [
        (RuntimeError("alloc fail (cudaMalloc error out of memory [2])"), "memory of cpu is full"),
        (torch.OutOfMemoryError("CUDA out of memory."), "memory of cpu is full"),
        (RuntimeError("CUDA error: unspecified launch failure\nat x"), r"cpu failed .*failure\)"),
    ],
)
def test_what_fails_on_the_device_is_told_with_a_way_out_and_tried_again(
    error: RuntimeError, match: str
) -> None:
    failures: Iterator[RuntimeError] = iter([error])

    def moved(lists: Any) -> Any:
        for one in failures:
            raise one
        return OneAtATime(lists)

    index = GpuIndex(LISTED, stand_in(ONLY_CODES, moved))
    with pytest.raises(StoreUnavailableError, match=match) as told:
        index.search(QUERIES, 5, None)
    assert "searched on the CPU" in str(told.value)
    assert (index.search(QUERIES, 5, None)[1] >= 0).all()


@pytest.mark.parametrize("stored", [EXACT, LISTED])
def test_files_are_those_of_the_cpu(stored: FaissIndex | IvfIndex, tmp_path: Path) -> None:
    path = tmp_path / "pictures.faiss"
    GpuIndex(stored, stand_in()).write(path)
    without = vector_indexes.read(path)
    assert type(without) is type(stored)
    again = GpuEngine(stand_in()).read_pictures(path)
    assert np.array_equal(again.ids, IDS)
    assert np.array_equal(again.vectors(IDS[5:7]), ROWS[5:7])
    asked = partial(again.search, QUERIES, 10, passing(0.3))
    assert np.array_equal(asked()[1], EXACT.search(QUERIES, 10, passing(0.3))[1])


def test_a_store_of_a_machine_with_a_gpu_opens_on_one_without_and_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (gpu_index, index_choice):
        monkeypatch.setattr(module, "FEWEST_ON_GPU", 1)
    monkeypatch.setattr(gpu_index, "device_of", lambda _number: stand_in())
    monkeypatch.setattr(ranking, "EXACT_LIMIT", 0)
    monkeypatch.setattr(ranking, "_FIRST_DEPTH", 2)
    monkeypatch.setattr(ranking, "_DEPTH_FACTOR", 1)
    records = [record(f"p{number}") for number in range(30)]
    with_gpu = FolderPlace(tmp_path / "store", GpuPlace())
    found = []
    for place, some in (
        (with_gpu, records[:20]),
        (tmp_path / "store", records[20:]),
        (with_gpu, []),
    ):
        with closing(small_store(place, some)) as store:
            found.append(store.search([Query(image=text_vector("picture p3"), k=5)])[0][0])
    assert found[0] == found[1] == found[2]


def no_gpu() -> bool:
    return not torch.cuda.is_available()


@pytest.mark.skipif(not no_gpu(), reason="there is a CUDA device")
def test_without_a_gpu_the_message_names_the_way_out_and_the_store_serves_without(
    tmp_path: Path,
) -> None:
    small_store(tmp_path / "store", [record("mug")]).close()
    with pytest.raises(StoreUnavailableError, match=r"finds 0 GPUs: leave index .*empty"):
        small_store(FolderPlace(tmp_path / "store", GpuPlace()))
    with closing(small_store(tmp_path / "store")) as store:
        assert len(store.search([Query(image=text_vector("picture mug"))])[0]) == 1


@pytest.mark.gpu
@pytest.mark.skipif(no_gpu(), reason="needs a CUDA device")
@pytest.mark.parametrize("share", [1.0, 0.3, 0.01])
@pytest.mark.parametrize("stored", [EXACT, LISTED])
def test_a_gpu_finds_what_exact_search_finds(stored: FaissIndex | IvfIndex, share: float) -> None:
    index = GpuIndex(stored, device_of(0))
    for k in (10, MOST_CANDIDATES + 500):
        similarities, keys = index.search(QUERIES, k, passing(share))
        right, expected = EXACT.search(QUERIES, k, passing(share))
        assert (keys >= 0).sum() == (expected >= 0).sum()
        assert np.allclose(similarities[keys >= 0], right[expected >= 0], atol=1e-5)


@pytest.mark.gpu
@pytest.mark.skipif(faiss.get_num_gpus() == 0, reason="needs a CUDA device that FAISS finds")
@pytest.mark.parametrize("share", [1.0, 0.3, 0.01])
def test_a_gpu_searches_lists_as_the_cpu_does(share: float) -> None:
    device = device_of(0)
    index = GpuIndex(LISTED, Device(device.name, lambda: ONLY_CODES, device.moved))
    similarities, keys = index.search(QUERIES, 10, passing(share))
    assert isinstance(index._copied(), gpu_index._Lists)
    assert (np.diff(similarities) <= 0).all()
    _, right = EXACT.search(QUERIES, 10, passing(share))
    same = [len(set(a) & set(b)) / 10 for a, b in zip(keys, right, strict=True)]
    assert np.mean(same) >= 0.95
