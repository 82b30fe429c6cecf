"""Real (tiny) open_clip models behind the protocol."""

import shutil
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image

from tests.vision.conftest import VIT, write_model
from vision.compute import ComputeOptions
from vision.errors import ModelUnavailableError, UnknownModelError
from vision.open_clip_embedder import OpenClipEmbedder

EAGER = ComputeOptions(device="cpu", engine="eager")


def pictures(count: int = 5) -> list[Image.Image]:
    made = np.random.default_rng(3)
    sizes = [(40 + 17 * i, 90 - 11 * i) for i in range(count)]
    return [
        Image.fromarray(made.integers(0, 255, (height, width, 3), dtype=np.uint8))
        for width, height in sizes
    ]


@pytest.fixture(scope="module")
def embedder(vit_model: str) -> OpenClipEmbedder:
    return OpenClipEmbedder(vit_model, EAGER)


def test_vectors_are_those_of_open_clip_itself(embedder: OpenClipEmbedder, vit_model: str) -> None:
    model, _, preprocess = open_clip.create_model_and_transforms(vit_model)
    tokenizer = open_clip.get_tokenizer(vit_model)
    with torch.inference_mode():
        stacked = torch.stack([preprocess(one) for one in pictures()])
        images = model.eval().encode_image(stacked, normalize=True).numpy()
        texts = model.encode_text(tokenizer(["a red mug", "ein Stuhl"]), normalize=True).numpy()
    assert np.allclose(embedder.embed_images(pictures()), images, atol=1e-5)
    assert np.allclose(embedder.embed_texts(["a red mug", "ein Stuhl"]), texts, atol=1e-5)


def test_rows_are_float32_of_unit_length(embedder: OpenClipEmbedder) -> None:
    texts = ["a mug", "", "a red mug with a handle " * 50, "🏺 杯子"]
    for rows, count in [(embedder.embed_images(pictures(3)), 3), (embedder.embed_texts(texts), 4)]:
        assert rows.shape == (count, embedder.identity.dimension)
        assert rows.dtype == np.float32
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_nothing_gives_no_row(embedder: OpenClipEmbedder) -> None:
    assert embedder.embed_images([]).shape == (0, 24)
    assert embedder.embed_texts([]).shape == (0, 24)
    assert embedder.embed_texts([]).dtype == np.float32


def test_batches_do_not_change_vectors(embedder: OpenClipEmbedder, vit_model: str) -> None:
    options = ComputeOptions(device="cpu", engine="eager", batch_size=2)
    in_pairs = OpenClipEmbedder(vit_model, options)
    alone = np.vstack([embedder.embed_images([one]) for one in pictures()])
    assert np.allclose(in_pairs.embed_images(pictures()), alone, atol=1e-5)
    words = ["a", "b c", "d"]
    assert np.allclose(in_pairs.embed_texts(words), embedder.embed_texts(words), atol=1e-5)


def test_a_model_loaded_twice_has_one_identity(embedder: OpenClipEmbedder, vit_model: str) -> None:
    assert OpenClipEmbedder(vit_model, EAGER).identity == embedder.identity


def test_the_same_weights_elsewhere_differ_in_the_name_alone(
    embedder: OpenClipEmbedder, vit_model: str, tmp_path: Path
) -> None:
    copy = shutil.copytree(vit_model.removeprefix("local-dir:"), tmp_path / "copy")
    moved = OpenClipEmbedder(f"local-dir:{copy}", EAGER).identity
    assert moved.preprocessing == embedder.identity.preprocessing
    labelled = [
        OpenClipEmbedder(name, EAGER, label="embedded") for name in (vit_model, moved.model)
    ]
    assert labelled[0].identity == labelled[1].identity


@pytest.mark.parametrize("changed", [{"seed": 1}, {"mean": 0.4}])
def test_other_weights_or_preprocessing_are_another_identity(
    embedder: OpenClipEmbedder, tmp_path: Path, changed: dict[str, float]
) -> None:
    other = write_model(tmp_path / "other", VIT, **changed)  # type: ignore[arg-type]
    identity = OpenClipEmbedder(other, EAGER).identity
    assert identity.preprocessing != embedder.identity.preprocessing


@pytest.mark.parametrize(
    "name", ["", "nonsense", "ViT-B-32", "ViT-B-32/", "NoSuchTower/openai", "local:/tmp"]
)
def test_a_name_of_no_form_is_an_unknown_model(name: str) -> None:
    with pytest.raises(UnknownModelError, match=f"embedder '{name}': allowed are"):
        OpenClipEmbedder(name, EAGER)


