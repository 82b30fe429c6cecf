"""Words and a photo as one query vector."""

from dataclasses import replace

import numpy as np
import pytest

from index.types import FusionWeights, LexicalScores, ListedScores
from service.fusion import PHOTO_AND_TEXT, TEXT
from service.search.colour_targets import colour_target
from service.search.composing import Asked, alone, asked, beside_photo, written
from service.search.moves import MOVES, MoveWeights, moved
from tests.fakes import FakeColours, FakeEmbedder, picture, text_vector
from tests.service.search.shop import read
from vision.colour import LabHistogram

PHOTO, OTHER, THIRD = np.eye(3, 16, dtype=np.float32)
COLOURS = np.eye(1, 4, dtype=np.float32)[0]
OF_PHOTO = FusionWeights(image=1.0, colour=0.6)
WEIGHTS = MoveWeights(positive=1.0, negative=0.5, colour=0.2)


def words(text: str) -> Asked:
    return asked(read(text), FakeEmbedder(), FakeColours())


def test_without_words_the_photo_stays_where_it_is() -> None:
    np.testing.assert_array_equal(moved(PHOTO, None, (), WEIGHTS), PHOTO)


def test_words_pull_and_negatives_push() -> None:
    vector = moved(PHOTO, OTHER, [THIRD], WEIGHTS)
    np.testing.assert_allclose(vector[:3], np.array([1, 1, -0.5]) / 1.5, rtol=1e-6)
    assert vector.dtype == np.float32


def test_several_negatives_share_the_weight_of_one() -> None:
    once, twice = moved(PHOTO, None, [THIRD], WEIGHTS), moved(PHOTO, None, [THIRD] * 2, WEIGHTS)
    np.testing.assert_allclose(once, twice)


def test_a_sum_without_direction_is_the_photo() -> None:
    np.testing.assert_array_equal(moved(PHOTO, -PHOTO, (), WEIGHTS), PHOTO)


def test_a_change_moves_the_photo_and_is_not_asked_for_twice() -> None:
    query = beside_photo(words("but with longer sleeves"), PHOTO, COLOURS, OF_PHOTO)
    np.testing.assert_allclose(query.image, moved(PHOTO, text_vector("with longer sleeves"), ()))
    assert query.text is None
    assert query.weights == OF_PHOTO


def test_words_that_name_the_thing_count_beside_the_photo() -> None:
    query = beside_photo(words("tall ladder"), PHOTO, COLOURS, OF_PHOTO)
    np.testing.assert_array_equal(query.image, PHOTO)
    np.testing.assert_array_equal(query.text, text_vector("tall ladder"))
    assert query.weights == PHOTO_AND_TEXT


@pytest.mark.parametrize("text", ["in purple", "not purple"])
def test_a_colour_that_no_filter_holds_stands_in_for_the_photos_own(text: str) -> None:
    query = beside_photo(words(text), PHOTO, COLOURS, OF_PHOTO)
    assert query.colours is not None
    assert not np.allclose(query.colours, COLOURS)
    assert query.weights == FusionWeights(image=1.0, colour=MOVES.colour)


@pytest.mark.parametrize("text", ["in red", "not red"])
def test_where_a_filter_holds_the_colour_the_shape_alone_counts(text: str) -> None:
    query = beside_photo(words(text), PHOTO, COLOURS, OF_PHOTO)
    assert query.colours is None
    assert query.weights == FusionWeights(image=1.0)
    np.testing.assert_array_equal(query.image, PHOTO)


@pytest.mark.parametrize("text", ["in purple", "in red", "not red"])
def test_another_colour_is_looked_for_among_siblings(text: str) -> None:
    near = ListedScores(np.array([7]), np.array([0.4], dtype=np.float32))
    query = beside_photo(words(text), PHOTO, COLOURS, OF_PHOTO, siblings=near)
    assert query.siblings is near
    assert query.weights.siblings == MOVES.siblings


@pytest.mark.parametrize("text", ["tall purple ladder", "but with longer sleeves", "under $60"])
def test_what_is_no_more_than_another_colour_has_no_need_of_siblings(text: str) -> None:
    near = ListedScores(np.array([7]), np.array([0.4], dtype=np.float32))
    query = beside_photo(words(text), PHOTO, COLOURS, OF_PHOTO, siblings=near)
    assert query.siblings is None
    assert query.weights.siblings == 0


def test_without_siblings_their_weight_takes_nothing_from_the_score() -> None:
    none = ListedScores(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
    for near in (None, none):
        query = beside_photo(words("in red"), PHOTO, COLOURS, OF_PHOTO, siblings=near)
        assert query.weights == FusionWeights(image=1.0)


def test_a_colour_that_cannot_be_drawn_only_silences_the_photos_own() -> None:
    query = beside_photo(words("in galaxy"), PHOTO, COLOURS, OF_PHOTO)
    assert query.filters.any_of == {"color": ("Galaxy",)}
    assert query.colours is None
    assert query.weights == FusionWeights(image=1.0)


def test_words_alone_are_embedded_with_the_words_of_their_filters() -> None:
    query = alone(words("red runner under $60"))
    np.testing.assert_array_equal(query.text, text_vector("red runner"))
    assert query.weights == TEXT
    assert query.filters.any_of == {"color": ("Crimson/Red",)}


def test_filters_alone_ask_for_no_similarity() -> None:
    query = alone(words("under $60"))
    assert query.text is None
    assert query.weights == FusionWeights()


def test_the_target_of_a_colour_is_nearest_to_pictures_of_it() -> None:
    describer = LabHistogram()
    names = ["red", "green", "blue", "yellow", "black", "white"]
    pictures = describer.describe([picture(name) for name in names])
    for i, name in enumerate(names):
        target = colour_target([name], [], describer)
        assert target is not None
        assert np.argmax(pictures @ target) == i
        refused = colour_target([], [name], describer)
        assert refused is not None
        assert np.argmin(pictures @ refused) == i


def test_a_shade_without_a_css_name_looks_like_its_families() -> None:
    describer = LabHistogram()
    mustard, yellow = (colour_target([one], [], describer) for one in ("mustard", "yellow"))
    np.testing.assert_array_equal(mustard, yellow)
    assert colour_target(["multicolor"], [], describer) is None
    assert colour_target(["red"], ["red"], describer) is None


@pytest.mark.parametrize(
    ("text", "is_alone", "letters"),
    [
        ("tall ladder", True, "tall ladder"),
        ("tall ladder", False, "tall ladder"),
        ("but with longer sleeves", True, "with longer sleeves"),
        ("but with longer sleeves", False, ""),
        ("mugs under 20 dollars", True, ""),  # a filter holds the category
        ("by Clay & Co", True, ""),
    ],
)
def test_what_a_filter_holds_is_not_looked_up(text: str, is_alone: bool, letters: str) -> None:
    assert written(read(text), is_alone=is_alone) == letters


def test_letters_count_where_the_words_name_the_thing() -> None:
    met = LexicalScores(np.array([7]), np.array([1.0], dtype=np.float32))
    named = replace(words("tall ladder"), lexical=met)
    changed = replace(words("but with longer sleeves"), lexical=met)
    assert alone(named).lexical is met
    assert beside_photo(named, PHOTO, COLOURS, OF_PHOTO).lexical is met
    assert beside_photo(changed, PHOTO, COLOURS, OF_PHOTO).lexical is None
