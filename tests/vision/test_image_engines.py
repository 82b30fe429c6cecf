"""Every engine gives the vectors that the eager tower gives."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.vision.test_open_clip_embedder import pictures
from vision.compute import ComputeOptions
from vision.errors import ModelUnavailableError, UnknownModelError
from vision.image_engines import ENGINES, Tower, image_encoder
from vision.open_clip_embedder import OpenClipEmbedder


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where converted towers stay, so that each is converted once."""
    return tmp_path_factory.mktemp("converted")


def embedder(name: str, engine: str, cache: Path | None) -> OpenClipEmbedder:
    return OpenClipEmbedder(name, ComputeOptions(device="cpu", engine=engine, cache=cache))


@pytest.mark.parametrize(
    ("model", "engine"),
    [*itertools.product(["vit_model", "timm_model"], ["traced", "onnx"]), ("timm_model", "auto")],
)
def test_engines_agree(model: str, engine: str, kept: Path, request: pytest.FixtureRequest) -> None:
    name = request.getfixturevalue(model)
    other, eager = embedder(name, engine, kept), embedder(name, "eager", None)
    assert other.identity == eager.identity
    for count in (1, 2, 5, 9):
        got, expected = other.embed_images(pictures(count)), eager.embed_images(pictures(count))
        assert got.dtype == np.float32
        assert (got * expected).sum(axis=1).min() >= 0.9999


def test_auto_converts_what_is_worth_it(vit_model: str, timm_model: str, tmp_path: Path) -> None:
    embedder(vit_model, "auto", tmp_path)
    assert not (tmp_path / "onnx").exists()
    embedder(timm_model, "auto", tmp_path)
    assert len(list((tmp_path / "onnx").iterdir())) == 1


def test_a_converted_tower_is_kept_and_used_again(timm_model: str, kept: Path) -> None:
    first = embedder(timm_model, "onnx", kept)
    [file] = [one for one in (kept / "onnx").iterdir() if first.identity.preprocessing in one.name]
    before = file.stat()
    second = embedder(timm_model, "onnx", kept)
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert np.array_equal(second.embed_images(pictures()), first.embed_images(pictures()))
    assert not list((kept / "onnx").glob("*.tmp"))


@pytest.mark.parametrize("damage", [b"", b"no model at all"])
def test_a_damaged_converted_tower_is_named(timm_model: str, tmp_path: Path, damage: bytes) -> None:
    eager = embedder(timm_model, "eager", None)
    file = tmp_path / "onnx" / f"{eager.identity.preprocessing}-torch{torch.__version__}.onnx"
    file.parent.mkdir()
    file.write_bytes(damage)
    with pytest.raises(
        ModelUnavailableError, match=re.escape(f"{file.name} does not load (deleted")
    ):
        embedder(timm_model, "onnx", tmp_path)


def tower(device: str = "cpu", dtype: torch.dtype = torch.float32) -> Tower:
    visual = torch.nn.Flatten().eval()
    return Tower(visual, torch.zeros(1, 3, 2, 2), torch.device(device), dtype)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(UnknownModelError, match="engine 'steam': allowed are auto, eager"):
        image_encoder("steam", tower())
    assert "auto" in ENGINES


@pytest.mark.parametrize("engine", ["traced", "onnx", "int8"])
@pytest.mark.parametrize(("device", "dtype"), [("cuda", torch.float32), ("cpu", torch.bfloat16)])
def test_cpu_engines_refuse_other_places(engine: str, device: str, dtype: torch.dtype) -> None:
    with pytest.raises(UnknownModelError, match=f"engine '{engine}' runs float32 on a CPU"):
        image_encoder(engine, tower(device, dtype))


def test_auto_on_a_gpu_is_eager() -> None:
    # nothing is moved to the device before the first picture, so this holds without one
    assert image_encoder("auto", tower("cuda", torch.bfloat16)).__qualname__.startswith("_eager")


def test_a_tower_that_does_not_convert_is_named(tmp_path: Path) -> None:
    class Unconvertible(torch.nn.Module):
        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            return torch.linalg.eigvalsh(pixels).flatten(1)

    broken = Tower(
        Unconvertible(),
        torch.zeros(1, 3, 2, 2),
        torch.device("cpu"),
        torch.float32,
        onnx_file=tmp_path / "tower.onnx",
    )
    with pytest.raises(ModelUnavailableError, match="does not convert to ONNX"):
        image_encoder("onnx", broken)
    assert list(tmp_path.iterdir()) == []
