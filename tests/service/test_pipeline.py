"""The straight line, on a small drawn shop with the real embedded model."""

from dataclasses import replace
from decimal import Decimal

import pytest
from PIL import Image

from index.types import Filters, PriceRange
from service.errors import RequestError
from service.types import SearchRequest
from tests.service.conftest import Shop, drawn, encoded, shop_rows
from vision.errors import BadBoxError, NotAPictureError
from vision.types import Box, DetectedItem, Photo


def ids(shop: Shop, **request: object) -> list[str]:
    result = shop.pipeline.search(SearchRequest(**request))  # type: ignore[arg-type]
    return [match.product.id for match in result.items[0].matches]


def test_a_catalogue_picture_finds_its_own_product_first(shop: Shop) -> None:
    for shape in ("disc", "box", "cross"):
        photo = encoded(drawn(shape, "blue"))
        assert ids(shop, photo=photo)[0] == f"{shape}-blue"


def test_a_photo_in_another_format_and_size_finds_the_same_product(shop: Shop) -> None:
    photo = encoded(drawn("cross", "red", 300), "JPEG")
    assert ids(shop, photo=photo)[0] == "cross-red"


def test_one_match_a_group_with_its_variants_inside(shop: Shop) -> None:
    result = shop.pipeline.search(SearchRequest(photo=encoded(drawn("disc", "red"))))
    matches = result.items[0].matches
    assert [match.product.group for match in matches].count("disc") == 1
    assert len(matches) == 3
    assert {one.id for one in matches[0].variants} == {"disc-blue", "disc-green"}


def test_without_grouping_every_product_is_a_match(shop: Shop) -> None:
    assert len(ids(shop, photo=encoded(drawn("disc", "red")), is_grouped=False)) == 9


def test_matches_are_sorted_by_score_and_name_the_parts(shop: Shop) -> None:
    result = shop.pipeline.search(SearchRequest(photo=encoded(drawn("disc", "red"))))
    matches = result.items[0].matches
    assert [one.score for one in matches] == sorted((one.score for one in matches), reverse=True)
    assert set(matches[0].parts) == {"image", "colour"}
    assert matches[0].score == pytest.approx(1.0, abs=2e-3)


def test_words_alone_find_a_product_by_its_title(shop: Shop) -> None:
    result = shop.pipeline.search(SearchRequest(text="green cross"))
    assert result.width is None
    assert result.items[0].item is None
    assert ids(shop, text="green cross", is_grouped=False)[0] == "cross-green"
    assert set(result.items[0].matches[0].parts) == {"text", "text_image"}


def test_words_beside_a_photo_are_a_part_of_the_score(shop: Shop) -> None:
    request = SearchRequest(photo=encoded(drawn("disc", "red")), text="disc")
    parts = shop.pipeline.search(request).items[0].matches[0].parts
    assert set(parts) == {"image", "colour", "text", "text_image"}


def test_k_matches_come_back_whenever_k_pass_the_filter(shop: Shop) -> None:
    filters = Filters(any_of={"color": ("green",)})
    photo = encoded(drawn("disc", "red"))
    found = ids(shop, photo=photo, filters=filters, k=3)
    assert set(found) == {"disc-green", "box-green", "cross-green"}


def test_filters_of_price_and_category_act_inside_the_search(shop: Shop) -> None:
    filters = Filters(price=PriceRange(maximum=20, currency="USD"))  # type: ignore[arg-type]
    photo = encoded(drawn("cross", "red"))
    assert {one.split("-")[0] for one in ids(shop, photo=photo, filters=filters)} == {"disc", "box"}
    category = Filters(any_of={"category": ("toys > shapes > cross",)})
    assert ids(shop, photo=encoded(drawn("disc", "blue")), filters=category) == ["cross-blue"]


def test_a_box_searches_that_region_alone(shop: Shop) -> None:
    canvas = Image.new("RGB", (256, 128))
    canvas.paste(drawn("disc", "blue"), (0, 0))
    canvas.paste(drawn("cross", "green"), (128, 0))
    photo = encoded(canvas)
    left = shop.pipeline.search(SearchRequest(photo=photo, box=Box(0, 0, 128, 128)))
    right = shop.pipeline.search(SearchRequest(photo=photo, box=Box(128, 0, 256, 128)))
    assert left.items[0].matches[0].product.id == "disc-blue"
    assert right.items[0].matches[0].product.id == "cross-green"
    assert right.items[0].item is not None
    assert right.items[0].item.box == Box(128, 0, 256, 128)


