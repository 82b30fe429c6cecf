import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.grounding_boxes import Frame, parse_boxes, steps_of
from vision.types import Box

# a photo of 1920 x 1080 that Qwen2.5-VL saw as 1036 x 588
FRAMES = {
    "qwen2_5_vl": Frame((1036, 588), (1920, 1080), (1920, 1080)),
    "qwen3_vl": Frame((1000, 1000), (1920, 1080), (1920, 1080)),
}


@pytest.mark.parametrize(
    ("family", "steps"),
    [
        ("qwen2_5_vl", (1036, 588)),
        ("qwen3_vl", (1000, 1000)),
        ("qwen3_vl_moe", (1000, 1000)),
        ("qwen3_5", (1000, 1000)),
        ("qwen3_5_moe", (1000, 1000)),
    ],
)
def test_a_family_counts_pixels_of_the_resized_picture_or_thousandths(
    family: str, steps: tuple[int, int]
) -> None:
    assert steps_of(family, (1036, 588)) == steps


@pytest.mark.parametrize(
    ("family", "corners", "box"),
    [
        ("qwen3_vl", (0, 0, 1000, 1000), Box(0, 0, 1920, 1080)),
        ("qwen3_vl", (250, 400, 500, 600), Box(480, 432, 960, 648)),
        ("qwen2_5_vl", (0, 0, 1036, 588), Box(0, 0, 1920, 1080)),
        ("qwen2_5_vl", (259, 147, 518, 294), Box(480, 270, 960, 540)),
        ("qwen3_vl", (-50, 900, 100, 1200), Box(0, 972, 192, 1080)),
        ("qwen3_vl", (0.4, 0.4, 0.6, 0.6), Box(0, 0, 2, 1)),
    ],
)
def test_corners_become_pixels_of_the_photo(
    family: str, corners: tuple[float, ...], box: Box
) -> None:
    text = f'[{{"bbox_2d": {list(corners)}, "label": "mug"}}]'
    [found] = parse_boxes(text, FRAMES[family])
    assert (found.box, found.label) == (box, "mug")


def test_the_padding_of_a_strip_is_no_part_of_the_photo() -> None:
    frame = Frame((1000, 1000), canvas=(1600, 100), photo=(1600, 10))
    inside, below = '{"bbox_2d": [0, 0, 500, 100]}', '{"bbox_2d": [0, 200, 500, 900]}'
    assert [one.box for one in parse_boxes(f"[{inside}, {below}]", frame)] == [Box(0, 0, 800, 10)]


@pytest.mark.parametrize(
    "entry",
    [
        '{"bbox_2d": [500, 0, 100, 100]}',
        '{"bbox_2d": [100, 100, 100, 400]}',
        '{"bbox_2d": [1500, 0, 1600, 100]}',
        '{"bbox_2d": [1, 2, 3]}',
        '{"bbox_2d": ["a", 2, 3, 4]}',
        '{"bbox_2d": [true, 2, 3, 4]}',
        '{"bbox_2d": [NaN, 2, 3, 4]}',
        '{"bbox_2d": [0, 0, 1e999, 4]}',
        '{"label": "mug"}',
        "[1, 2, 3, 4]",
        '"mug"',
    ],
)
def test_boxes_without_a_pixel_are_left_out_and_the_others_stay(entry: str) -> None:
    good = '{"bbox_2d": [0, 0, 10, 10], "label": "cup"}'
    found = parse_boxes(f"[{entry}, {good}]", FRAMES["qwen3_vl"])
    assert [one.label for one in found] == ["cup"]


def test_one_object_and_a_fenced_list_are_read_too() -> None:
    one = '{"bbox_2d": [0, 0, 10, 10], "label": "cup"}'
    for text in (one, f"```json\n[{one}]\n```", f"Here: [{one},"):
        assert [found.label for found in parse_boxes(text, FRAMES["qwen3_vl"])] == ["cup"]


def test_a_label_is_one_short_visible_line() -> None:
    text = '[{"bbox_2d": [0, 0, 10, 10], "label": "cup\\u202e\\n' + "x" * 200 + '"}]'
    assert parse_boxes(text, FRAMES["qwen3_vl"])[0].label == "cup"


@given(st.text(), st.sampled_from(sorted(FRAMES)))
def test_any_words_give_boxes_inside_the_photo_or_none(words: str, family: str) -> None:
    for text in (words, f'[{{"bbox_2d": {words}}}]'):
        for found in parse_boxes(text, FRAMES[family]):
            assert 0 <= found.box.x0 < found.box.x1 <= 1920
            assert 0 <= found.box.y0 < found.box.y1 <= 1080
