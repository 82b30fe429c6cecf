"""Listings of one thing become one match, and k things come back whenever k pass."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.listings import are_one_listing
from index.store import Store
from index.types import Filters, FusionWeights, Product, ProductRecord, Query
from service.listing_collapse import DEPTHS, Depths, Listing, all_variants, distinct
from tests.fakes import offer, product, record, small_store, text_vector

Found = list[tuple[str, tuple[str, ...]]]

PICTURES = ("front", "back", "side", "placeholder")
TITLES = ("Juno Jacket", "Luma Juno Jacket", "Stellar Jacket", "Case 12", "Case 13")
GTINS = ("", "", "4006381333931", "9780201379624", "4006381333930")


def query(k: int = 10, about: str = "picture front", **fields: object) -> Query:
    weights = FusionWeights(image=1.0)
    return Query(image=text_vector(about), weights=weights, k=k, **fields)  # type: ignore[arg-type]


def found_in(store: Store, *queries: Query, depths: Depths = DEPTHS) -> list[Listing]:
    return distinct(store.search, queries, store.catalogue, store.refresh().segments, depths)


def names(found: Sequence[Listing]) -> Found:
    return [(one.product.id, tuple(other.id for other in one.others)) for one in found]


@st.composite
def catalogues(draw: st.DrawFn) -> list[ProductRecord]:
    count = draw(st.integers(1, 25))
    return [
        record(
            product(
                f"p{number}",
                draw(st.sampled_from(("", "g1", "g2", "g3"))),
                title=draw(st.sampled_from(TITLES)),
                brand=draw(st.sampled_from(("", "Luma"))),
                color=draw(st.sampled_from(("", "red", "blue"))),
                gtin=draw(st.sampled_from(GTINS)),
                offers=(
                    offer(f"m{number % 3}", f"{number + 1}.00 USD", link=f"https://x/{number}"),
                ),
            ),
            draw(st.lists(st.sampled_from(PICTURES), max_size=3, unique=True)),
        )
        for number in range(count)
    ]


def by_brute_force(store: Store, records: Sequence[ProductRecord], asked: Query) -> Found:
    """All that pass, ranked; each joins the first before it that is the same; then the first k."""
    shown = {one.product.id: [picture.source for picture in one.pictures] for one in records}
    [everything] = store.search([Query(asked.image, filters=asked.filters, k=10_000,
                                       is_grouped=asked.is_grouped)])  # fmt: skip
    products = store.catalogue.products([one.key for one in everything])
    heads: list[tuple[Product, list[str]]] = []
    for candidate in everything:
        one = products[candidate.key]
        for head, others in heads:
            mine, its = shown[one.id], shown[head.id]
            is_near = bool(mine and its) and (mine[0] in its or its[0] in mine)
            if are_one_listing(head, one, is_near=is_near):
                others.append(one.id)
                break
        else:
            heads.append((one, []))
    return [(head.id, tuple(others)) for head, others in heads[: asked.k]]


@settings(max_examples=60, deadline=None)
@given(
    records=catalogues(),
    k=st.integers(1, 6),
    is_grouped=st.booleans(),
    colour=st.sampled_from((None, "red")),
)
def test_collapse_is_what_brute_force_gives(
    records: list[ProductRecord], k: int, is_grouped: bool, colour: str | None
) -> None:
    filters = Filters(any_of={"color": (colour,)}) if colour else Filters()
    asked = query(k, filters=filters, is_grouped=is_grouped)
    with TemporaryDirectory() as folder:
        store = small_store(Path(folder), records)
        expected = by_brute_force(store, records, asked)
        everything = found_in(store, asked)
        stepwise = found_in(store, asked, depths=Depths(first=1, for_each=1, factor=2))
        store.close()
    assert names(everything) == expected
    # a shallow look finds the same things, and of their listings those it came upon
    assert [one.product.id for one in stepwise] == [head for head, _ in expected]
    for (_, some), (_, every) in zip(names(stepwise), expected, strict=True):
        assert set(some) <= set(every)
    offers = {one.product.id: one.product.offers[0] for one in records}
    for one in everything:
        assert set(one.product.offers) == {
            offers[name] for name in (one.product.id, *(other.id for other in one.others))
        }


def twins(count: int, **fields: object) -> list[ProductRecord]:
    return [
        record(product(f"twin{number:03}", title="Juno Jacket", **fields), ["front"])
        for number in range(count)
    ]


def test_five_hundred_products_with_one_placeholder_stay_five_hundred(tmp_path: Path) -> None:
    adjectives = [f"{a}{b}ish" for a in ("blu", "gro", "ka", "mi", "to") for b in ("n", "l", "rk")]
    nouns = [f"{a}{b}er" for a in ("vas", "lam", "jar", "cha", "bow", "soc") for b in "kmpstv"]
    titles = [f"{adjective} {noun}" for adjective in adjectives for noun in nouns][:500]
    records = [
        record(product(f"p{number}", title=title), ["placeholder"])
        for number, title in enumerate(titles)
    ]
    store = small_store(tmp_path, records)
    found = found_in(store, query(100, "picture placeholder"))
    assert len(found) == 100
    assert not any(one.others for one in found)
    store.close()


def test_k_things_come_back_behind_five_hundred_listings_of_one(tmp_path: Path) -> None:
    others = [
        record(product(f"z{number}", title=f"Vase {number}"), ["back"]) for number in range(9)
    ]
    store = small_store(tmp_path, twins(500) + others)
    found = found_in(store, query(10))
    assert len(found) == 10
    assert found[0].product.id == "twin000"
    assert len(found[0].others) == 499
    store.close()


def test_a_search_looks_no_further_than_its_last_depth(tmp_path: Path) -> None:
    other = record(product("z", title="Vase"), ["back"])
    store = small_store(tmp_path, [*twins(500), other])
    found = found_in(store, query(2), depths=Depths(first=10, last=100))
    assert [(one.product.id, len(one.others)) for one in found] == [("twin000", 99)]
    assert len(found_in(store, query(2), depths=Depths(first=10, last=1000))) == 2
    store.close()


def test_what_the_filters_refuse_joins_nothing(tmp_path: Path) -> None:
    terms = (offer("B", "1.00 USD"),)
    cheap = record(product("cheap", title="Juno Jacket", color="red", offers=terms), ["front"])
    store = small_store(tmp_path, [*twins(1), cheap])
    assert names(found_in(store, query())) == [("twin000", ("cheap",))]
    [only] = found_in(store, query(filters=Filters(none_of={"color": ("red",)})))
    assert [one.merchant for one in only.product.offers] == [""]
    assert only.others == ()
    store.close()


def test_two_views_of_an_item_show_a_thing_once(tmp_path: Path) -> None:
    """The first view shows the one listing best, the second the other."""
    gtin = "4006381333931"
    store = small_store(
        tmp_path,
        [
            record(product("a", title="Pen", gtin=gtin), ["front"]),
            record(product("b", title="Stift", gtin=gtin), ["back"]),
        ],
    )
    views = [query(about="picture front"), query(about="picture back")]
    assert names(found_in(store, *views)) == [("a", ("b",))]
    store.close()


def test_a_write_is_seen_by_the_next_collapse(tmp_path: Path) -> None:
    store = small_store(tmp_path, twins(2))
    assert len(found_in(store, query())) == 1
    store.upsert([record(product("twin001", title="Stellar Jacket"), ["front"])])
    assert len(found_in(store, query())) == 2
    store.delete(["twin000"])
    assert names(found_in(store, query())) == [("twin001", ())]
    store.close()


def test_a_things_variants_are_its_own_and_those_that_only_another_listing_has() -> None:
    def tee(name: str, group: str, color: str) -> Product:
        return product(name, group, title="Tee", color=color)

    own = [tee("a-red", "a", "red"), tee("a-blue", "a", "blue")]
    twin = [tee("b-red", "b", "red"), tee("b-blue", "b", "blue"), tee("b-green", "b", "green")]
    listing = Listing(None, own[0], (twin[0],))  # type: ignore[arg-type]
    variants = all_variants(listing, {"a": own, "b": twin})
    assert [one.id for one in variants] == ["a-blue", "b-green"]


@pytest.mark.parametrize("is_grouped", [True, False])
def test_variants_of_one_group_are_not_listings_of_one_thing(
    tmp_path: Path, is_grouped: bool
) -> None:
    colours = ("red", "blue", "green")
    records = [
        record(product(f"{group}-{one}", group, title="Tee", color=one), [f"front {one}"])
        for group in "ab"
        for one in colours
    ]
    store = small_store(tmp_path, records)
    found = names(found_in(store, query(about="picture front red", is_grouped=is_grouped)))
    if is_grouped:
        assert found == [("a-red", ("b-red",))]
    else:
        assert sorted(found) == [(f"a-{one}", (f"b-{one}",)) for one in sorted(colours)]
    store.close()
