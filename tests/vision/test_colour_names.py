"""Colour words of pictures, on drawn items and on borders that mislead."""

import pytest
from PIL import Image, ImageDraw

from vision.colour import LabHistogram
from vision.colour_names import ANCHORS, colour_name


def item(fill: tuple[int, int, int], ground: tuple[int, int, int] = (255, 255, 255)) -> Image.Image:
    image = Image.new("RGB", (120, 90), ground)
    ImageDraw.Draw(image).ellipse((30, 15, 90, 75), fill=fill)
    return image


@pytest.mark.parametrize("name", [one for one in ANCHORS if one != "white"])
def test_an_item_of_a_known_colour_is_named(name: str) -> None:
    assert colour_name(item(ANCHORS[name])) == name


@pytest.mark.parametrize("ground", [(255, 255, 255), (20, 20, 20), (60, 115, 70)])
def test_the_background_has_no_vote(ground: tuple[int, int, int]) -> None:
    assert colour_name(item((175, 35, 45), ground)) == "red"


def test_a_picture_of_one_colour_has_that_colour() -> None:
    assert colour_name(Image.new("RGB", (1, 1), (225, 190, 60))) == "yellow"
    assert colour_name(Image.new("RGB", (300, 2), (222, 222, 220))) == "white"


def test_a_patchwork_has_no_one_colour() -> None:
    image = Image.new("RGB", (120, 120), (255, 255, 255))
    pen = ImageDraw.Draw(image)
    fills = ["red", "blue", "green", "yellow"]
    for column in range(8):
        for row in range(8):
            box = (20 + 10 * column, 20 + 10 * row, 29 + 10 * column, 29 + 10 * row)
            pen.rectangle(box, fill=ANCHORS[fills[(column + row) % 4]])
    assert colour_name(image) == ""


def test_a_studio_picture_has_a_plain_background_and_a_busy_one_has_not() -> None:
    noise = Image.effect_noise((120, 90), 120).convert("RGB")
    pictures = [item((175, 35, 45)), item((175, 35, 45), (40, 60, 90)), noise]
    assert LabHistogram().look(pictures).is_plain.tolist() == [True, True, False]


def test_a_close_up_beside_a_studios_white_counts_as_a_studio_picture() -> None:
    close_up = Image.effect_noise((120, 90), 120).convert("RGB")
    close_up.paste((255, 255, 255), (0, 0, 40, 90))
    grey = close_up.copy()
    grey.paste((225, 225, 225), (0, 0, 40, 90))
    sliver = Image.effect_noise((120, 90), 120).convert("RGB")
    sliver.paste((255, 255, 255), (0, 0, 6, 20))
    assert LabHistogram().look([close_up, grey, sliver]).is_plain.tolist() == [True, False, False]
