"""Phone views: repeatable, harder with strength, and in size like the picture."""

import random

import numpy as np
import pytest
from PIL import Image, ImageDraw

from vision.colour import LabHistogram
from vision.phone_views import phone_view


def item() -> Image.Image:
    image = Image.new("RGB", (200, 160), "white")
    ImageDraw.Draw(image).ellipse((60, 40, 140, 120), fill=(200, 30, 40))
    return image


def behind(draw: random.Random) -> Image.Image:
    return Image.new("RGB", (120, 120), (draw.randrange(256), 90, 60))


def view(seed: int, strength: float = 1.0) -> Image.Image:
    return phone_view(item(), random.Random(seed), behind, strength)


def test_equal_arguments_give_equal_pixels_and_another_draw_others() -> None:
    first, second, third = (np.asarray(view(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, second)
    assert first.shape != third.shape or not np.array_equal(first, third)


@pytest.mark.parametrize("strength", [0.0, 1.0, 2.2, 5.0])
def test_every_strength_gives_an_rgb_picture_that_is_not_tiny(strength: float) -> None:
    for seed in range(10):
        made = view(seed, strength)
        assert made.mode == "RGB"
        assert min(made.size) >= 40


def test_more_strength_leads_further_from_the_picture() -> None:
    colours = LabHistogram()
    own = colours.describe([item()])[0]
    likeness = [
        np.mean([colours.describe([view(seed, strength)])[0] @ own for seed in range(30)])
        for strength in (0.0, 1.0, 2.2)
    ]
    assert likeness[0] > likeness[1] > likeness[2]


def test_a_plain_background_is_mostly_replaced_and_another_is_kept() -> None:
    asked: list[int] = []

    def counted(draw: random.Random) -> Image.Image:
        asked.append(1)
        return behind(draw)

    for seed in range(40):
        phone_view(item(), random.Random(seed), counted)
    assert 24 <= len(asked) <= 40
    asked.clear()
    dark = Image.new("RGB", (100, 100), (20, 30, 40))
    for seed in range(10):
        phone_view(dark, random.Random(seed), counted)
    assert not asked
