"""Captions: written, kept, found and taken back with their products."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.backends import backend_of
from index.backup import back_up
from index.catalogue import Catalogue
from index.store import Store
from index.types import PictureCaption, ProductRecord
from tests.fakes import product, record, small_store
from tests.index.databases import Database
from tests.index.test_lexical import scores

SHAS = ("a" * 64, "b" * 64)


def captioned(
    name: str, words: str, sha256: str = SHAS[0], captioner: str = "one"
) -> ProductRecord:
    caption = PictureCaption(sha256, captioner, words)
    return replace(record(product(name, title=f"IMG {name}")), caption=caption)


@pytest.fixture
def catalogue(database: Database) -> Iterator[Catalogue]:
    opened = database.catalogue()
    yield opened
    opened.close()


def test_a_caption_comes_back_and_its_words_find_the_product(catalogue: Catalogue) -> None:
    catalogue.upsert([captioned("p1", "blue mugs, cup"), record("p2")])
    assert catalogue.captions_of(["p1", "p2", "p3"]) == {
        "p1": PictureCaption(SHAS[0], "one", "blue mugs, cup")
    }
    assert catalogue.captions_by("one", SHAS).keys() == {SHAS[0]}
    assert catalogue.captions_by("another", SHAS) == {}
    assert scores(catalogue, "mug").keys() == {"p1"}
    assert "mug" not in repr(catalogue.product("p1"))


def test_the_merchant_s_own_words_count_more_than_a_caption(catalogue: Catalogue) -> None:
    catalogue.upsert([captioned("p1", "mug"), record(product("p2", title="A mug"))])
    found = scores(catalogue, "mug")
    assert found["p2"] > found["p1"] > 0


def test_a_caption_is_replaced_and_goes_with_its_product(catalogue: Catalogue) -> None:
    catalogue.upsert([captioned("p1", "mug")])
    catalogue.upsert([captioned("p1", "vase", SHAS[1], "another")])
    assert (scores(catalogue, "mug"), scores(catalogue, "vase").keys()) == ({}, {"p1"})
    catalogue.upsert([record("p1")])
    assert (catalogue.captions_of(["p1"]), scores(catalogue, "vase")) == ({}, {})
    catalogue.upsert([captioned("p1", "mug")])
    catalogue.delete(["p1"])
    assert catalogue.captions_by("one", SHAS) == {}
    assert scores(catalogue, "mug") == {}


def test_going_back_brings_captions_back_and_takes_later_ones_away(database: Database) -> None:
    store = small_store(
        database.place, [captioned("p1", "mug"), record("p2"), captioned("p3", "jug")]
    )
    version = store.publish()
    store.upsert([captioned("p1", "vase", captioner="another"), captioned("p2", "bowl", SHAS[1])])
    store.delete(["p3"])
    store.rollback(version)
    found = store.catalogue.captions_of(["p1", "p2", "p3"])
    assert {name: one.words for name, one in found.items()} == {"p1": "mug", "p3": "jug"}
    for text, names in (("mug", {"p1"}), ("jug", {"p3"}), ("vase", set()), ("bowl", set())):
        assert scores(store.catalogue, text).keys() == names, text
    store.close()


def test_captions_that_no_kept_version_needs_are_forgotten(database: Database) -> None:
    store = small_store(database.place, [captioned("p1", "mug")])
    store.publish()
    store.upsert([captioned("p1", "vase")])
    assert database.rows("SELECT words FROM past_caption") == [("mug",)]
    for number in range(10):  # until the first version is no longer kept
        store.upsert([record(f"q{number}")])
        store.publish()
    assert database.rows("SELECT words FROM past_caption") == []
    store.close()


def test_a_store_made_before_there_were_captions_goes_on(database: Database) -> None:
    with_store = database.catalogue()
    with_store.upsert([record("p1")])
    with_store.close()
    for table in ("caption", "past_caption"):
        database.rows(f"DROP TABLE {table}")
    opened = backend_of(database.place).open_catalogue(create=False)
    assert opened.product("p1").id == "p1"
    opened.upsert([captioned("p1", "mug")])
    assert scores(opened, "mug").keys() == {"p1"}
    opened.close()


def test_a_backup_has_the_captions(tmp_path: Path) -> None:
    store = small_store(tmp_path / "store", [captioned("p1", "mug")])
    back_up(tmp_path / "store", tmp_path / "copy")
    copy = Store(tmp_path / "copy", store.space)
    assert copy.catalogue.captions_of(["p1"]) == store.catalogue.captions_of(["p1"])
    assert copy.lexical("mug") is not None
    store.close()
    copy.close()
