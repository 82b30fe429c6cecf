"""Ranked things to matches: their variants come from the catalogue, in one round for all items."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from index.catalogue import Catalogue
from index.product_shelf import ProductReads
from index.types import Candidate
from service.listing_collapse import Listing, all_variants
from service.offers import with_offers_of
from service.types import Match


class Shown(Protocol):
    """What is kept of a match to show it again."""

    @property
    def id(self) -> str:
        """Of the product."""

    @property
    def score(self) -> float:
        """As ``Match``."""

    @property
    def parts(self) -> Mapping[str, float]:
        """As ``Match``."""

    @property
    def picture(self) -> int:
        """As ``Match``."""

    @property
    def others(self) -> Sequence[str]:
        """Ids of ``Match.also_listed_as``."""


def joined(catalogue: ProductReads, found: Sequence[Sequence[Listing]]) -> list[tuple[Match, ...]]:
    """Gives the matches of each item, highest score first, equal ones by product id."""
    groups = catalogue.variants(
        {
            product.group
            for listings in found
            for one in listings
            for product in (one.product, *one.others)
        }
    )
    return [
        tuple(
            sorted(
                (
                    Match(
                        product=one.product,
                        score=one.candidate.score,
                        parts=one.candidate.parts,
                        picture=one.candidate.picture,
                        variants=all_variants(one, groups),
                        also_listed_as=one.others,
                    )
                    for one in listings
                ),
                key=lambda match: (-match.score, match.product.id),
            )
        )
        for listings in found
    ]


def recalled(catalogue: Catalogue, shown: Sequence[Shown]) -> tuple[Match, ...]:
    """Gives matches as they were shown once, of products that are still there."""
    ids = [id_ for one in shown for id_ in (one.id, *one.others)]
    found = {id_: product for id_, (product, _) in catalogue.existing(ids).items()}
    listings = []
    for one in shown:
        if one.id in found:
            others = tuple(found[id_] for id_ in one.others if id_ in found)
            product = with_offers_of(found[one.id], others)
            candidate = Candidate(0, one.score, one.parts, one.picture)
            listings.append(Listing(candidate, product, others))
    return joined(catalogue, [listings])[0]
