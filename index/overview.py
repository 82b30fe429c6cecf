"""A catalogue in a few figures, and products by name for lists of them."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from index.catalogue import Catalogue
from index.catalogue_reads import chunks
from index.tables import display, offer, picture, product


@dataclass(frozen=True)
class Counts:
    """How much a catalogue holds."""

    products: int
    pictures: int
    groups: int
    merchants: int
    """Those with a name."""


@dataclass(frozen=True)
class Label:
    """A product as a list shows it."""

    id: str
    title: str
    has_picture: bool
    """Whether its first picture can be shown."""


def count_all(catalogue: Catalogue) -> Counts:
    """Counts what there is; reads every row of three columns."""
    products, pictures = catalogue.count()
    groups = sa.select(sa.func.count(sa.distinct(product.c.item_group)))
    merchants = sa.select(sa.func.count(sa.distinct(offer.c.merchant)))
    [group_count] = catalogue.scalars(groups)
    [merchant_count] = catalogue.scalars(merchants.where(offer.c.merchant != ""))
    return Counts(products, pictures, group_count, merchant_count)


def labels(catalogue: Catalogue, ids: Iterable[str]) -> dict[str, Label]:
    """Gives titles by id; ids that are gone are left out."""
    is_shown = (
        sa.exists()
        .where(
            picture.c.product_key == product.c.key,
            picture.c.position == 0,
            display.c.sha256 == picture.c.sha256,
        )
        .label("is_shown")
    )
    query = sa.select(product.c.id, product.c.title, is_shown)
    found: dict[str, Label] = {}
    for chunk in chunks(list(dict.fromkeys(ids))):
        for product_id, title, has_picture in catalogue.rows(query.where(product.c.id.in_(chunk))):
            found[product_id] = Label(product_id, title, bool(has_picture))
    return found
