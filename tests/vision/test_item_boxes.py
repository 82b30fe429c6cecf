"""From a saliency map to boxes of items."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from vision.item_boxes import ItemRules, item_boxes
from vision.types import Box, DetectedItem

SIZE = (200, 100)
"""Photo of the maps below: each place of a map of 100 x 100 is 2 x 1 pixels."""
EXACT = ItemRules(padding=0.0)


def saliency(*parts: tuple[int, int, int, int], level: float = 0.9) -> NDArray[np.float32]:
    """A map of 100 x 100 with rectangles that stand out."""
    places = np.zeros((100, 100), dtype=np.float32)
    for x0, y0, x1, y1 in parts:
        places[y0:y1, x0:x1] = level
    return places


def boxes(found: list[DetectedItem]) -> list[Box]:
    return [one.box for one in found]


def test_each_connected_part_is_an_item_in_pixels_of_the_photo() -> None:
    found = item_boxes(saliency((10, 20, 30, 60), (60, 20, 70, 40)), SIZE, EXACT)
    assert boxes(found) == [Box(20, 20, 60, 60), Box(120, 20, 140, 40)]


def test_parts_that_touch_at_a_corner_are_one_item() -> None:
    found = item_boxes(saliency((10, 10, 30, 30), (30, 30, 50, 50)), SIZE, EXACT)
    assert boxes(found) == [Box(20, 10, 100, 50)]


def test_the_whole_photo_is_the_item_where_nothing_stands_out() -> None:
    assert item_boxes(saliency(), SIZE) == [DetectedItem(Box(0, 0, 200, 100), 0.0)]


def test_parts_below_the_smallest_area_are_no_items() -> None:
    found = item_boxes(saliency((10, 10, 40, 40), (80, 80, 89, 89)), SIZE, EXACT)
    assert boxes(found) == [Box(20, 10, 80, 40)]


def test_what_stands_out_too_little_is_no_item() -> None:
    assert item_boxes(saliency((10, 10, 40, 40), level=0.4), SIZE)[0].confidence == 0


def test_larger_items_come_first() -> None:
    found = item_boxes(saliency((5, 40, 20, 55), (60, 30, 90, 70)), SIZE, EXACT)
    assert boxes(found) == [Box(120, 30, 180, 70), Box(10, 40, 40, 55)]


def test_of_equal_items_the_more_central_comes_first() -> None:
    found = item_boxes(saliency((0, 0, 20, 20), (40, 40, 60, 60)), SIZE, EXACT)
    assert boxes(found) == [Box(80, 40, 120, 60), Box(0, 0, 40, 20)]


def test_at_most_the_configured_number_comes_back() -> None:
    parts = [(x, y, x + 12, y + 12) for x in (0, 25, 50, 75) for y in (0, 50)]
    assert len(item_boxes(saliency(*parts), SIZE)) == 5
    assert len(item_boxes(saliency(*parts), SIZE, ItemRules(max_items=3))) == 3


def test_a_part_inside_the_box_of_another_is_merged_into_it() -> None:
    ring = saliency((10, 10, 70, 70))
    ring[15:65, 15:65] = 0
    ring[30:50, 30:50] = 0.9
    assert boxes(item_boxes(ring, SIZE, EXACT)) == [Box(20, 10, 140, 70)]


def test_boxes_that_overlap_a_little_stay_apart() -> None:
    shapes = saliency((10, 10, 20, 60), (10, 55, 40, 60), (35, 20, 60, 50))  # an L, and a block
    found = boxes(item_boxes(shapes, SIZE, EXACT))
    assert found == [Box(70, 20, 120, 50), Box(20, 10, 80, 60)]


def test_padding_grows_a_box_but_not_past_the_photo() -> None:
    found = item_boxes(saliency((0, 40, 50, 60)), SIZE, ItemRules(padding=0.1))
    assert boxes(found) == [Box(0, 38, 110, 62)]


def test_confidence_falls_with_a_fainter_item_and_with_a_brighter_background() -> None:
    sure = item_boxes(saliency((20, 20, 60, 60)), SIZE)[0].confidence
    fainter = item_boxes(saliency((20, 20, 60, 60), level=0.7), SIZE)[0].confidence
    haze = np.maximum(saliency((20, 20, 60, 60)), np.float32(0.4))
    assert sure == pytest.approx(0.9)
    assert fainter == pytest.approx(0.7)
    assert item_boxes(haze, SIZE)[0].confidence == pytest.approx(0.5)


def test_one_item_that_fills_the_photo_is_the_only_one() -> None:
    found = item_boxes(np.ones((40, 40), dtype=np.float32), SIZE)
    assert found == [DetectedItem(Box(0, 0, 200, 100), 1.0)]


@given(
    seed=st.integers(0, 10_000),
    map_size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    size=st.tuples(st.integers(1, 3000), st.integers(1, 3000)),
)
def test_boxes_lie_in_the_photo_and_largely_apart(
    seed: int, map_size: tuple[int, int], size: tuple[int, int]
) -> None:
    places = np.random.default_rng(seed).random(map_size, dtype=np.float32)
    found = item_boxes(places, size)
    assert 1 <= len(found) <= 5
    for one in found:
        assert 0 <= one.box.x0 < one.box.x1 <= size[0]
        assert 0 <= one.box.y0 < one.box.y1 <= size[1]
        assert 0 <= one.confidence <= 1
