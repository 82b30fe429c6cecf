"""The 8-bit engine: near the float vectors, kept apart from them, and clear about what it needs."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.vision.test_open_clip_embedder import pictures
from vision.calibration_pictures import MOST, calibration_pictures
from vision.compute import ComputeOptions
from vision.errors import ModelUnavailableError
from vision.open_clip_embedder import OpenClipEmbedder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures to calibrate on, one of them broken, one below."""
    made = tmp_path_factory.mktemp("calibration")
    for number, picture in enumerate(pictures(9)):
        picture.save(made / f"{number}.png")
    (made / "broken.jpg").write_bytes(b"no picture")
    (made / "below").mkdir()
    Image.new("RGB", (40, 30), "teal").save(made / "below" / "last.WEBP")
    (made / "notes.txt").write_text("no picture either")
    return made


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("converted")


def int8(name: str, cache: Path | None, folder: Path | None) -> OpenClipEmbedder:
    options = ComputeOptions(device="cpu", engine="int8", cache=cache, calibration=folder)
    return OpenClipEmbedder(name, options)


@pytest.mark.parametrize("model", ["vit_model", "timm_model"])
def test_vectors_are_near_those_of_floats_and_not_the_same(
    model: str, cache: Path, folder: Path, request: pytest.FixtureRequest
) -> None:
    name = request.getfixturevalue(model)
    got = int8(name, cache, folder).embed_images(pictures(9))
    expected = OpenClipEmbedder(name, ComputeOptions(device="cpu", engine="eager")).embed_images(
        pictures(9)
    )
    assert got.dtype == np.float32
    assert (got * expected).sum(axis=1).min() > 0.95
    assert not np.allclose(got, expected, atol=1e-5)


def test_its_identity_is_its_own(timm_model: str, cache: Path, folder: Path) -> None:
    float32 = OpenClipEmbedder(timm_model, ComputeOptions(device="cpu", engine="onnx", cache=cache))
    identity = int8(timm_model, cache, folder).identity
    assert identity.preprocessing == f"{float32.identity.preprocessing}-int8"


def test_it_is_converted_once_for_the_same_pictures(
    timm_model: str, folder: Path, tmp_path: Path
) -> None:
    first = int8(timm_model, tmp_path, folder)
    [file] = (tmp_path / "onnx").glob("*-int8-*.onnx")
    before = file.stat().st_mtime_ns
    second = int8(timm_model, tmp_path, folder)
    assert file.stat().st_mtime_ns == before
    assert np.array_equal(second.embed_images(pictures()), first.embed_images(pictures()))
    other = tmp_path / "other"
    other.mkdir()
    pictures(3)[2].save(other / "one.png")
    int8(timm_model, tmp_path, other)
    assert len(list((tmp_path / "onnx").glob("*-int8-*.onnx"))) == 2
    assert not list((tmp_path / "onnx").glob("*.tmp"))


@pytest.mark.parametrize("content", [None, "notes.txt"])
def test_without_pictures_it_says_so(
    timm_model: str, cache: Path, tmp_path: Path, content: str | None
) -> None:
    if content:
        (tmp_path / content).write_text("no picture")
    with pytest.raises(ModelUnavailableError, match=f"no pictures to calibrate on in {tmp_path}"):
        int8(timm_model, cache, tmp_path)


def test_pictures_that_all_fail_are_no_pictures(
    timm_model: str, cache: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    with pytest.raises(ModelUnavailableError, match="needs pictures to be calibrated on"):
        int8(timm_model, cache, tmp_path)


def test_calibration_takes_pictures_evenly_and_leaves_out_broken_ones(
    folder: Path, tmp_path: Path
) -> None:
    assert len(list(calibration_pictures(folder))) == 10
    for number in range(3 * MOST):
        Image.new("RGB", (4, 4), (number % 256, number // 256, 0)).save(
            tmp_path / f"{number:04}.png"
        )
    taken = [one.getpixel((0, 0)) for one in calibration_pictures(tmp_path)]
    assert taken == [(n % 256, n // 256, 0) for n in range(0, 3 * MOST, 3)]
