"""The publish gate: swapped pictures are refused and taken back, an honest update passes."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from index.catalogue import Catalogue
from index.store import Store
from service.errors import PublishRefusedError
from service.publishing import Asked, Comparison, Evaluation, PublishGate, ask_own
from tests.service.conftest import COLOURS, SHAPES, Shop, drawn, shop_rows


def feed() -> list[dict[str, str]]:
    """The drawn shop with its colours as groups: these the embedder tells apart."""
    return [row | {"item_group_id": row["color"]} for row in shop_rows()]


def gate(shop: Shop, **options: Any) -> PublishGate:
    return PublishGate(shop.pipeline, **options)


def run(shop: Shop, rows: list[dict[str, str]], **options: Any) -> str:
    """What an indexing run does; gives the version."""
    made = gate(shop, **options)
    shop.commit(*rows)
    return made.publish()


def swapped_rows() -> list[dict[str, str]]:
    """The shop's feed, with every picture under the products of another group."""
    names = list(COLOURS)
    following = dict(zip(names, (*names[1:], names[0]), strict=True))
    return [
        row | {"image_link": f"{row['id'].split('-')[0]}-{following[row['color']]}.png"}
        for row in feed()
    ]


def shown(catalogue: Catalogue) -> dict[str, Any]:
    ids = catalogue.ids()
    return {one: (catalogue.product(one), catalogue.sources(one)) for one in ids}


@pytest.fixture
def published(empty_shop: Shop) -> Shop:
    run(empty_shop, feed())
    return empty_shop


def test_the_first_version_is_asked_and_its_manifest_keeps_what_came_out(published: Shop) -> None:
    recorded = published.store.evaluation("00000001")
    assert recorded is not None
    assert recorded["questions"] == 9
    assert recorded["recall_at_1"] >= 6 / 9
    assert recorded["recall_at_1_ci95"][0] <= recorded["recall_at_1"]
    assert Evaluation.from_json(recorded).to_json() == recorded
    assert Evaluation.from_json(recorded) == ask_own(published.pipeline, 200)


def test_a_feed_whose_pictures_were_swapped_is_refused_and_taken_back(published: Shop) -> None:
    before = shown(published.store.catalogue)
    with pytest.raises(PublishRefusedError, match=r"refused: of 9 photos .* 9 products restored"):
        run(published, swapped_rows())
    assert shown(published.store.catalogue) == before
    assert set(published.store.history.versions()) == {"00000001"}
    recorded = published.store.evaluation("00000001")
    assert recorded is not None
    assert ask_own(published.pipeline, 200) == Evaluation.from_json(recorded)


def test_what_was_written_by_hand_during_a_refused_run_stays(published: Shop) -> None:
    made = gate(published)
    published.commit(*swapped_rows())
    other = Store(published.folder, published.store.space)
    [row, *_] = other.catalogue.indexed(other.catalogue.keys_of(["disc-red"]))
    assert row.product.id == "disc-red"
    other.delete(["cross-blue"])
    other.close()
    with pytest.raises(PublishRefusedError):
        made.publish()
    ids = set(published.store.catalogue.ids())
    assert ids == {row["id"] for row in feed()} - {"cross-blue"}


def test_force_lets_a_worse_version_pass(published: Shop) -> None:
    assert run(published, swapped_rows(), is_forced=True) == "00000002"
    assert published.store.catalogue.sources("disc-red")[0][0] == "disc-blue.png"


def test_without_questions_everything_passes(published: Shop) -> None:
    assert run(published, swapped_rows(), sample=0) == "00000002"
    assert published.store.evaluation("00000002") is None


