"""The colour vector tells colours apart, not shapes, sizes or backgrounds."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from vision import colour
from vision.colour import LabHistogram
from vision.errors import ModelUnavailableError
from vision.types import Vectors

RED, BLUE, GREEN = (200, 30, 40), (30, 60, 190), (40, 140, 60)


def item(
    color: tuple[int, int, int],
    shape: str = "ellipse",
    ground: str = "white",
    size: tuple[int, int] = (200, 200),
) -> Image.Image:
    image = Image.new("RGB", size, ground)
    width, height = size
    corners = (width * 0.2, height * 0.2, width * 0.8, height * 0.8)
    draw = ImageDraw.Draw(image)
    (draw.ellipse if shape == "ellipse" else draw.rectangle)(corners, fill=color)
    return image


def describe(*images: Image.Image) -> Vectors:
    return LabHistogram().describe(images)


def test_rows_have_unit_length_and_are_float32() -> None:
    rows = describe(item(RED), item(BLUE), Image.new("RGB", (3, 90), "black"))
    assert rows.shape == (3, LabHistogram.dimension)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_no_picture_gives_no_row() -> None:
    assert describe().shape == (0, LabHistogram.dimension)


def test_a_picture_s_vector_does_not_depend_on_its_size() -> None:
    large, small = describe(item(RED, size=(800, 800)), item(RED, size=(90, 90)))
    assert large @ small > 0.97  # at the edges, where colours mix, the small one has fewer pixels


def test_a_picture_s_vector_does_not_depend_on_its_neighbours() -> None:
    assert np.array_equal(describe(item(RED), item(BLUE))[0], describe(item(RED))[0])


@pytest.mark.parametrize("ground", ["white", "black", "#e8e4dc"])
def test_colour_counts_more_than_shape(ground: str) -> None:
    red, square, blue, green = describe(
        item(RED, "ellipse", ground),
        item(RED, "rectangle", ground),
        item(BLUE, "ellipse", ground),
        item(GREEN, "ellipse", ground),
    )
    assert red @ square > 0.95
    assert max(red @ blue, red @ green, blue @ green) < 0.5


def test_the_background_does_not_count() -> None:
    on_white, on_grey, other = describe(
        item(RED, ground="white"), item(RED, ground="#b0b0b0"), item(BLUE, ground="white")
    )
    assert on_white @ on_grey > 0.9
    assert on_white @ on_grey > on_white @ other + 0.5


def test_a_small_shift_of_colour_is_a_small_step() -> None:
    base, near, far = describe(item(RED), item((215, 40, 50)), item((120, 60, 160)))
    assert base @ near > 0.8 > base @ far


def test_a_picture_of_one_colour_still_has_that_colour() -> None:
    red, blue = describe(Image.new("RGB", (50, 50), RED), Image.new("RGB", (50, 50), BLUE))
    assert red @ blue < 0.3


def test_shades_that_a_shopper_tells_apart_differ() -> None:
    """Two blues, of which coarse bins made one colour."""
    navy, near_black, same = describe(item((32, 42, 88)), item((38, 38, 52)), item((33, 42, 87)))
    assert navy @ same > 0.98
    assert navy @ near_black < 0.75


def test_colours_that_no_training_picture_has_are_told_apart() -> None:
    vivid = describe(*[item(one) for one in ((57, 255, 20), (255, 0, 255), (0, 255, 255))])
    assert (vivid @ vivid.T)[~np.eye(3, dtype=bool)].max() < 0.5


def test_a_damaged_map_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "colours.json").write_bytes((colour.COMMITTED / "colours.json").read_bytes())
    (tmp_path / "directions.npy").write_bytes(b"another")
    monkeypatch.setattr(colour, "COMMITTED", tmp_path)
    colour._directions.cache_clear()
    with pytest.raises(ModelUnavailableError, match="sha256"):
        describe(item(RED))
    colour._directions.cache_clear()
