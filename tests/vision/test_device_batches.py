"""Passes are as large as the memory allows, and smaller where it did not."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from tests.vision.test_open_clip_embedder import pictures
from vision.compute import ComputeOptions
from vision.device_batches import MOST, Batches, inputs_at_once, measured_batch
from vision.errors import ModelUnavailableError
from vision.open_clip_embedder import OpenClipEmbedder

GB = 10**9
CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("free", "each", "expected"),
    [
        (20 * GB, 50_000_000, 128),  # 200 fit half of it
        (20 * GB, 1_000_000, MOST),
        (2 * GB, 50_000_000, 16),
        (GB, 400_000_000, 1),
        (GB, 2 * GB, 1),  # it may fit all the same, once others have gone
        (0, 1, 1),
        (GB, 0, MOST),
    ],
)
def test_half_of_the_free_memory_is_shared_out(free: int, each: int, expected: int) -> None:
    assert inputs_at_once(free, each) == expected


def holding(most: int, sizes: list[int]) -> Callable[[Sequence[int]], torch.Tensor]:
    """A device that holds so many inputs at once."""

    def one_pass(values: Sequence[int]) -> torch.Tensor:
        sizes.append(len(values))
        if len(values) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return torch.tensor(values, dtype=torch.float32)[:, None]

    return one_pass


def test_a_pass_that_does_not_fit_is_run_in_halves_and_later_ones_are_as_small() -> None:
    batches, sizes = Batches(16, CPU), list[int]()
    rows = torch.cat(batches.run(range(20), holding(5, sizes)))
    assert rows.flatten().tolist() == list(range(20))
    assert sizes == [16, 8, 4, 4, 4, 4, 4]
    assert batches.size == 4


def test_the_rest_of_a_batch_may_be_what_does_not_fit() -> None:
    batches, sizes = Batches(16, CPU), list[int]()
    assert len(torch.cat(batches.run(range(6), holding(2, sizes)))) == 6
    assert sizes == [6, 3, 1, 1, 1, 1, 1, 1]


def test_what_does_not_fit_alone_is_an_error_that_names_the_device() -> None:
    with pytest.raises(ModelUnavailableError, match="memory of cpu is full"):
        Batches(4, CPU).run([1, 2], holding(0, []))


def test_several_threads_halve_once_each_size() -> None:
    batches = Batches(64, CPU)
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: batches.run(range(64), holding(8, [])), range(8)))
    assert all(torch.cat(rows).flatten().tolist() == list(range(64)) for rows in runs)
    assert batches.size == 8


def test_an_embedder_whose_memory_is_short_gives_the_same_vectors(vit_model: str) -> None:
    embedder = OpenClipEmbedder(vit_model, ComputeOptions(device="cpu"))
    expected, encode = embedder.embed_images(pictures(9)), embedder._encode_image

    def short(pixels: torch.Tensor) -> torch.Tensor:
        if len(pixels) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return encode(pixels)

    embedder._encode_image = short
    assert np.allclose(embedder.embed_images(pictures(9)), expected, atol=1e-6)
    prepared = [embedder.prepare(one) for one in pictures(9)]
    assert np.allclose(embedder.embed_prepared(prepared), expected, atol=1e-6)
    embedder._run_largest()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_is_measured(vit_model: str) -> None:
    embedder = OpenClipEmbedder(vit_model, ComputeOptions(device="cuda"))
    assert 1 <= embedder._batches.size <= MOST
    assert measured_batch(torch.device("cuda"), embedder._run_largest) >= 1
