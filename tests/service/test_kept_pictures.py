"""A product that the store has does not lose a picture since its host is away for a while."""

import copy
from collections.abc import Iterator
from concurrent.futures import CancelledError
from decimal import Decimal
from pathlib import Path

import pytest

from index.feed_rows import parse_row
from service.errors import FetchError
from tests.fakes import encoded, picture
from tests.service.conftest import Shop, shop_rows
from tests.service.picture_server import Answer, PictureServer
from tests.service.test_indexing_stages import Bench, ingest_of, rejects, row

AWAY = Answer(503)
STAYS = "what was there before stays"


class Known(Bench):
    """A store that has a product with two pictures of one host, and one with one."""

    def __init__(self, folder: Path, server: PictureServer) -> None:
        super().__init__(folder)
        self.server = server
        for color in ("red", "green", "blue"):
            server.answers[f"/{color}"] = [Answer(200, encoded(picture(color)))]
        assert self.run(self.rows("5 USD")).added == 2

    def rows(self, price: str, second: str = "/blue") -> Path:
        at = self.server.address
        first = row(0, image_link=f"{at}/red", additional_image_link=f"{at}/green", price=price)
        return self.feed([first, row(1, image_link=f"{at}{second}", price=price)])

    def answer(self, path: str, answer: Answer) -> None:
        self.server.answers[path] = [answer]

    def pictures(self, product_id: str) -> list[str]:
        found = self.store.catalogue.sources(product_id)
        return [source.removeprefix(self.server.address) for source, _ in found]

    def price(self, product_id: str) -> Decimal:
        [offer] = self.store.catalogue.product(product_id).offers
        assert offer.price is not None
        return offer.price.amount

    def vectors(self, product_id: str) -> dict[str, bytes]:
        known = self.store.catalogue.known_pictures(product_id)
        return {sha256: one.embedding.tobytes() for sha256, one in known.items()}


@pytest.fixture
def known(tmp_path: Path) -> Iterator[Known]:
    server = PictureServer()
    made = Known(tmp_path, server)
    yield made
    made.store.close()
    server.close()


@pytest.mark.parametrize("fresh", [False, True])
def test_a_picture_that_does_not_come_stays_and_the_price_is_taken(
    known: Known, fresh: bool
) -> None:
    before = known.vectors("p0"), known.vectors("p1")
    known.answer("/red", AWAY)
    known.answer("/blue", AWAY)
    counts = known.run(known.rows("4 USD"), fresh=fresh)
    assert (counts.updated, counts.rejected, counts.warnings) == (2, 0, 2)
    assert (known.vectors("p0"), known.vectors("p1")) == before
    assert known.pictures("p0") == ["/red", "/green"]
    assert (known.price("p0"), known.price("p1")) == (4, 4)
    found = [(one["kind"], one["id"], one["picture"]) for one in rejects(counts)]
    at = known.server.address
    assert found == [("warning", "p0", f"{at}/red"), ("warning", "p1", f"{at}/blue")]
    assert all("status 503" in str(one["reason"]) for one in rejects(counts))
    assert all(STAYS in str(one["reason"]) for one in rejects(counts))


def test_the_next_run_takes_what_the_host_has_by_then(known: Known) -> None:
    known.answer("/blue", AWAY)
    counts = known.run(known.rows("5 USD"))
    assert (counts.unchanged, counts.warnings) == (2, 1)
    known.answer("/blue", Answer(200, encoded(picture("black"))))
    before = known.vectors("p1")
    counts = known.run(known.rows("5 USD"))
    assert (counts.updated, counts.unchanged, counts.warnings, counts.pictures) == (1, 1, 0, 1)
    assert known.vectors("p1") != before


def test_a_picture_that_is_gone_goes_while_another_is_left(known: Known) -> None:
    known.answer("/red", Answer(410))
    counts = known.run(known.rows("5 USD"))
    assert (counts.updated, counts.unchanged, counts.warnings) == (1, 1, 1)
    assert known.pictures("p0") == ["/green"]
    assert [STAYS in str(one["reason"]) for one in rejects(counts)] == [False]


