"""The vocabulary follows the shop: at once while it is small, beside the search when it is not."""

import threading
import time
from collections.abc import Iterator

import pytest

from index.types import Product
from service.search import shop_words
from service.search.shop_words import ShopWords
from service.search.vocabulary import ShopVocabulary
from service.search.words import understand
from tests.service.conftest import Shop, shop_rows


def brands(words: ShopWords, shop: Shop) -> tuple[str, ...]:
    vocabulary = words.vocabulary(shop.store.refresh().sequence)
    return understand("by Quixel", vocabulary).filters.any_of.get("brand", ())


def add_a_brand(shop: Shop) -> None:
    shop.commit({**shop_rows()[0], "id": "new", "item_group_id": "new", "brand": "Quixel"})


def test_a_small_shop_s_new_brand_is_known_in_the_next_search(shop: Shop) -> None:
    words = ShopWords(shop.store)
    assert brands(words, shop) == ()
    add_a_brand(shop)
    assert brands(words, shop) == ("Quixel",)


def test_a_large_shop_s_old_words_serve_while_the_new_are_read(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop_words, "_AT_ONCE", 0)  # every catalogue is large
    words = ShopWords(shop.store)
    assert brands(words, shop) == ()
    add_a_brand(shop)
    words._next_read = 0.0
    may_read, read = threading.Event(), shop_words.vocabulary_of

    def read_later(products: Iterator[Product]) -> ShopVocabulary:
        assert may_read.wait(30)
        return read(products)

    monkeypatch.setattr(shop_words, "vocabulary_of", read_later)
    assert brands(words, shop) == ()
    may_read.set()
    for _ in range(600):
        if brands(words, shop):
            break
        time.sleep(0.05)
    assert brands(words, shop) == ("Quixel",)


def test_an_unchanged_shop_is_read_once(shop: Shop) -> None:
    words = ShopWords(shop.store)
    sequence = shop.store.refresh().sequence
    first = words.vocabulary(sequence)
    assert words.vocabulary(sequence) is first
