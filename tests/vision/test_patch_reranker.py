"""Parts of one picture looked for in another, by hand and with the real trunk."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tests.fakes import picture
from tests.service.conftest import drawn
from vision.compute import ComputeOptions
from vision.patch_reranker import PatchReranker, agreement, cells_of, embedded_patch_reranker
from vision.protocols import Reranker


@pytest.fixture(scope="module")
def reranker(tmp_path_factory: pytest.TempPathFactory) -> PatchReranker:
    return embedded_patch_reranker(ComputeOptions(cache=tmp_path_factory.mktemp("cache")))


class CountingTrunk:
    """Gives the pixels as features and counts the passes."""

    def __init__(self) -> None:
        self.passes = 0

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        self.passes += 1
        return pixels


def pixels_of(image: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.array(image.resize((2, 2)), dtype=np.float32)).permute(2, 0, 1)


def features(*cells: tuple[float, float]) -> np.ndarray:
    return np.array(cells, dtype=np.float32).T[:, None]  # (2, 1, cells)


def test_cells_are_unit_rows_in_the_order_of_the_places() -> None:
    made = cells_of(np.arange(12, dtype=np.float32).reshape(3, 2, 2))
    assert made.shape == (4, 3)
    assert np.linalg.norm(made.astype(np.float64), axis=1) == pytest.approx(np.ones(4), abs=2e-3)
    assert made[1] == pytest.approx(np.array([1, 5, 9]) / np.sqrt(107), abs=1e-3)


def test_a_cell_without_features_agrees_with_nothing() -> None:
    empty, full = cells_of(features((0, 0))), cells_of(features((1, 0)))
    assert agreement(full, empty) == 0.0
    assert not np.isnan(empty).any()


def test_every_part_of_the_picture_counts_and_the_rest_of_the_photo_does_not() -> None:
    photo = cells_of(features((1, 0), (0, 1), (-1, 0)))
    assert agreement(photo, cells_of(features((0, 2)))) == pytest.approx(1.0, abs=1e-3)
    assert agreement(photo, cells_of(features((1, 0), (0, -1)))) == pytest.approx(0.5, abs=1e-3)


def test_a_picture_seen_lately_is_not_run_again() -> None:
    trunk = CountingTrunk()
    reranker = PatchReranker(trunk, pixels_of, remembered=3)
    red, green, blue = (picture(color) for color in ("red", "green", "blue"))
    first = reranker.score(red, [green, blue])
    assert trunk.passes == 3
    assert list(reranker.score(red, [green, blue])) == list(first)
    assert trunk.passes == 3
    reranker.score(red, [green, picture("white")])  # blue was used longest ago
    assert trunk.passes == 4
    reranker.score(red, [blue])
    assert trunk.passes == 5


def test_pictures_with_the_same_pixels_in_another_shape_are_not_mixed_up() -> None:
    trunk = CountingTrunk()
    PatchReranker(trunk, pixels_of).score(picture("red", (8, 2)), [picture("red", (2, 8))])
    assert trunk.passes == 2


def test_no_pictures_give_no_scores(reranker: PatchReranker) -> None:
    typed: Reranker = reranker
    assert typed.score(picture("red"), []).shape == (0,)


def test_the_same_thing_elsewhere_in_the_photo_agrees_more_than_another(
    reranker: PatchReranker,
) -> None:
    photo = Image.new("RGB", (240, 240), "white")
    photo.paste(drawn("cross", "red", 160), (70, 60))
    scores = reranker.score(photo, [drawn("disc", "red"), drawn("cross", "red")])
    assert scores.dtype == np.float32
    assert scores[1] > scores[0]


def test_a_picture_agrees_with_itself_wholly(reranker: PatchReranker) -> None:
    assert reranker.score(drawn("box", "blue"), [drawn("box", "blue")])[0] == pytest.approx(
        1.0, abs=1e-3
    )


def test_the_converted_trunk_is_kept(tmp_path: Path) -> None:
    embedded_patch_reranker(ComputeOptions(cache=tmp_path))
    [kept] = (tmp_path / "onnx").iterdir()
    made = kept.stat().st_mtime_ns
    embedded_patch_reranker(ComputeOptions(cache=tmp_path))
    assert kept.stat().st_mtime_ns == made