@pytest.mark.parametrize("second", ["/blue", "/moved"])
def test_where_no_picture_of_a_row_is_there_the_product_keeps_its_own(
    known: Known, second: str
) -> None:
    before = known.vectors("p1")
    known.answer("/blue", Answer(404))
    counts = known.run(known.rows("4 USD", second))
    assert (counts.updated, counts.rejected, counts.warnings) == (2, 0, 1)
    assert (known.vectors("p1"), known.price("p1")) == (before, 4)
    assert STAYS in str(rejects(counts)[0]["reason"])
    known.answer(second, Answer(200, encoded(picture("yellow"))))
    assert known.run(known.rows("4 USD", second)).updated == 1
    assert known.vectors("p1") != before


def test_a_picture_that_comes_and_is_none_does_not_stay(known: Known) -> None:
    known.answer("/red", Answer(200, b"<html>"))
    known.answer("/blue", Answer(200, b"<html>"))
    counts = known.run(known.rows("4 USD"))
    assert (counts.updated, counts.rejected) == (1, 1)
    assert known.pictures("p0") == ["/green"]
    assert known.price("p1") == 5


def test_a_new_product_whose_picture_does_not_come_is_rejected(known: Known) -> None:
    known.answer("/new", Answer(404))
    counts = known.run(known.feed([row(2, image_link=f"{known.server.address}/new")]))
    assert (counts.added, counts.rejected) == (0, 1)


def test_a_file_that_is_gone_costs_its_picture_and_not_the_price(shop: Shop) -> None:
    raw = {"id": "disc-red", "title": "Red disc", "merchant": "The red shop"}
    both = {**raw, "image_link": "disc-red.png", "additional_image_link": "disc-blue.png"}
    shop.commit(both)
    (shop.pictures / "disc-red.png").unlink()
    [outcome] = shop.commit({**both, "price": "3.00 USD"})
    assert outcome.status == "updated"
    assert "no such picture" in outcome.problems[0]
    sources = shop.store.catalogue.sources("disc-red")
    assert [source for source, _ in sources] == ["disc-blue.png"]
    (shop.pictures / "disc-blue.png").unlink()
    [outcome] = shop.commit({**both, "price": "2.00 USD"})
    assert outcome.status == "updated"
    assert shop.store.catalogue.sources("disc-red") == sources
    [offer] = shop.store.catalogue.product("disc-red").offers
    assert offer.price is not None
    assert offer.price.amount == 2


def test_that_a_picture_is_gone_is_known_after_a_way_between_processes() -> None:
    [sent] = copy.deepcopy([FetchError("status 404", is_gone=True)])
    assert (str(sent), sent.is_gone) == ("status 404", True)


def test_a_run_that_is_stopped_while_it_waits_for_a_picture_writes_nothing(known: Known) -> None:
    def stopped(_source: str) -> bytes:
        raise CancelledError

    before = known.content()
    ingest = ingest_of(known.store, known.embedder)
    rows = [parse_row(row(i, image_link="new.png", price="1 USD")) for i in range(2)]
    with pytest.raises(CancelledError):
        ingest.commit(rows, stopped)
    assert known.content() == before


def test_who_is_told_at_once_is_told_that_a_picture_did_not_come(shop: Shop) -> None:
    def away(source: str) -> bytes:
        raise FetchError(f"{source}: status 503")

    rows = [parse_row({**shop_rows()[0], "title": "Another"})]
    [outcome] = shop.ingest.commit(rows, away, keeps_pictures=False)
    assert (outcome.status, outcome.problems) == (
        "rejected",
        ("picture disc-red.png: disc-red.png: status 503",),
    )
    [outcome] = shop.ingest.commit(rows, away)
    assert STAYS in outcome.problems[0]
