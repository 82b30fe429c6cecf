"""What is wrong with a catalogue: findings with counts, examples and what to do about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import sqlalchemy as sa

from index.catalogue_reads import chunks
from index.store import Store
from index.tables import display, offer, picture, product

_EXAMPLES = 5
_LEAST_ALIKE = 0.5
"""Cosine of two variants' nearest pictures under which they hardly show one thing in two colours:
chosen so that ``snapshelf doctor --sample 0`` names none of the demo shop's."""


@dataclass(frozen=True)
class Finding:
    """One kind of fault."""

    name: str
    count: int
    """Products, or groups where the name says so."""
    examples: tuple[str, ...]
    """Ids, at most five."""
    advice: str


@dataclass(frozen=True)
class Health:
    """The state of a store."""

    products: int
    pictures: int
    findings: tuple[Finding, ...]
    versions: dict[str, bool] = field(default_factory=dict)
    """Saved states: whether their checksums hold."""


def examine(store: Store) -> Health:
    """Looks at every product; reads only.

    Cost: some SQL over all rows, and the vectors of all groups with variants.
    """
    products, pictures = store.catalogue.count()
    found = (
        _finding(name, list(ids), advice)
        for name, ids, advice in [*_by_sql(store), _unlike_variants(store)]
    )
    findings = tuple(one for one in found if one.count)
    return Health(products, pictures, findings, store.version_states())


def _finding(name: str, ids: Sequence[str], advice: str) -> Finding:
    return Finding(name, len(ids), tuple(ids[:_EXAMPLES]), advice)


def _by_sql(store: Store) -> Iterator[tuple[str, Sequence[str], str]]:
    ids = sa.select(product.c.id).order_by(product.c.key)
    offered = sa.select(offer.c.product_key)
    priced = offered.where(offer.c.amount.is_not(None))
    linked = offered.where(offer.c.link != "")
    pictured = sa.select(picture.c.product_key).join(display, display.c.sha256 == picture.c.sha256)
    twice = (
        sa.select(picture.c.sha256)
        .join(product, product.c.key == picture.c.product_key)
        .group_by(picture.c.sha256)
        .having(sa.func.count(sa.distinct(product.c.item_group)) > 1)
    )
    same_picture = sa.select(picture.c.product_key).where(picture.c.sha256.in_(twice))
    same_gtin = (
        sa.select(product.c.gtin)
        .where(product.c.gtin != "")
        .group_by(product.c.gtin)
        .having(sa.func.count() > 1)
    )
    questions = (
        ("no price", ids.where(product.c.key.not_in(priced)), "give a price in the feed"),
        ("no link", ids.where(product.c.key.not_in(linked)), "give a link, or nobody can buy it"),
        ("no picture to show", ids.where(product.c.key.not_in(pictured)), "index its rows again"),
        ("no category", ids.where(product.c.category == ""), "give product_type"),
        ("no title", ids.where(product.c.title == ""), "give a title"),
        (
            "waits to be embedded",
            ids.where(sa.func.length(product.c.text_embedding) == 0),
            "run snapshelf index --fresh",
        ),
        (
            "shares a picture with another group",
            ids.where(product.c.key.in_(same_picture)),
            "give each product a picture of its own, or one item_group_id to variants",
        ),
        (
            "shares its gtin with another product",
            ids.where(product.c.gtin.in_(same_gtin)),
            "one gtin is one product: correct it, or give both rows one id",
        ),
    )
    for name, query, advice in questions:
        yield name, store.catalogue.scalars(query), advice
    yield (
        "prices in a rare currency",
        _rare_currencies(store),
        "most prices are in another currency; look whether these are meant",
    )


def _rare_currencies(store: Store) -> Sequence[str]:
    """Products priced in a currency that under one in a hundred offers has."""
    counts = sa.select(offer.c.currency, sa.func.count()).group_by(offer.c.currency)
    rows = store.catalogue.rows(counts.where(offer.c.currency.is_not(None)))
    total = sum(count for _, count in rows)
    rare = [currency for currency, count in rows if count * 100 < total]
    query = (
        sa.select(product.c.id)
        .join(offer, offer.c.product_key == product.c.key)
        .where(offer.c.currency.in_(rare))
        .distinct()
    )
    return store.catalogue.scalars(query) if rare else []


def _unlike_variants(store: Store) -> tuple[str, Sequence[str], str]:
    """Products none of whose pictures resembles any of its group's other products."""
    many = sa.select(product.c.item_group).group_by(product.c.item_group)
    groups = store.catalogue.scalars(many.having(sa.func.count() > 1))
    unlike: list[str] = []
    for chunk in chunks(groups):
        members: dict[str, list[tuple[str, np.ndarray]]] = {}
        keys = store.catalogue.keys_of_groups(chunk)
        for one in store.catalogue.indexed(keys):
            if len(one.picture_keys):
                members.setdefault(one.product.group, []).append((one.product.id, one.embeddings))
        for found in members.values():
            unlike += _strangers(found)
    advice = "look whether item_group_id puts different things together"
    return "looks unlike its variants", unlike, advice


def _strangers(members: Sequence[tuple[str, np.ndarray]]) -> list[str]:
    def nearest(row: int) -> float:
        others = [rows for number, (_, rows) in enumerate(members) if number != row]
        return max(float((members[row][1] @ rows.T).max()) for rows in others)

    if len(members) < 2:
        return []
    return [one for row, (one, _) in enumerate(members) if nearest(row) < _LEAST_ALIKE]