def test_new_prices_new_products_and_products_that_went_pass(published: Shop) -> None:
    rows = [row | {"price": "77.00 USD"} for row in feed()[1:]]
    twins = [  # look like what is there: they would come first in many answers
        row | {"id": f"new-{row['id']}", "item_group_id": f"new-{row['item_group_id']}"}
        for row in rows
    ]
    made = gate(published)
    published.commit(*rows, *twins)
    published.store.delete(["disc-red"])
    comparison = made.compare()
    assert comparison is not None
    assert len(comparison.before) == 8
    assert comparison.lost == comparison.gained == []
    assert made.publish() == "00000002"
    evaluation = published.store.evaluation("00000002")
    assert evaluation is not None
    assert evaluation["questions"] == 16


def test_one_new_picture_is_no_fall(published: Shop) -> None:
    drawn("box", "green", size=96).save(published.pictures / "other.png")
    rows = [row | {"image_link": "other.png"} for row in feed() if row["id"] == "disc-green"]
    assert run(published, rows) == "00000002"


def test_the_same_pictures_exported_anew_pass(published: Shop) -> None:
    for row in feed():
        with Image.open(published.pictures / row["image_link"]) as image:
            smaller = image.convert("RGB").resize((100, 100))
        smaller.save(published.pictures / f"{row['id']}.jpg", quality=70)
    assert (
        run(published, [row | {"image_link": f"{row['id']}.jpg"} for row in feed()]) == "00000002"
    )


def test_one_placeholder_for_all_products_is_refused(empty_shop: Shop) -> None:
    rows = feed()
    # of nine products too few answers can get worse for the test of chance
    for shape, colour in itertools.product(SHAPES, ("yellow", "purple")):
        name = f"{shape}-{colour}"
        drawn(shape, colour).save(empty_shop.pictures / f"{name}.png")
        added = {"id": name, "item_group_id": colour, "image_link": f"{name}.png"}
        rows.append(rows[0] | {"color": colour, "title": f"{colour} {shape}", **added})
    run(empty_shop, rows)
    drawn("cross", "red").save(empty_shop.pictures / "no-photo-yet.png")
    with pytest.raises(PublishRefusedError, match="run again with --force"):
        run(empty_shop, [row | {"image_link": "no-photo-yet.png"} for row in rows])


def test_a_run_that_was_cut_off_is_judged_as_a_whole(published: Shop) -> None:
    gate(published)
    published.commit(*swapped_rows()[:5])  # and then it was killed
    published.store.catalogue.is_fed = False
    with pytest.raises(PublishRefusedError, match="9 products restored"):
        run(published, swapped_rows())
    assert published.store.catalogue.sources("disc-red")[0][0] == "disc-red.png"


def test_a_version_saved_without_the_gate_is_asked_before_the_run(shop: Shop) -> None:
    shop.commit(*feed())
    shop.store.publish()
    with pytest.raises(PublishRefusedError):
        run(shop, swapped_rows())


def test_a_run_that_writes_nothing_asks_nothing(published: Shop) -> None:
    made = gate(published)
    blind = replace(published.pipeline, embedder=None)  # type: ignore[arg-type]
    made._pipeline = blind
    published.commit(*feed())
    assert made.publish() == "00000001"


@pytest.mark.parametrize(
    ("lost", "gained", "is_fall"),
    [(0, 0, False), (4, 0, False), (5, 0, True), (5, 1, False), (7, 1, True), (20, 12, False)],
)
def test_a_fall_is_more_than_chance(lost: int, gained: int, is_fall: bool) -> None:
    """By the table of the binomial distribution: 2^-5 < 0.05 < 2^-4, 7/64 > 0.05 > 9/256."""

    def asked(*rights: tuple[bool, int]) -> tuple[Asked, ...]:
        flags = [right for right, count in rights for _ in range(count)]
        return tuple(Asked(f"p{number}", "", right) for number, right in enumerate(flags))

    before = asked((True, lost), (False, gained), (True, 100))
    after = asked((False, lost), (True, gained), (True, 100))
    comparison = Comparison(before, after)
    assert comparison.is_fall == is_fall
    assert (len(comparison.lost), len(comparison.gained)) == (lost, gained)
