"""A second look at the best matches, in the real pipeline on a small drawn shop."""

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from index.types import Candidate
from service import wiring
from service.errors import RequestError
from service.listing_collapse import Listing
from service.pipeline import SearchPipeline
from service.reranker_check import Asked, asked, compare_reranker, figures
from service.reranking import DEPTH, Reranking, blended
from service.self_check import Question, own_questions
from service.types import SearchRequest
from tests.fakes import FakeChat, picture, product
from tests.service.conftest import Shop, drawn, encoded
from vision.errors import ModelTimeoutError, UnknownModelError
from vision.protocols import Reranker
from vision.types import Box, Caption, DetectedItem, Photo

RED, GREEN, BLUE = (200, 30, 40), (20, 140, 60), (30, 60, 200)


class Likes:
    """Scores pictures 1 whose middle is of one colour, the others 0."""

    name = "likes"

    def __init__(self, colour: tuple[int, int, int] = GREEN) -> None:
        self.colour = colour
        self.seen: list[tuple[Image.Image, int]] = []

    def score(self, photo: Image.Image, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        self.seen.append((photo, len(pictures)))
        return np.array([self._likes(one) for one in pictures], dtype=np.float32)

    def _likes(self, one: Image.Image) -> float:
        middle = np.asarray(one)[one.height // 2, one.width // 2].astype(int)
        return float(np.abs(middle - self.colour).max() < 40)


class Down:
    """A model that is down."""

    name = "down"

    def score(self, photo: Image.Image, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        raise ModelTimeoutError("down took longer than 1 s")


def with_reranker(pipeline: SearchPipeline, reranker: Reranker, weight: float) -> SearchPipeline:
    return replace(pipeline, reranking=Reranking(reranker, weight))


def searched(pipeline: SearchPipeline, **request: object) -> list[tuple[str, float]]:
    found = pipeline.search(SearchRequest(**request))  # type: ignore[arg-type]
    return [(one.product.id, one.score) for one in found.items[0].matches]


def photo(colour: str = "red") -> bytes:
    return encoded(drawn("disc", colour))


def test_without_a_reranker_there_is_no_such_part_and_no_such_stage(shop: Shop) -> None:
    result = shop.pipeline.search(SearchRequest(photo()))
    assert all("rerank" not in one.parts for one in result.items[0].matches)
    assert "rerank" not in result.timings_ms


def test_what_the_reranker_likes_comes_first_and_scores_keep_the_order(shop: Shop) -> None:
    pipeline = with_reranker(shop.pipeline, Likes(GREEN), 5.0)
    result = pipeline.search(SearchRequest(photo(), is_grouped=False))
    matches = result.items[0].matches
    assert [one.product.id for one in matches][:1] == ["disc-green"]
    assert [one.parts["rerank"] for one in matches] == [1.0] * 3 + [0.0] * 6
    scores = [one.score for one in matches]
    assert scores == sorted(scores, reverse=True)
    assert all(-1 <= one <= 1 for one in scores)
    assert result.timings_ms["rerank"] > 0


def test_a_score_is_the_weighted_mean_with_the_new_part(shop: Shop) -> None:
    before = dict(searched(shop.pipeline, photo=photo(), is_grouped=False))
    after = dict(
        searched(with_reranker(shop.pipeline, Likes(GREEN), 0.5), photo=photo(), is_grouped=False)
    )
    assert after["disc-green"] == pytest.approx((before["disc-green"] + 0.5) / 1.5)
    assert after["disc-red"] == pytest.approx(before["disc-red"] / 1.5)


def test_matches_below_k_may_come_up(shop: Shop) -> None:
    [(first, _)] = searched(
        with_reranker(shop.pipeline, Likes(BLUE), 5.0), photo=photo(), k=1, is_grouped=False
    )
    assert first == "disc-blue"


def test_the_reranker_sees_the_region_of_the_item(shop: Shop) -> None:
    likes = Likes()
    request = SearchRequest(photo(), box=Box(10, 20, 90, 110))
    with_reranker(shop.pipeline, likes, 0.5).search(request)
    assert likes.seen[0][0].size == (80, 90)


@pytest.mark.parametrize("text", ["but in blue", "box"])
def test_words_that_ask_for_another_thing_are_not_reranked(shop: Shop, text: str) -> None:
    likes = Likes()
    searched(with_reranker(shop.pipeline, likes, 5.0), photo=photo(), text=text)
    assert likes.seen == []


def test_words_alone_are_not_reranked(shop: Shop) -> None:
    likes = Likes()
    searched(with_reranker(shop.pipeline, likes, 5.0), text="green cross")
    assert likes.seen == []


def test_a_reranker_that_is_down_costs_nothing_but_a_warning(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        found = searched(with_reranker(shop.pipeline, Down(), 5.0), photo=photo(), k=2)
    assert found == searched(shop.pipeline, photo=photo(), k=2)
    assert "not re-ranked: down took longer than 1 s" in caplog.text


def listing(number: int, score: float) -> Listing:
    return Listing(Candidate(number, score, {"image": score}, 0), product("disc-red"))


def test_what_was_not_looked_at_stays_behind_in_its_order(shop: Shop) -> None:
    listings = [listing(number, 1 - number / 100) for number in range(DEPTH + 3)]
    reranking = Reranking(Likes(BLUE), 5.0)  # likes none of these
    after = reranking.reranked(listings, picture("red"), shop.store.catalogue)
    assert [one.candidate.key for one in after] == list(range(DEPTH + 3))
    scores = [one.candidate.score for one in after]
    assert scores == sorted(scores, reverse=True)
    assert all("rerank" not in one.candidate.parts for one in after[DEPTH:])


def test_a_product_without_a_picture_counts_as_the_mean_of_the_others(shop: Shop) -> None:
    gone = Listing(Candidate(9, 0.9, {"image": 0.9}, 0), product("gone"))
    red = Listing(Candidate(1, 0.8, {"image": 0.8}, 0), product("disc-red"))
    blue = Listing(Candidate(2, 0.7, {"image": 0.7}, 0), product("disc-blue"))
    reranking = Reranking(Likes(RED), 1.0)
    after = reranking.reranked([gone, red, blue], picture("red"), shop.store.catalogue)
    assert [one.candidate.key for one in after] == [1, 9, 2]
    assert after[1].candidate.score == pytest.approx((0.9 + 0.5) / 2)
    assert "rerank" not in after[1].candidate.parts


def test_nothing_found_is_nothing_reranked(shop: Shop) -> None:
    likes = Likes()
    assert Reranking(likes).reranked([], picture("red"), shop.store.catalogue) == []
    assert likes.seen == []


def test_where_no_picture_is_there_scores_stay() -> None:
    scores = np.array([0.9, 0.8])
    assert list(blended(scores, np.full(2, np.nan), 0.5)) == [0.9, 0.8]


def test_the_detectors_caption_is_kept_and_the_captioner_asked_for_the_rest(shop: Shop) -> None:
    told = Caption(title="red disc", category="disc")

    class Detector:
        def detect(self, photo: Photo) -> list[DetectedItem]:
            half = photo.width // 2
            return [
                DetectedItem(Box(0, 0, half, photo.height), 1.0, told),
                DetectedItem(Box(half, 0, photo.width, photo.height), 1.0),
            ]

    class Captioner:
        name = "captioner"
        asked = 0

        def caption(self, images: Sequence[Image.Image]) -> list[Caption]:
            self.asked += len(images)
            return [Caption(title="other") for _ in images]

    captioner = Captioner()
    pipeline = replace(shop.pipeline, detector=Detector(), captioner=captioner)
    captions = [one.caption for one in pipeline.search(SearchRequest(photo())).items]
    assert captions == [told, Caption(title="other")]
    assert captioner.asked == 1


def test_figures_say_gain_only_where_chance_is_improbable() -> None:
    helped = Asked(np.array([0.6, 0.5]), np.array([0.0, 1.0]), np.array([False, True]))
    harmed = Asked(np.array([0.6, 0.5]), np.array([0.0, 1.0]), np.array([True, False]))
    reranking = Reranking(Likes(), 1.0)
    clear = figures([helped] * 6, reranking)
    assert (clear.recall_without, clear.recall_with, clear.gain) == (0.0, 1.0, 1.0)
    assert clear.p_value == pytest.approx(2 * 0.5**6)
    assert clear.is_gain
    assert not figures([helped] * 5, reranking).is_gain  # p = 0.0625
    mixed = figures([helped] * 6 + [harmed] * 5, reranking)
    assert mixed.gain == pytest.approx(1 / 11)
    assert mixed.gain_ci95[0] < 0 < mixed.gain_ci95[1]
    assert not mixed.is_gain
    assert not figures([harmed] * 6, reranking).is_gain


def test_a_comparison_asks_the_shops_own_pictures(shop: Shop) -> None:
    questions = list(own_questions(shop.store, 9))
    truth = {one.product.id: one for one in questions}
    found = compare_reranker(
        shop.pipeline, with_reranker(shop.pipeline, Likes(GREEN), 50.0), questions
    )
    assert found
    assert found.questions == len(truth) == 9
    assert found.recall_with <= 3 / 9 < found.recall_without
    assert not found.is_gain
    assert found.reranker == "likes"


def test_a_comparison_without_questions_or_reranker(shop: Shop) -> None:
    assert compare_reranker(shop.pipeline, with_reranker(shop.pipeline, Likes(), 1), []) is None
    with pytest.raises(RequestError, match="reranker is none"):
        compare_reranker(shop.pipeline, shop.pipeline, [])


def test_the_picture_that_asks_is_not_looked_at(shop: Shop) -> None:
    row = {
        "id": "two-views",
        "title": "Two views",
        "image_link": "disc-red.png",
        "additional_image_link": "cross-blue.png",
    }
    shop.commit(row)
    sha256 = shop.store.catalogue.sources("two-views")[0][1]
    question = Question(photo(), shop.store.catalogue.product("two-views"), hidden=sha256)
    likes = Likes(BLUE)
    came = asked(shop.pipeline, Reranking(likes), question)
    [place] = np.flatnonzero(came.is_right)
    assert came.parts[place] == 1.0  # the blue cross, not the red disc that asked
    assert came.scores[place] < 0.99


@pytest.mark.parametrize("name", ["openai:m@http://localhost:1/v1", "nonsense"])
def test_a_name_that_is_no_reranker_is_refused(shop: Shop, name: str) -> None:
    settings = shop.settings.model_copy(update={"reranker": name})
    with pytest.raises(UnknownModelError, match="allowed are"):
        wiring.load_reranker(settings)


def test_a_chat_model_locates_items_where_the_setting_names_it(shop: Shop) -> None:
    chat = FakeChat(['[{"bbox_2d": [0, 0, 500, 1000], "label": "disc", "color": "red"}]'])
    settings = shop.settings.model_copy(update={"detector": "openai:m@http://localhost:1/v1"})
    detector = wiring.load_detector(settings, {settings.detector: chat})
    [item] = detector.detect(Photo(drawn("disc", "red"), "0" * 64))
    assert item.caption == Caption(title="disc", color="red")


def test_the_setting_gives_the_embedded_reranker(shop: Shop) -> None:
    settings = shop.settings.model_copy(update={"reranker": "embedded"})
    models = replace(shop.models, reranker=wiring.load_reranker(settings))
    pipeline = wiring.search_pipeline(settings, models, shop.store)
    matches = pipeline.search(SearchRequest(photo(), is_grouped=False)).items[0].matches
    assert matches[0].product.id == "disc-red"
    parts = [one.parts["rerank"] for one in matches]
    assert all(0 < one <= 1 for one in parts)
    assert len(set(parts)) == 9
