"""Quicker products on a CPU are float32's all the same."""

from collections.abc import Iterator

import pytest
import torch

from tests.vision.test_open_clip_embedder import pictures
from vision import float32_products
from vision.compute import ComputeOptions
from vision.float32_products import quick_float32_products
from vision.open_clip_embedder import OpenClipEmbedder

decide = quick_float32_products.__wrapped__
"""Without what the process decided before."""


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    yield
    torch.set_float32_matmul_precision(before)


@pytest.fixture
def _no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.mark.usefixtures("_no_gpu")
def test_products_are_those_of_float32_whatever_is_decided() -> None:
    is_quick = decide()
    assert torch.get_float32_matmul_precision() == ("medium" if is_quick else "highest")
    for shape in ((64, 64), (800, 768), (1, 3072), (7, 511)):
        left, right = torch.randn(shape), torch.randn(512, shape[1])
        wanted = left.double() @ right.double().T
        found = left @ right.T
        assert (found - wanted).norm() / wanted.norm() < 2e-6


@pytest.mark.usefixtures("_no_gpu")
def test_vectors_of_a_transformer_stay_what_they_were(vit_model: str) -> None:
    embedder = OpenClipEmbedder(vit_model, ComputeOptions(device="cpu"))
    before = embedder.embed_images(pictures()), embedder.embed_texts(["a red mug", "a lamp"])
    decide()
    after = embedder.embed_images(pictures()), embedder.embed_texts(["a red mug", "a lamp"])
    for old, new in zip(before, after, strict=True):
        assert abs(old - new).max() < 1e-6


@pytest.mark.usefixtures("_no_gpu")
def test_products_in_bfloat16_are_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def of_bfloat16(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        return (left.bfloat16() @ right.bfloat16().T).float()

    monkeypatch.setattr(torch.nn.functional, "linear", of_bfloat16)
    assert float32_products._relative_error() > 1e-3
    assert not decide()
    assert torch.get_float32_matmul_precision() == "highest"


@pytest.mark.usefixtures("_no_gpu")
def test_what_somebody_set_before_stays() -> None:
    torch.set_float32_matmul_precision("high")
    assert not decide()
    assert torch.get_float32_matmul_precision() == "high"


def test_a_gpu_keeps_its_products(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert not decide()
    assert torch.get_float32_matmul_precision() == "highest"
