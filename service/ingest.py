"""The straight line from feed rows to committed products.

rows -> products (merged by id, GTIN and merchant) -> pictures -> vectors -> one transaction.
"""

import hashlib
import io
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from PIL import Image

from index.catalogue_reads import KnownPicture
from index.feed_rows import FeedRow
from index.store import Store
from index.types import Offer, PictureRecord, Product, ProductRecord
from service.errors import FetchError
from service.product_text import product_text
from vision.decode import PhotoLimits, decode
from vision.errors import PhotoError
from vision.protocols import ColourDescriber, Embedder

Status = Literal["added", "updated", "unchanged", "rejected"]
ReadPicture = Callable[[str], bytes]

_DISPLAY_SIDE_PX = 640
_DISPLAY_QUALITY = 85
_DECODE_THREADS = 2
"""Pillow decodes outside the interpreter lock; the model has the other cores."""


@dataclass(frozen=True)
class Outcome:
    """What became of one product of a batch."""

    product_id: str
    status: Status
    problems: tuple[str, ...] = ()
    """Why it was rejected, or which of its pictures could not be used."""


@dataclass(frozen=True)
class _Loaded:
    """A decoded picture that is to be embedded."""

    source: str
    sha256: str
    image: Image.Image
    display_jpeg: bytes


