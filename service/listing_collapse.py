"""Things that are listed more than once become one match with the offers of all their listings.

It happens at query time, on what passed the filters: nothing is stored, so a search right after a
write sees it, and no product comes in by the offers of another that the filters refuse.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from index.listing_pictures import ListedPictures, listed_pictures
from index.listings import are_one_listing, same_look, valid_gtin
from index.product_shelf import ProductReads
from index.ranking import LiveSegment
from index.types import Candidate, Product, Query
from service.offers import with_offers_of

Search = Callable[[Sequence[Query]], Sequence[Sequence[Candidate]]]


@dataclass(frozen=True)
class Depths:
    """How many candidates of a ranking are looked at for listings of one thing."""

    first: int = 50
    for_each: int = 2
    """At least so many for each match."""
    last: int = 3_200
    """Where so many hold fewer than k things, fewer than k come back."""
    factor: int = 4
    """Of the next depth to one that held fewer than k things."""


DEPTHS = Depths()


@dataclass(frozen=True)
class Listing:
    """One thing: its best ranked product with the offers of all, and the others, best first."""

    candidate: Candidate
    product: Product
    others: tuple[Product, ...] = ()


def distinct(
    search: Search,
    queries: Sequence[Query],
    catalogue: ProductReads,
    segments: Sequence[LiveSegment],
    depths: Depths = DEPTHS,
) -> list[Listing]:
    """Gives the k best things for one item, best first; of equal scores the first written.

    A candidate joins the best ranked one that it is the same listing as. Listings of a thing are
    found among the ``depths.first`` (or 2 k) best candidates; where these hold fewer than k things,
    ever more are asked for, until there are k, no more pass, or ``depths.last`` were looked at.

    Args:
        search: gives the ranking of each query.
        queries: the item's views; a product or group counts with its best score.
        catalogue: has the products.
        segments: have their pictures' vectors.
        depths: how far to look.
    """
    k, depth = queries[0].k, max(depths.first, depths.for_each * queries[0].k)
    while True:
        rankings = search([replace(query, k=depth) for query in queries])
        is_all = all(len(ranking) < depth for ranking in rankings)
        known = catalogue.groups_and_gtins(sorted({one.key for row in rankings for one in row}))
        ranked = _merged(rankings, known, is_grouped=queries[0].is_grouped)
        ranked = ranked if is_all else ranked[:depth]  # no view has shown what comes after
        pictures = listed_pictures(segments, [one.key for one in ranked])
        gtins = {one.key: valid_gtin(known[one.key][1]) for one in ranked}
        found = _collapsed(ranked, gtins, pictures, catalogue, k)
        if len(found) >= k or is_all or depth >= depths.last:
            return found
        depth = min(depth * depths.factor, depths.last)


def all_variants(listing: Listing, groups: Mapping[str, Sequence[Product]]) -> tuple[Product, ...]:
    """Gives the variants of a thing: of its own group, and looks that only other listings have."""
    listed = (listing.product, *listing.others)
    ids = {one.id for one in listed}
    variants: list[Product] = []
    for number, group in enumerate(dict.fromkeys(one.group for one in listed)):
        known = [listing.product, *variants]
        variants += [
            one
            for one in groups.get(group, ())
            if one.id not in ids and not (number and any(same_look(one, two) for two in known))
        ]
    return tuple(variants)


def _merged(
    rankings: Sequence[Sequence[Candidate]],
    known: Mapping[int, tuple[str, str]],
    *,
    is_grouped: bool,
) -> list[Candidate]:
    """One ranking of several, each product or group with its best score; what is gone left out."""
    ordered = sorted(
        (one for ranking in rankings for one in ranking if one.key in known),
        key=lambda one: (-one.score, one.key),
    )
    best: dict[str | int, Candidate] = {}
    for one in ordered:
        best.setdefault(known[one.key][0] if is_grouped else one.key, one)
    return list(best.values())


def _collapsed(
    ranked: Sequence[Candidate],
    gtins: Mapping[int, str],
    pictures: ListedPictures,
    catalogue: ProductReads,
    k: int,
) -> list[Listing]:
    """The first k things; each takes its other listings out of all that is ranked below it."""
    by_gtin: dict[str, set[int]] = defaultdict(set)
    for key, gtin in gtins.items():
        by_gtin[gtin].add(key)
    by_gtin[""].clear()
    with_copies = pictures.with_copies()
    shared = {key for keys in by_gtin.values() if len(keys) > 1 for key in keys}
    # of all that are looked at, few may join another or come among the first k: they are read
    products = catalogue.products(sorted(with_copies | shared | {one.key for one in ranked[:k]}))
    left = {one.key: one for one in ranked}  # in order of rank
    places = {key: place for place, key in enumerate(left)}
    found: list[tuple[Candidate, list[int]]] = []
    while left and len(found) < k:
        key, best = next(iter(left.items()))
        del left[key]
        near = pictures.near(key) if key in with_copies else set()
        others = [
            one
            for one in sorted((near | by_gtin[gtins[key]]) & left.keys(), key=places.__getitem__)
            if key in products
            and one in products
            and are_one_listing(products[key], products[one], is_near=one in near)
        ]
        for one in others:
            del left[one]
        found.append((best, others))
    if late := [best.key for best, _ in found if best.key not in products]:
        products |= catalogue.products(late)
    return [
        Listing(
            best,
            with_offers_of(products[best.key], [products[one] for one in others]),
            tuple(products[one] for one in others),
        )
        for best, others in found
        if best.key in products
    ]
