"""The colour vector tells colours apart, not shapes, sizes or backgrounds."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from vision.colour import LabHistogram
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
    assert large @ small > 0.99


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
