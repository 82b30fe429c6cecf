"""Parts of a search judged alone, on the drawn shop."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from service.ablations import CAPTION, PARTS, WHOLE, chance, judge_parts
from service.errors import RequestError
from service.evaluation import DEPTH, LabelledQuery, judge, places
from service.pipeline import SearchPipeline
from service.settings import Settings
from service.shop import open_shop, picture_root
from service.wiring import Models
from tests.service.conftest import COLOURS, SHAPES, Shop
from vision.types import Caption


class Titles:
    """A captioner that says the same of everything."""

    def __init__(self, title: str) -> None:
        self._title = title

    def caption(self, crops: Sequence[Image.Image]) -> list[Caption]:
        return [Caption(title=self._title) for _ in crops]


def queries(shop: Shop, *, is_group: bool = False) -> list[LabelledQuery]:
    return [
        LabelledQuery(
            shop.pictures / f"{shape}-{colour}.png",
            "",
            shape if is_group else f"{shape}-{colour}",
            2,
        )
        for shape in SHAPES
        for colour in COLOURS
    ]


def captioned(shop: Shop, title: str) -> SearchPipeline:
    return replace(shop.pipeline, captioner=Titles(title), caption_use="beside")


def test_the_whole_search_is_judged_as_eval_judges_it(shop: Shop) -> None:
    pipeline = captioned(shop, "a blue disc")
    whole = judge_parts(queries(shop), pipeline)[WHOLE]
    assert whole == judge(queries(shop), pipeline, shop.store)


def test_colours_alone_find_the_colour_and_the_picture_alone_the_thing(shop: Shop) -> None:
    found = judge_parts(queries(shop), captioned(shop, ""))
    assert set(found) == set(PARTS)
    for query, ranking in zip(queries(shop), found["colours alone"], strict=True):
        first = ranking.ranked[: len(SHAPES)]
        assert {one.partition("-")[2] for one in first} == {query.product.partition("-")[2]}
    assert (places(found["picture alone"]) == 1).all()


def test_a_caption_alone_finds_what_it_says_whatever_the_photo_shows(shop: Shop) -> None:
    found = judge_parts(queries(shop), captioned(shop, "Blue cross"))[CAPTION]
    assert {one.ranked[0] for one in found} == {"cross-blue"}


def test_without_a_caption_nothing_is_found_by_it(shop: Shop) -> None:
    found = judge_parts(queries(shop)[:2], captioned(shop, ""))[CAPTION]
    assert [one.ranked for one in found] == [(), ()]


def test_chance_is_that_of_products_or_of_groups(shop: Shop) -> None:
    k = np.arange(1, DEPTH + 1)
    assert chance(queries(shop), shop.pipeline) == pytest.approx(np.minimum(1, k / 9))
    assert chance(queries(shop, is_group=True), shop.pipeline) == pytest.approx(
        np.minimum(1, k / 3)
    )


def test_a_photo_that_is_gone_is_named_with_its_line(shop: Shop) -> None:
    gone = LabelledQuery(shop.pictures / "gone.png", "", "disc-red", 7)
    with pytest.raises(RequestError, match=r"line 7: .*gone\.png"):
        judge_parts([gone], shop.pipeline)


def test_a_folder_of_pictures_opens_as_a_shop_and_again_unchanged(
    pictures: Path, tmp_path: Path, settings: Settings, models: Models
) -> None:
    first = open_shop(pictures, tmp_path / "opened", settings, models)
    first.close()
    again = open_shop(pictures, tmp_path / "opened", settings, models)
    assert (first.counts.added, again.counts.unchanged) == (9, 9)
    assert again.store.catalogue.count() == (9, 9)
    again.close()
    assert picture_root(pictures / "feed.csv") == picture_root(pictures) == pictures
