"""A photo and words on the drawn shop, through the store and the embedded model."""

import itertools
from dataclasses import replace

import pytest

from index.types import Query
from service.fusion import weights_on
from service.search.catalogue_words import vocabulary_of
from service.search.composing import alone, asked, beside_photo
from service.search.vocabulary import ShopVocabulary
from service.search.words import understand
from tests.service.conftest import COLOURS, SHAPES, Shop, drawn

PAIRS = list(itertools.permutations(COLOURS, 2))


def vocabulary(shop: Shop) -> ShopVocabulary:
    catalogue = shop.store.catalogue
    return vocabulary_of(
        catalogue.product(f"{shape}-{colour}") for shape in SHAPES for colour in COLOURS
    )


def query(shop: Shop, shape: str, colour: str, text: str, words: ShopVocabulary) -> Query:
    image = drawn(shape, colour)
    vectors = asked(understand(text, words), shop.models.embedder, shop.models.colours)
    seen = shop.models.colours.look([image])
    return beside_photo(
        vectors,
        shop.models.embedder.embed_images([image])[0],
        seen.vectors[0],
        weights_on(is_plain=bool(seen.is_plain[0])),
    )


def first(shop: Shop, one: Query) -> str:
    [[best]] = shop.store.search([replace(one, k=1)])
    return shop.store.catalogue.products([best.key])[best.key].id


@pytest.mark.parametrize("wording", ["but in {}", "the {} one", "make it {}, please"])
def test_words_for_another_colour_find_the_variant_in_it(shop: Shop, wording: str) -> None:
    words = vocabulary(shop)
    for shape, (seen, wanted) in itertools.product(SHAPES, PAIRS):
        found = first(shop, query(shop, shape, seen, wording.format(wanted), words))
        assert found == f"{shape}-{wanted}"


def test_chinese_words_do_the_same(shop: Shop) -> None:
    assert first(shop, query(shop, "disc", "red", "换成蓝色", vocabulary(shop))) == "disc-blue"


def test_a_refused_colour_is_not_found(shop: Shop) -> None:
    for shape, colour in itertools.product(SHAPES, COLOURS):
        found = first(shop, query(shop, shape, colour, f"not {colour}", vocabulary(shop)))
        assert found.startswith(shape)
        assert not found.endswith(colour)


def test_a_shop_without_words_for_colours_is_searched_by_the_look_of_them(shop: Shop) -> None:
    hits = [
        first(shop, query(shop, shape, seen, f"in {wanted}", ShopVocabulary())).endswith(wanted)
        for shape, (seen, wanted) in itertools.product(SHAPES, PAIRS)
    ]
    assert sum(hits) >= 15  # of 18; by the photo alone none


def test_words_alone_find_what_they_describe_within_their_filters(shop: Shop) -> None:
    text = "a cross in stock, not red, under 40 dollars"
    words = asked(understand(text, vocabulary(shop)), shop.models.embedder, shop.models.colours)
    assert first(shop, alone(words)) == "cross-blue"