def test_similar_leaves_out_the_products_own_group(shop: Shop) -> None:
    found = shop.pipeline.similar("disc-red", k=5)
    assert {one.product.group for one in found} == {"box", "cross"}


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (SearchRequest(), "neither a photo nor a text"),
        (SearchRequest(text="  "), "neither a photo nor a text"),
        (SearchRequest(text="x", k=0), "k is 0; allowed is 1 to 100"),
        (SearchRequest(text="x", k=101), "k is 101"),
        (SearchRequest(text="x" * 2001), "at most 2,000"),
        (SearchRequest(text="x", box=Box(0, 0, 1, 1)), "a box without a photo"),
    ],
)
def test_a_wrong_request_is_refused(shop: Shop, request_: SearchRequest, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        shop.pipeline.search(request_)


def test_a_box_outside_the_photo_is_refused(shop: Shop) -> None:
    request = SearchRequest(photo=encoded(drawn("disc", "red")), box=Box(0, 0, 500, 10))
    with pytest.raises(BadBoxError, match="128 x 128"):
        shop.pipeline.search(request)


def test_a_photo_that_is_none_is_refused(shop: Shop) -> None:
    with pytest.raises(NotAPictureError):
        shop.pipeline.search(SearchRequest(photo=b"hello"))


def test_an_empty_catalogue_gives_no_matches(empty_shop: Shop) -> None:
    result = empty_shop.pipeline.search(SearchRequest(photo=encoded(drawn("disc", "red"))))
    assert result.items[0].matches == ()


def test_words_that_change_the_photo_find_the_variant(shop: Shop) -> None:
    photo = encoded(drawn("disc", "red"))
    assert ids(shop, photo=photo, text="but in blue")[0] == "disc-blue"
    assert ids(shop, photo=photo, text="换成绿色")[0] == "disc-green"


def test_the_variant_in_another_colour_stands_before_all_that_has_that_colour(shop: Shop) -> None:
    photo = encoded(drawn("disc", "red"))
    request = SearchRequest(photo=photo, text="in blue", is_grouped=False)
    first, *others = shop.pipeline.search(request).items[0].matches
    assert first.product.id == "disc-blue"
    assert first.parts["siblings"] > max(one.parts["siblings"] for one in others)
    named = replace(request, text="blue box")
    assert "siblings" not in shop.pipeline.search(named).items[0].matches[0].parts


def test_price_words_are_filters_and_a_contradiction_is_refused(shop: Shop) -> None:
    found = ids(shop, text="toy under 15 dollars", is_grouped=False)
    assert found
    assert all(one.startswith("disc") for one in found)  # the others cost 20 and 30 dollars
    range_ = Filters(price=PriceRange(minimum=Decimal(25)))
    with pytest.raises(RequestError, match="15"):
        ids(shop, text="under 15 dollars", filters=range_)


def test_cheaper_means_below_the_price_of_what_the_photo_shows(shop: Shop) -> None:
    photo = encoded(drawn("box", "red"))  # 20 dollars
    result = shop.pipeline.search(SearchRequest(photo=photo, text="cheaper", is_grouped=False))
    assert result.words
    assert result.words.cheaper
    assert {one.product.group for one in result.items[0].matches} == {"disc"}


def test_cheaper_is_one_price_for_all_views_of_an_item(shop: Shop) -> None:
    """A region that alone resembles something dearer must not bring back what costs the same."""
    photo = encoded(drawn("disc", "red"))  # 10 dollars, and nothing is cheaper
    region = Box(44, 44, 84, 84)  # all red: no disc any more
    [dearer] = shop.pipeline.search(SearchRequest(photo, box=region, is_grouped=False)).items
    assert dearer.matches[0].product.group != "disc"
    pipeline = replace(shop.pipeline, detector=OneRegion(region))
    [plain] = pipeline.search(SearchRequest(photo, is_grouped=False)).items
    assert plain.matches[0].product.id == "disc-red"
    [cheaper] = pipeline.search(SearchRequest(photo, text="cheaper", is_grouped=False)).items
    assert cheaper.matches == ()


class OneRegion:
    """Finds the same region in every photo."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def detect(self, photo: Photo) -> list[DetectedItem]:
        return [DetectedItem(self._box, 1.0)]


def test_a_new_brand_is_understood_after_its_product_is_written(shop: Shop) -> None:
    row = {**shop_rows()[0], "id": "new", "item_group_id": "new", "brand": "Quixel"}
    shop.commit(row)
    result = shop.pipeline.search(SearchRequest(text="by Quixel", is_grouped=False))
    assert [one.product.id for one in result.items[0].matches] == ["new"]
