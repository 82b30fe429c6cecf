"""Several things in one photo, found by the real detector and searched one by one."""

from dataclasses import replace

import pytest
from PIL import Image

from service import wiring
from service.pipeline import SearchPipeline
from service.types import SearchRequest, SearchResult
from tests.service.conftest import Shop, drawn, encoded
from vision.errors import BadBoxError
from vision.types import Box


@pytest.fixture
def pipeline(shop: Shop) -> SearchPipeline:
    settings = shop.settings.model_copy(update={"detector": "embedded"})
    models = replace(shop.models, detector=wiring.load_detector(settings))
    return wiring.search_pipeline(settings, models, shop.store)


def two_things() -> Image.Image:
    """A red disc on the left, a blue box on the right, far apart."""
    photo = Image.new("RGB", (420, 200), (236, 232, 226))
    photo.paste(drawn("disc", "red").crop((25, 25, 103, 103)).resize((140, 140)), (30, 30))
    photo.paste(drawn("box", "blue").crop((25, 25, 103, 103)).resize((140, 140)), (250, 30))
    return photo


def firsts(result: SearchResult) -> list[str]:
    return [item.matches[0].product.id for item in result.items]


def test_each_thing_of_a_photo_is_an_item_with_its_own_product(pipeline: SearchPipeline) -> None:
    result = pipeline.search(SearchRequest(photo=encoded(two_things()), is_grouped=False))
    assert sorted(firsts(result)) == ["box-blue", "disc-red"]
    for found in result.items:
        assert found.item
        assert found.item.box.area_px < 0.5 * 420 * 200
        assert 0 < found.item.confidence <= 1


def test_the_main_item_alone_is_searched_when_asked(pipeline: SearchPipeline) -> None:
    request = SearchRequest(photo=encoded(two_things()), is_main_only=True)
    assert len(pipeline.search(request).items) == 1


def test_one_thing_is_searched_by_its_region_and_by_the_whole_photo(
    pipeline: SearchPipeline,
) -> None:
    photo = Image.new("RGB", (300, 300), "white")
    photo.paste(drawn("disc", "green", 100), (30, 150))
    result = pipeline.search(SearchRequest(photo=encoded(photo), k=3, is_grouped=False))
    [found] = result.items
    assert found.matches[0].product.id == "disc-green"
    ids = [match.product.id for match in found.matches]
    assert len(ids) == len(set(ids)) == 3
    scores = [match.score for match in found.matches]
    assert scores == sorted(scores, reverse=True)


def test_groups_stay_single_when_two_views_are_merged(pipeline: SearchPipeline) -> None:
    photo = Image.new("RGB", (300, 300), "white")
    photo.paste(drawn("disc", "blue", 120), (40, 40))
    [found] = pipeline.search(SearchRequest(photo=encoded(photo))).items
    groups = [match.product.group for match in found.matches]
    assert len(groups) == len(set(groups)) == 3


def test_a_drawn_box_is_searched_as_it_was_drawn(pipeline: SearchPipeline) -> None:
    box = Box(240, 20, 400, 180)
    request = SearchRequest(photo=encoded(two_things()), box=box, is_grouped=False)
    [found] = pipeline.search(request).items
    assert found.item
    assert found.item.box == box
    assert found.matches[0].product.id == "box-blue"
    with pytest.raises(BadBoxError, match="420 x 200"):
        pipeline.look(replace(request, box=Box(0, 0, 999, 10)))


def test_a_photo_in_which_nothing_stands_out_is_searched_whole(pipeline: SearchPipeline) -> None:
    blank = Image.new("RGB", (90, 60), (120, 120, 120))
    [found] = pipeline.search(SearchRequest(photo=encoded(blank))).items
    assert found.item
    assert found.item.box == Box(0, 0, 90, 60)


def test_words_hold_for_every_item(pipeline: SearchPipeline) -> None:
    request = SearchRequest(photo=encoded(two_things()), text="in green", is_grouped=False)
    found = firsts(pipeline.search(request))
    assert len(found) == 2
    assert all(one.endswith("-green") for one in found)
    assert "disc-green" in found
