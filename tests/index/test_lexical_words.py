"""Words of products and of questions are the same words."""

import pytest

from index.lexical_words import Wanted, wanted_of, words_of
from tests.fakes import offer, product


def asked(text: str) -> list[str]:
    """The words of a question, those written together first."""
    return [word for one in wanted_of(text) for word in (one.whole, *one.parts) if word]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Powder PRO", ["powder", "pro"]),
        ("Crème Brûlée", ["creme", "brulee"]),
        ("Straße STRASSE", ["strasse"]),
        ("ＭＨ０９", ["mh09"]),
        ("MH-09", ["mh09", "mh", "09"]),
        ("women's Levi's", ["women", "levi"]),
        ("shoes dresses watches bodies tomatoes", ["shoe", "dress", "watch", "body", "tomato"]),
        ("glass cactus gas", ["glass", "cactus", "gas"]),
        ("0400638133393", ["400638133393"]),
        ("雨衣", ["雨衣"]),
        ("咖啡杯", ["咖啡", "啡杯"]),
        ("杯", ["杯"]),
        ("iPhone手机", ["iphone", "手机"]),
        ("비옷", ["비옷"]),
        ("🎿 --- \x00 ()", []),
    ],
)
def test_a_question_is_taken_apart_into_words(text: str, words: list[str]) -> None:
    assert asked(text) == words


def test_function_words_are_left_out_where_others_remain() -> None:
    assert asked("these shoes for me") == ["shoe"]
    assert asked("a fur coat") == ["fur", "coat"]
    assert asked("The The") == ["the"]


def test_a_word_counts_once() -> None:
    assert asked("mug Mug mugs MUG") == ["mug"]


def test_han_neighbours_may_be_no_words() -> None:
    assert wanted_of("蓝色杯") == [Wanted("", ("蓝色", "色杯"), is_run=True)]


def test_every_field_of_a_product_gives_words() -> None:
    one = product(
        "luma-24-mb02",
        group="bags",
        title="Fusion Back-Pack 背包",
        brand="B&R",
        category="Gear > Bags",
        color="Navy",
        gtin="0400638133393",
        description="Two zips.",
        attributes={"mpn": "FX-9", "material": "Nylon", "video": "https://x.example/v"},
        offers=(offer(source_id="m-4711"),),
    )
    words = words_of(one)
    assert words.title == "fusion back pack backpack 背 包 背包"
    assert words.brand == "b r br"
    assert words.kind == "gear bag navy"
    assert words.details == "two zip nylon"
    assert words.codes == "luma24mb02 mb02 bag 400638133393 m4711 4711 fx9"


def test_a_word_without_end_is_cut_alike_on_both_sides() -> None:
    endless = "x" * 5000
    assert asked(endless) == [words_of(product("a", title=endless)).title]
    assert len(asked(endless)[0]) < 100
