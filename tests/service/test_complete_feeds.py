"""A feed that says that it is complete: what it lacks goes, offers too."""

from tests.service.conftest import Shop, shop_rows
from tests.service.test_indexing import rejects, run, write_feed

A, B = ({**shop_rows()[0], "merchant": name} for name in ("A", "B"))
OTHER = {**shop_rows()[1], "merchant": "A"}


def offers(shop: Shop, name: str = "disc-red") -> dict[str, str]:
    found = shop.store.catalogue.product(name).offers
    return {one.merchant: str(one.price.amount) for one in found if one.price is not None}


def test_an_offer_that_a_complete_feed_lacks_is_taken_away(empty_shop: Shop) -> None:
    both = write_feed(empty_shop, [{**A, "price": "5 USD"}, {**B, "price": "3 USD"}, OTHER])
    one = write_feed(empty_shop, [{**A, "price": "5 USD"}, OTHER], "one.csv")
    run(empty_shop, both, complete=True)
    assert offers(empty_shop) == {"A": "5", "B": "3"}
    vectors = empty_shop.store.catalogue.known_pictures("disc-red")
    assert run(empty_shop, one).offers_removed == 0  # it does not say that it is all
    counts = run(empty_shop, one, complete=True)
    assert (counts.offers_removed, counts.removed, counts.unchanged) == (1, 0, 2)
    assert offers(empty_shop) == {"A": "5"}
    assert empty_shop.store.catalogue.known_pictures("disc-red").keys() == vectors.keys()
    again = run(empty_shop, one, complete=True)
    assert (again.offers_removed, again.unchanged, again.updated) == (0, 2, 0)


def test_where_the_owner_leaves_the_other_merchant_takes_over(empty_shop: Shop) -> None:
    other = {**B, "price": "3 USD", "title": "B's disc"}
    run(empty_shop, write_feed(empty_shop, [{**A, "price": "5 USD"}, other]), complete=True)
    left = write_feed(empty_shop, [other], "left.csv")
    assert run(empty_shop, left, complete=True).offers_removed == 1
    assert offers(empty_shop) == {"B": "3"}
    run(empty_shop, left, complete=True)
    assert empty_shop.store.catalogue.product("disc-red").title == "B's disc"


def test_an_offer_whose_row_is_rejected_stays(empty_shop: Shop) -> None:
    run(empty_shop, write_feed(empty_shop, [{**A, "price": "5 USD"}, {**B, "price": "3 USD"}]))
    broken = [{**A, "price": "6 USD"}, {**B, "price": "three"}]
    counts = run(empty_shop, write_feed(empty_shop, broken), complete=True)
    assert (counts.rejected, counts.offers_removed) == (1, 0)
    assert "three" in str(rejects(counts))
    assert offers(empty_shop) == {"A": "6", "B": "3"}
