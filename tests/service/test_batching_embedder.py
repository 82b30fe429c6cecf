"""What several threads ask for is one batch, and everybody gets their own rows."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from service.batching_embedder import BatchingEmbedder, BatchRules
from tests.fakes import FakeEmbedder, picture
from vision.errors import ModelUnavailableError
from vision.types import Vectors


class SlowEmbedder(FakeEmbedder):
    """Notes its batches; waits in a batch while it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []
        self.may_go = threading.Event()
        self.threads: set[int] = set()

    def embed_images(self, images: Sequence[Image.Image]) -> Vectors:
        self.batches.append(len(images))
        self.threads.add(threading.get_ident())
        assert self.may_go.wait(20)
        return super().embed_images(images)


def colours(count: int) -> list[Image.Image]:
    return [picture((10 * n, 255 - 10 * n, n)) for n in range(count)]


def asked_together(rules: BatchRules, sizes: list[int]) -> tuple[SlowEmbedder, list[Vectors]]:
    """The first request is in the model when the others come, in order."""
    slow = SlowEmbedder()
    batching = BatchingEmbedder(slow, rules)
    with ThreadPoolExecutor(len(sizes)) as threads:
        found = []
        for number, size in enumerate(sizes):
            images = [picture((number, n, 0)) for n in range(size)]
            found.append(threads.submit(batching.embed_images, images))
            while not (
                slow.batches if number == 0 else batching._images._waiting.qsize() == number
            ):
                time.sleep(0.005)
        slow.may_go.set()
        return slow, [one.result(20) for one in found]


def test_rows_are_those_of_the_model_and_each_gets_its_own() -> None:
    slow, found = asked_together(BatchRules(), [1, 2, 3])
    plain = FakeEmbedder()
    for number, rows in enumerate(found):
        images = [picture((number, n, 0)) for n in range(number + 1)]
        np.testing.assert_allclose(rows, plain.embed_images(images), atol=1e-6)
    assert slow.batches == [1, 5]
    assert len(slow.threads) == 1


def test_a_batch_has_a_most_and_nobody_is_overtaken() -> None:
    slow, _ = asked_together(BatchRules(max_batch=4), [1, 3, 3, 1])
    assert slow.batches == [1, 3, 4]


def test_a_request_larger_than_a_batch_goes_alone() -> None:
    slow, found = asked_together(BatchRules(max_batch=4), [1, 9, 1])
    assert slow.batches == [1, 9, 1]
    assert found[1].shape == (9, 16)


def test_no_picture_gives_no_row() -> None:
    assert BatchingEmbedder(FakeEmbedder()).embed_images([]).shape == (0, 16)
    assert BatchingEmbedder(FakeEmbedder()).embed_texts([]).shape == (0, 16)


def test_one_after_another_never_waits_for_others() -> None:
    batching = BatchingEmbedder(FakeEmbedder(), BatchRules(max_wait_s=60))
    for image in colours(3):
        assert batching.embed_images([image]).shape == (1, 16)  # or this test hangs
    assert batching.embed_texts(["a", "b"]).shape == (2, 16)


def test_an_error_of_the_model_reaches_who_asked_and_the_next_is_served() -> None:
    class Failing(FakeEmbedder):
        def embed_images(self, images: Sequence[Image.Image]) -> Vectors:
            if len(images) == 2:
                raise ModelUnavailableError("gone")
            return super().embed_images(images)

    batching = BatchingEmbedder(Failing())
    with pytest.raises(ModelUnavailableError, match="gone"):
        batching.embed_images(colours(2))
    assert batching.embed_images(colours(1)).shape == (1, 16)


def test_a_full_queue_refuses_at_once() -> None:
    slow = SlowEmbedder()
    batching = BatchingEmbedder(slow, BatchRules(max_waiting=1))
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(batching.embed_images, colours(1))
        while not slow.batches:
            time.sleep(0.005)
        second = threads.submit(batching.embed_images, colours(1))
        while batching._images._waiting.qsize() < 1:
            time.sleep(0.005)
        with pytest.raises(ModelUnavailableError, match="full"):
            batching.embed_images(colours(1))
        slow.may_go.set()
        assert first.result(20).shape == second.result(20).shape == (1, 16)
