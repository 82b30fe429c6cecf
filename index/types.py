"""Products, offers, queries and hits: frozen, and tied to no framework."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float32]
"""``(d,)`` float32 of unit length."""
Vectors: TypeAlias = NDArray[np.float32]
"""``(n, d)`` float32, unit rows."""
StoredVectors: TypeAlias = NDArray[np.float16]
"""``(n, d)`` as the catalogue keeps them."""
Ids: TypeAlias = NDArray[np.int64]
"""``(n,)`` explicit keys from the catalogue, never positions."""
Mask: TypeAlias = NDArray[np.bool_]
"""``(n,)``, true where a row counts."""

AVAILABILITIES = ("in_stock", "out_of_stock", "preorder", "backorder")


@dataclass(frozen=True)
class Price:
    """An amount in one currency."""

    amount: Decimal
    currency: str
    """ISO 4217, three capitals."""


@dataclass(frozen=True)
class Offer:
    """One merchant's terms for a product."""

    merchant: str
    price: Price | None
    """What a buyer pays now: the sale price where there is one."""
    regular_price: Price | None = None
    """The price before the sale; None where there is no sale."""
    availability: str = "in_stock"
    link: str = ""
    source_id: str = ""
    """The id under which this merchant lists the product."""


@dataclass(frozen=True)
class Product:
    """What the shop sells: the words of it, without pictures or vectors."""

    id: str
    group: str
    """The variants of one thing share it; the id itself where a product has no variants."""
    title: str
    description: str = ""
    brand: str = ""
    category: str = ""
    """A path, ``Women > Tops > Jackets``."""
    color: str = ""
    gtin: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Material, pattern, size, condition and every column that the feed has beside the known."""
    offers: tuple[Offer, ...] = ()
    """At most one a merchant; the first merchant's row gave the product its words."""


@dataclass(frozen=True)
class PictureRecord:
    """A product's picture as the catalogue keeps it."""

    source: str
    """Path or URL in the feed, or the name of an upload; never opened again."""
    sha256: str
    """Of the picture's bytes as they came."""
    embedding: Vector
    """``(d,)``"""
    colours: Vector
    """``(c,)``"""
    display_jpeg: bytes | None
    """Small upright JPEG without metadata, shown with matches; None: the catalogue has it."""


@dataclass(frozen=True)
class PictureCaption:
    """What a model said of a picture: a product is found by it; it is no fact of the product."""

    sha256: str
    """Of the picture."""
    captioner: str
    """The model's name."""
    words: str
    """Empty where it named no thing."""


@dataclass(frozen=True)
class ProductRecord:
    """Everything of a product that one transaction writes."""

    product: Product
    pictures: tuple[PictureRecord, ...]
    text_embedding: Vector
    """``(d,)`` of ``product_text`` with the caption's words."""
    content_hash: str
    """Of the row, the pictures, the embedder and the caption: equal means that there is nothing to
    do."""
    caption: PictureCaption | None = None
    """Of the first picture."""


@dataclass(frozen=True)
class SpaceId:
    """What the vectors of a store were made with."""

    embedder: str
    """Model, dimension and hash of its preprocessing."""
    dimension: int
    colour: str
    colour_dimension: int

    def __str__(self) -> str:
        return f"{self.embedder} with colours {self.colour}"


@dataclass(frozen=True)
class PriceRange:
    """Both ends included; None is open."""

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True)
class Filters:
    """All conditions hold at once; within one field any of the values.

    Price, merchant and availability must hold for one and the same offer.
    """

    price: PriceRange | None = None
    any_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Field to allowed values; fields are ``FACETS`` or ``attributes.NAME``."""
    none_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


NO_FILTERS = Filters()

PRODUCT_FACETS = ("brand", "category", "color")
OFFER_FACETS = ("merchant", "availability")
FACETS = PRODUCT_FACETS + OFFER_FACETS
ATTRIBUTE_PREFIX = "attributes."


@dataclass(frozen=True)
class FusionWeights:
    """How much each kind of similarity counts in a score; all at least 0."""

    image: float = 0.0
    """Photo against product pictures."""
    colour: float = 0.0
    """Colours of the photo against colours of product pictures."""
    text_image: float = 0.0
    """Words against product pictures."""
    text: float = 0.0
    """Words against product text."""
    lexical: float = 0.0
    """The question's very words in the product's."""
    siblings: float = 0.0
    """Photo against the product's siblings."""


@dataclass(frozen=True)
class ListedScores:
    """Scores of some products; all others have score 0."""

    keys: Ids
    """``(m,)`` ascending."""
    scores: NDArray[np.float32]
    """``(m,)`` in (0, 1]."""


LexicalScores: TypeAlias = ListedScores
"""Which products hold words of a question, and the share of the question that each holds."""


@dataclass(frozen=True)
class Query:
    """One item to look for: a picture, words, or both."""

    image: Vector | None = None
    colours: Vector | None = None
    text: Vector | None = None
    weights: FusionWeights = FusionWeights(image=1.0)
    filters: Filters = NO_FILTERS
    k: int = 10
    is_grouped: bool = True
    """One candidate per group; otherwise one per product."""
    lexical: LexicalScores | None = None
    """Of the words' own letters; None: not asked, or no product holds any."""
    siblings: ListedScores | None = None
    """Of products whose siblings look like the photo (``index/siblings.py``); None: not asked."""


@dataclass(frozen=True)
class Candidate:
    """A product that came back, with the parts of its score."""

    key: int
    """The catalogue's key of the product."""
    score: float
    """Weighted mean of the parts, in [-1, 1]."""
    parts: Mapping[str, float]
    """Those that were asked: cosines (``image``, ``colour``, ``text_image``, ``text``), and the
    share of the words that it holds (``lexical``), and how near its siblings are (``siblings``)."""
    picture: int
    """Position among the product's pictures of the one that matched best."""