def test_a_folder_without_configuration_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match=f"{tmp_path} holds no open_clip_config"):
        OpenClipEmbedder(f"local-dir:{tmp_path}", EAGER)


@pytest.mark.parametrize("damage", ["missing", "cut", "of another shape"])
def test_weights_that_do_not_load_are_unavailable_not_random(tmp_path: Path, damage: str) -> None:
    name = write_model(tmp_path, VIT)
    weights = tmp_path / "open_clip_model.safetensors"
    if damage == "missing":
        weights.unlink()
    elif damage == "cut":
        weights.write_bytes(weights.read_bytes()[:1000])
    else:
        write_model(tmp_path / "other", {**VIT, "width": 32})
        (tmp_path / "other" / weights.name).replace(weights)
    told = f"the embedder '{name}' cannot be loaded"
    with pytest.raises(ModelUnavailableError, match=told) as error:
        OpenClipEmbedder(name, EAGER)
    assert len(str(error.value)) < len(told) + 310, "a line, not each weight by its name"


def test_a_damaged_configuration_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "open_clip_config.json").write_text("{not json")
    with pytest.raises(ModelUnavailableError, match="cannot be loaded"):
        OpenClipEmbedder(f"local-dir:{tmp_path}", EAGER)


def test_an_unknown_pretrained_tag_is_unavailable() -> None:
    with pytest.raises(ModelUnavailableError, match="'ViT-B-32/no_such_tag' cannot be loaded"):
        OpenClipEmbedder("ViT-B-32/no_such_tag", EAGER)


def test_auto_is_float32_in_small_batches_on_a_cpu() -> None:
    options = ComputeOptions(device="cpu")
    assert options.resolved_dtype() == torch.float32
    assert options.resolved_batch_size() == 8


@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_auto_is_bfloat16_in_large_batches_on_a_gpu(device: str) -> None:
    options = ComputeOptions(device=device)
    assert options.resolved_device() == torch.device(device)
    assert options.resolved_dtype() == torch.bfloat16
    assert options.resolved_batch_size() == 128


def test_auto_takes_the_gpu_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert ComputeOptions().resolved_device().type == "cuda"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert ComputeOptions().resolved_device().type == "cpu"


def test_named_options_win_over_auto() -> None:
    options = ComputeOptions(device="cuda", dtype="float16", batch_size=3)
    assert options.resolved_dtype() == torch.float16
    assert options.resolved_batch_size() == 3


@pytest.mark.parametrize("dtype", ["float33", "nn", "tensor"])
def test_an_unknown_dtype_is_refused(dtype: str) -> None:
    with pytest.raises(UnknownModelError, match=f"dtype '{dtype}' is no torch dtype"):
        ComputeOptions(dtype=dtype).resolved_dtype()


@pytest.mark.parametrize("device", ["gpu", "cuda:x", "tpu:0"])
def test_an_unknown_device_is_refused(device: str) -> None:
    with pytest.raises(UnknownModelError, match=f"device '{device}'"):
        ComputeOptions(device=device).resolved_device()


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has the device")
def test_a_device_that_is_not_there_makes_the_model_unavailable(vit_model: str) -> None:
    with pytest.raises(ModelUnavailableError, match="cuda"):
        OpenClipEmbedder(vit_model, ComputeOptions(device="cuda"))


def test_half_precision_stays_near(embedder: OpenClipEmbedder, vit_model: str) -> None:
    half = OpenClipEmbedder(vit_model, ComputeOptions(device="cpu", dtype="bfloat16"))
    assert half.identity == embedder.identity
    got, expected = half.embed_images(pictures()), embedder.embed_images(pictures())
    assert got.dtype == np.float32
    assert (got * expected).sum(axis=1).min() > 0.995


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_the_gpu_gives_the_cpu_s_vectors(embedder: OpenClipEmbedder, vit_model: str) -> None:
    on_gpu = OpenClipEmbedder(vit_model, ComputeOptions(device="cuda"))
    assert on_gpu.identity == embedder.identity
    cosines = (on_gpu.embed_images(pictures()) * embedder.embed_images(pictures())).sum(axis=1)
    assert cosines.min() > 0.995
    assert np.allclose(np.linalg.norm(on_gpu.embed_texts(["a mug"]), axis=1), 1, atol=1e-5)