@dataclass
class _Draft:
    """A product on its way: what is known of its pictures so far."""

    product: Product
    sources: tuple[str, ...]
    is_new: bool
    content_hash: str = ""
    pictures: list[_Loaded | PictureRecord] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Ingest:
    """Brings rows into the store; a batch is one transaction."""

    def __init__(
        self, embedder: Embedder, colours: ColourDescriber, store: Store, limits: PhotoLimits
    ) -> None:
        self._embedder = embedder
        self._colours = colours
        self._store = store
        self._limits = limits
        self._mutex = threading.Lock()  # the file lock alone would let threads poll for it

    def commit(
        self, rows: Sequence[FeedRow], read_picture: ReadPicture, *, fresh: bool = False
    ) -> list[Outcome]:
        """Adds or updates the products of the rows.

        Args:
            rows: in the feed's order; of two rows with one id and merchant the last counts.
            read_picture: gives the bytes of a path or address, or raises ``FetchError``.
            fresh: embed even what has not changed.

        Returns:
            One outcome a product, in the order in which they first appeared. Everything that is
            called added or updated is durable.

        Raises:
            StoreUnwritableError: nothing of the batch was written.
        """
        with self._mutex, self._store.committing():
            return self._commit(rows, read_picture, fresh=fresh)

    def delete(self, product_id: str) -> None:
        """Removes a product.

        Raises:
            UnknownProductError: there is none of this id.
        """
        with self._mutex, self._store.committing():
            product = self._store.catalogue.product(product_id)
            self._store.delete([product.id])

    def _commit(
        self, rows: Sequence[FeedRow], read_picture: ReadPicture, *, fresh: bool
    ) -> list[Outcome]:
        drafts, hashes = self._drafts(rows)
        with ThreadPoolExecutor(_DECODE_THREADS) as pool:
            list(pool.map(lambda draft: self._load(draft, read_picture, fresh=fresh), drafts))
        due, outcomes = [], []
        for draft in drafts:
            outcome = self._outcome(draft, hashes.get(draft.product.id, ""), fresh=fresh)
            outcomes.append(outcome)
            if outcome.status in {"added", "updated"}:
                due.append(draft)
        if due:
            self._store.upsert(self._records(due))
        return outcomes

    def embed_pending(self, batch_size: int = 64) -> int:
        """Embeds again, from the kept display pictures, what a change of embedder left behind."""
        ids = self._store.catalogue.pending()
        for start in range(0, len(ids), batch_size):
            drafts = [self._pending_draft(one) for one in ids[start : start + batch_size]]
            self._store.upsert(self._records(drafts))
        return len(ids)

    def _drafts(self, rows: Sequence[FeedRow]) -> tuple[list[_Draft], dict[str, str]]:
        """Merges rows of one product; gives drafts in order, and the hashes of known products."""
        catalogue = self._store.catalogue
        by_gtin = catalogue.ids_by_gtin({row.product.gtin for row in rows})
        existing = catalogue.existing({*by_gtin.values(), *(row.product.id for row in rows)})
        products = {one: product for one, (product, _) in existing.items()}
        drafts: dict[str, _Draft] = {}
        for row in rows:
            target = _target(row.product, by_gtin, products)
            product, owns = _merged(products.get(target), row.product)
            products[target] = product
            draft = drafts.setdefault(target, _Draft(product, (), is_new=target not in existing))
            draft.product = product
            draft.sources = row.pictures if owns and row.pictures else draft.sources
            by_gtin.setdefault(row.product.gtin, target)
        return list(drafts.values()), {one: hashed for one, (_, hashed) in existing.items()}

    def _load(self, draft: _Draft, read_picture: ReadPicture, *, fresh: bool) -> None:
        """Reads and decodes what is not embedded yet; faults are noted, not raised."""
        catalogue = self._store.catalogue
        known: dict[str, KnownPicture] = {}
        if not draft.is_new:
            known = catalogue.known_pictures(draft.product.id)
        if not draft.sources and not draft.is_new:
            draft.pictures = [
                _kept(source, sha256, known[sha256])
                for source, sha256 in catalogue.sources(draft.product.id)
                if sha256 in known
            ]
        for source in draft.sources:
            try:
                data = read_picture(source)
                sha256 = hashlib.sha256(data).hexdigest()
                if sha256 in known and not fresh:
                    draft.pictures.append(_kept(source, sha256, known[sha256]))
                else:
                    image = decode(data, self._limits).image
                    draft.pictures.append(_Loaded(source, sha256, image, _display_jpeg(image)))
            except (FetchError, PhotoError) as error:
                draft.problems.append(f"picture {source}: {error}")
        draft.content_hash = self._content_hash(draft)

    def _outcome(self, draft: _Draft, known_hash: str, *, fresh: bool) -> Outcome:
        product_id, problems = draft.product.id, tuple(draft.problems)
        if not draft.pictures:
            return Outcome(product_id, "rejected", problems or ("image_link: is missing or empty",))
        if known_hash == draft.content_hash and not fresh:
            return Outcome(product_id, "unchanged", problems)
        return Outcome(product_id, "added" if draft.is_new else "updated", problems)

    def _records(self, drafts: Sequence[_Draft]) -> list[ProductRecord]:
        loaded = [one for draft in drafts for one in draft.pictures if isinstance(one, _Loaded)]
        images = [one.image for one in loaded]
        embeddings = self._embedder.embed_images(images)  # (n, d)
        colours = self._colours.describe(images)  # (n, c)
        texts = self._embedder.embed_texts([product_text(draft.product) for draft in drafts])
        made: Iterator[PictureRecord] = (
            PictureRecord(one.source, one.sha256, embedding, colour, one.display_jpeg)
            for one, embedding, colour in zip(loaded, embeddings, colours, strict=True)
        )
        return [
            ProductRecord(
                product=draft.product,
                pictures=tuple(
                    next(made) if isinstance(one, _Loaded) else one for one in draft.pictures
                ),
                text_embedding=text,
                content_hash=draft.content_hash,
            )
            for draft, text in zip(drafts, texts, strict=True)
        ]

    def _pending_draft(self, product_id: str) -> _Draft:
        catalogue = self._store.catalogue
        draft = _Draft(catalogue.product(product_id), (), is_new=False)
        for position, (source, sha256) in enumerate(catalogue.sources(product_id)):
            jpeg = catalogue.display_jpeg(product_id, position)
            draft.pictures.append(_Loaded(source, sha256, decode(jpeg).image, jpeg))
        return draft  # its content hash stays empty: the originals are embedded when they come

    def _content_hash(self, draft: _Draft) -> str:
        content = {
            "product": asdict(draft.product),
            "pictures": [(one.source, one.sha256) for one in draft.pictures],
            "space": asdict(self._store.space),
        }
        text = json.dumps(content, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def _target(row: Product, by_gtin: dict[str, str], products: dict[str, Product]) -> str:
    """The id of the product that a row is an offer of.

    A GTIN joins rows of different merchants; one merchant's two ids are two products.
    """
    same_gtin = by_gtin.get(row.gtin) if row.gtin else None
    if row.id in products or same_gtin is None:
        return row.id
    listed = {offer.merchant: offer.source_id for offer in products[same_gtin].offers}
    return same_gtin if listed.get(row.offers[0].merchant, row.id) == row.id else row.id


def _merged(known: Product | None, row: Product) -> tuple[Product, bool]:
    """The product with this row's offer, and whether the row's merchant owns its words."""
    if known is None:
        return row, True
    offer = row.offers[0]
    owner = known.offers[0].merchant if known.offers else offer.merchant
    owns = owner == offer.merchant
    offers = _with_offer(known.offers, offer)
    if owns:
        return replace(row, id=known.id, offers=offers), True
    return replace(known, offers=offers), False


def _with_offer(offers: tuple[Offer, ...], offer: Offer) -> tuple[Offer, ...]:
    by_merchant = {one.merchant: one for one in offers}
    by_merchant[offer.merchant] = offer
    return tuple(by_merchant.values())


def _kept(source: str, sha256: str, known: KnownPicture) -> PictureRecord:
    return PictureRecord(source, sha256, known.embedding, known.colours, None)


def _display_jpeg(image: Image.Image) -> bytes:
    small = image.copy()
    small.thumbnail((_DISPLAY_SIDE_PX, _DISPLAY_SIDE_PX), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=_DISPLAY_QUALITY)
    return buffer.getvalue()
