"""Rows to committed products."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from index.errors import UnknownProductError
from index.feed_rows import parse_row
from index.types import SpaceId
from service import wiring
from service.ingest import Ingest
from service.types import SearchRequest
from tests.service.conftest import Shop, drawn, encoded, shop_rows
from vision.decode import decode

ROW = {
    "id": "a",
    "title": "Red disc",
    "image_link": "disc-red.png",
    "price": "5.00 USD",
    "merchant": "M1",
}


def first(shop: Shop, shape: str, colour: str) -> str:
    request = SearchRequest(photo=encoded(drawn(shape, colour)), is_grouped=False)
    return shop.pipeline.search(request).items[0].matches[0].product.id


def test_an_unchanged_row_costs_no_embedding_and_no_write(shop: Shop) -> None:
    before = shop.store.catalogue.sequence()
    outcomes = shop.commit(*shop_rows())
    assert {one.status for one in outcomes} == {"unchanged"}
    assert shop.store.catalogue.sequence() == before


def test_a_changed_price_is_an_update_that_keeps_the_vectors(shop: Shop) -> None:
    before = shop.store.catalogue.known_pictures("disc-red")
    row = {**shop_rows()[0], "price": "7.50 USD"}
    [outcome] = shop.commit(row)
    assert outcome.status == "updated"
    after = shop.store.catalogue.known_pictures("disc-red")
    assert before.keys() == after.keys()
    product = shop.store.catalogue.product("disc-red")
    assert product.offers[0].price is not None
    assert product.offers[0].price.amount == Decimal("7.50")


def test_a_changed_picture_is_embedded_again_and_found_in_the_next_search(shop: Shop) -> None:
    assert first(shop, "cross", "green") == "cross-green"
    drawn("cross", "green").save(shop.pictures / "disc-red.png")
    shop.commit({**shop_rows()[0]})
    shop.ingest.delete("cross-green")
    assert first(shop, "cross", "green") == "disc-red"


def test_fresh_embeds_what_has_not_changed(shop: Shop) -> None:
    [outcome] = shop.commit(shop_rows()[0], fresh=True)
    assert outcome.status == "updated"


def test_rows_of_one_id_and_two_merchants_are_offers_of_one_product(empty_shop: Shop) -> None:
    cheap = {**ROW, "merchant": "M2", "price": "4.00 USD", "title": "Other words"}
    outcomes = empty_shop.commit(ROW, cheap)
    assert [one.status for one in outcomes] == ["added"]
    product = empty_shop.store.catalogue.product("a")
    assert product.title == "Red disc"  # the first merchant's words
    assert [one.merchant for one in product.offers] == ["M1", "M2"]
    assert empty_shop.commit(ROW, cheap)[0].status == "unchanged"


def test_rows_of_one_gtin_are_offers_of_one_product(empty_shop: Shop) -> None:
    gtin = "4006381333931"
    empty_shop.commit({**ROW, "gtin": gtin})
    other = {**ROW, "id": "b-77", "gtin": gtin, "merchant": "M2"}
    [outcome] = empty_shop.commit(other)
    assert (outcome.product_id, outcome.status) == ("a", "updated")
    product = empty_shop.store.catalogue.product("b-77")  # under the second merchant's id too
    assert product.id == "a"
    assert [one.source_id for one in product.offers] == ["a", "b-77"]
    assert empty_shop.commit(other)[0].status == "unchanged"


def test_two_ids_of_one_merchant_stay_two_products_though_they_share_a_gtin(
    empty_shop: Shop,
) -> None:
    gtin = "4006381333931"
    empty_shop.commit({**ROW, "gtin": gtin}, {**ROW, "id": "b", "gtin": gtin})
    assert empty_shop.store.catalogue.count()[0] == 2


def test_of_two_rows_with_one_id_and_merchant_the_last_counts(empty_shop: Shop) -> None:
    empty_shop.commit(ROW, {**ROW, "title": "Later"})
    assert empty_shop.store.catalogue.product("a").title == "Later"


def test_a_row_without_pictures_keeps_those_of_a_known_product(empty_shop: Shop) -> None:
    empty_shop.commit(ROW)
    bare = {name: value for name, value in ROW.items() if name != "image_link"}
    [outcome] = empty_shop.commit({**bare, "price": "6.00 USD"})
    assert outcome.status == "updated"
    assert len(empty_shop.store.catalogue.sources("a")) == 1
    assert empty_shop.store.catalogue.display_jpeg("a", 0)[:2] == b"\xff\xd8"


def test_a_new_row_without_pictures_is_rejected(empty_shop: Shop) -> None:
    bare = {name: value for name, value in ROW.items() if name != "image_link"}
    [outcome] = empty_shop.commit(bare)
    assert outcome.status == "rejected"
    assert outcome.problems == ("image_link: is missing or empty",)


def test_a_broken_picture_is_reported_and_the_good_one_serves(empty_shop: Shop) -> None:
    (empty_shop.pictures / "broken.jpg").write_text("no picture")
    [outcome] = empty_shop.commit({**ROW, "additional_image_link": "broken.jpg,missing.png"})
    assert outcome.status == "added"
    assert len(outcome.problems) == 2
    assert "broken.jpg: not a picture" in outcome.problems[0]
    assert "missing.png" in outcome.problems[1]


def test_a_picture_outside_the_root_is_not_read(empty_shop: Shop, tmp_path: Path) -> None:
    drawn("disc", "red").save(tmp_path / "secret.png")
    (empty_shop.pictures / "link.png").symlink_to(tmp_path / "secret.png")
    for source in ("../secret.png", str(tmp_path / "secret.png"), "link.png"):
        [outcome] = empty_shop.commit({**ROW, "image_link": source})
        assert outcome.status == "rejected"
        assert "leads out of the folder" in outcome.problems[0]


def test_a_deleted_product_is_gone_from_the_next_search(shop: Shop) -> None:
    assert first(shop, "disc", "red") == "disc-red"
    shop.ingest.delete("disc-red")
    assert first(shop, "disc", "red") != "disc-red"
    with pytest.raises(UnknownProductError, match="disc-red"):
        shop.ingest.delete("disc-red")


def test_the_display_picture_is_small_upright_and_without_metadata(empty_shop: Shop) -> None:
    big = drawn("disc", "red", 1500)
    exif = big.getexif()
    exif[0x0112] = 6
    exif[0x010F] = "SECRETMAKER"
    big.save(empty_shop.pictures / "big.jpg", exif=exif)
    empty_shop.commit({**ROW, "image_link": "big.jpg"})
    jpeg = empty_shop.store.catalogue.display_jpeg("a", 0)
    assert b"SECRETMAKER" not in jpeg
    assert max(decode(jpeg).image.size) == 640


def test_a_change_of_embedder_keeps_every_product_and_embeds_it_anew(shop: Shop) -> None:
    """From the feed where it comes again, from the kept pictures where it does not."""
    shop.store.close()
    space = replace(shop.store.space, embedder="another (256-d, 0)")
    assert isinstance(space, SpaceId)
    store = type(shop.store)(shop.folder, space, fresh=True)
    ingest = Ingest(shop.models.embedder, shop.models.colours, store, decode)
    assert len(store.catalogue.pending()) == 9
    pipeline = replace(shop.pipeline, store=store)
    photo = encoded(drawn("box", "blue"))
    assert pipeline.search(SearchRequest(photo=photo)).items[0].matches == ()
    assert ingest.embed_pending() == 9
    assert pipeline.search(SearchRequest(photo=photo)).items[0].matches[0].product.id == "box-blue"
    assert store.catalogue.pending() == []
    store.close()


def test_product_text_names_each_thing_once(shop: Shop) -> None:
    from service.product_text import product_text

    product = shop.store.catalogue.product("disc-red")
    assert product_text(product) == "Red disc, Euclid, wood, felt"


def test_the_sources_of_a_server_read_no_paths(shop: Shop) -> None:
    sources = wiring.picture_sources(shop.settings, None)
    path = str(shop.pictures / "disc-red.png")
    [outcome] = shop.ingest.commit([parse_row({**ROW, "image_link": path})], sources.read)
    assert outcome.status == "rejected"
    assert "paths are not read here" in outcome.problems[0]


def test_a_product_of_which_only_a_file_is_named_is_told_by_its_pictures(empty_shop: Shop) -> None:
    for name in ("disc-red", "cross-green"):
        drawn(*name.split("-")).save(empty_shop.pictures / f"{name}.png")
    pictures = "cross-green.png"
    empty_shop.commit({**ROW, "title": "IMG 0001", "additional_image_link": pictures})
    [found] = empty_shop.store.catalogue.indexed([empty_shop.store.catalogue.key_of("a")])
    assert len(found.embeddings) == 2
    mean = found.embeddings.astype(np.float32).mean(axis=0)
    assert found.text_embedding @ mean / np.linalg.norm(mean) > 0.999
    assert empty_shop.commit({**ROW, "title": "A disc"})[0].status == "updated"
    vectors = empty_shop.store.picture_vectors("a")
    assert vectors is not None
    assert vectors[2] @ empty_shop.ingest.loader.embed_texts(["A disc"])[0] > 0.999
