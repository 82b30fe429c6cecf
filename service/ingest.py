"""The straight line from feed rows to committed products.

rows -> products (merged by id, GTIN and merchant) -> pictures -> vectors -> one transaction.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

import numpy as np

from index.catalogue_reads import KnownPicture
from index.feed_rows import FeedRow
from index.store import Store
from index.types import PictureRecord, ProductRecord, Vector
from service.captioning import NO_CAPTIONS, Captions, PictureCaptioner
from service.drafts import Draft, Problem
from service.errors import FetchError
from service.offer_merging import merged, target_id
from service.picture_loading import LoadedPicture, PictureLoader, sha256_of
from vision.decode import decode
from vision.errors import PhotoError
from vision.protocols import ColourDescriber, Embedder
from vision.types import Photo

Status = Literal["added", "updated", "unchanged", "rejected"]
ReadPicture = Callable[[str], bytes]

_DECODE_THREADS = 2
"""Pillow decodes outside the interpreter lock; the model has the other cores."""


@dataclass(frozen=True)
class Outcome:
    """What became of one product of a batch."""

    product_id: str
    status: Status
    problems: tuple[str, ...] = ()
    """Why it was rejected, or which of its pictures could not be used."""
    pictures: tuple[str, ...] = ()
    """The picture that each problem is about; empty where it is about the row."""


@dataclass(frozen=True)
class ReadAhead:
    """What was read, decoded and embedded before a batch is merged and written.

    It may be out of date by then: what it lacks, or has for another state, is read again.
    """

    hashes: Mapping[str, str] = field(default_factory=dict)
    """Source to sha256 of what was read, also where the picture was known already."""
    records: Mapping[str, PictureRecord] = field(default_factory=dict)
    """Source to picture, of those that were not known."""
    faults: Mapping[str, FetchError | PhotoError] = field(default_factory=dict)
    """Source to why it could not be read."""
    texts: Mapping[str, Vector] = field(default_factory=dict)
    """``product_text`` to ``(d,)``."""
    captions: Captions = NO_CAPTIONS
    """Of the products' first pictures."""


NOTHING_AHEAD = ReadAhead()


class Ingest:
    """Brings rows into the store; a batch is one transaction."""

    def __init__(
        self,
        embedder: Embedder,
        colours: ColourDescriber,
        store: Store,
        decode: Callable[[bytes], Photo],
        captioner: PictureCaptioner | None = None,
    ) -> None:
        """Keeps the models and the store; without a captioner, captions stay as they are."""
        self.captioner = captioner
        self.loader = PictureLoader(embedder, colours, decode)
        self._store = store
        self._mutex = threading.Lock()  # the file lock alone would let threads poll for it

    def commit(
        self,
        rows: Sequence[FeedRow],
        read_picture: ReadPicture,
        *,
        fresh: bool = False,
        ahead: ReadAhead = NOTHING_AHEAD,
        keeps_pictures: bool = True,
    ) -> list[Outcome]:
        """Adds or updates the products of the rows.

        Args:
            rows: in the feed's order; of two rows with one id and merchant the last counts.
            read_picture: gives the bytes of a path or address, or raises ``FetchError``.
            fresh: embed even what has not changed.
            ahead: what has been read and embedded already.
            keeps_pictures: a picture that the product has stays where it does not come this time;
                False for who is told at once, and can send it again.

        Returns:
            One outcome a product, in the order in which they first appeared. Everything that is
            called added or updated is durable.

        Raises:
            StoreUnwritableError: nothing of the batch was written.
            CancelledError: as ``read_picture`` raised it; nothing was written.
        """
        with self._mutex, self._store.committing():
            return self._commit(rows, read_picture, ahead, fresh=fresh, keeps=keeps_pictures)

    def delete(self, product_id: str) -> None:
        """Removes a product.

        Raises:
            UnknownProductError: there is none of this id.
        """
        with self._mutex, self._store.committing():
            product = self._store.catalogue.product(product_id)
            self._store.delete([product.id])

    def drop_offers(self, gone: Mapping[str, frozenset[str]]) -> int:
        """Takes away what merchants no longer sell of products; gives how many offers there were.

        Args:
            gone: products' ids, and the merchants; of each product another merchant is left.
        """
        with self._mutex, self._store.committing():
            drafts, dropped = [], 0
            for product_id, (known, _) in self._store.catalogue.existing(set(gone)).items():
                merchants = gone[product_id]
                left = tuple(one for one in known.offers if one.merchant not in merchants)
                dropped += len(known.offers) - len(left)
                draft = Draft(replace(known, offers=left), (), is_new=False)
                draft.pictures = [*self._pictures_before(draft, self.known(draft))]
                drafts.append(draft)
            self._describe(drafts, NOTHING_AHEAD, fresh=False)
            self._store.upsert(self._records(drafts, NOTHING_AHEAD))
        return dropped

    def drafts(self, rows: Sequence[FeedRow]) -> tuple[list[Draft], dict[str, str]]:
        """Merges rows of one product; gives drafts in order, and the hashes of known products."""
        catalogue = self._store.catalogue
        by_gtin = catalogue.ids_by_gtin({row.product.gtin for row in rows})
        existing = catalogue.existing({*by_gtin.values(), *(row.product.id for row in rows)})
        products = {one: product for one, (product, _) in existing.items()}
        drafts: dict[str, Draft] = {}
        for row in rows:
            target = target_id(row.product, by_gtin, products)
            product, owns = merged(products.get(target), row.product)
            products[target] = product
            draft = drafts.setdefault(target, Draft(product, (), is_new=target not in existing))
            draft.product = product
            draft.sources = row.pictures if owns and row.pictures else draft.sources
            by_gtin.setdefault(row.product.gtin, target)
        return list(drafts.values()), {one: hashed for one, (_, hashed) in existing.items()}

    def known(self, draft: Draft) -> dict[str, KnownPicture]:
        """Gives the pictures of a product that are embedded already, by their sha256."""
        return {} if draft.is_new else self._store.catalogue.known_pictures(draft.product.id)

    def caption_ahead(
        self,
        rows: Sequence[FeedRow],
        ahead: ReadAhead,
        *,
        fresh: bool,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> ReadAhead:
        """Captions the first pictures of a batch and embeds texts with what was said.

        Args:
            rows: of the batch.
            ahead: what has been read of it.
            fresh: ask for what was said before, too.
            is_stopped: true leaves the rest without captions.
        """
        if self.captioner is None:
            return ahead
        drafts, _ = self.drafts(rows)
        firsts = [self._first_ahead(one, ahead) for one in drafts]
        captions = self.captioner.captions(dict(filter(None, firsts)), is_stopped, fresh=fresh)
        for draft, first in zip(drafts, firsts, strict=True):
            draft.caption = captions.of(first[0]) if first else None
        made = captions.made.values()
        texts = [one.text for one in drafts if one.is_new or fresh or one.caption in made]
        return replace(ahead, captions=captions, texts=self._text_vectors(texts, ahead))

    def embed_pending(self, batch_size: int = 64) -> int:
        """Embeds again, from the kept display pictures, what a change of embedder left behind."""
        ids = self._store.catalogue.pending()
        for start in range(0, len(ids), batch_size):
            drafts = [self._pending_draft(one) for one in ids[start : start + batch_size]]
            self._store.upsert(self._records(drafts, NOTHING_AHEAD))
        return len(ids)

    def _commit(
        self,
        rows: Sequence[FeedRow],
        read_picture: ReadPicture,
        ahead: ReadAhead,
        *,
        fresh: bool,
        keeps: bool,
    ) -> list[Outcome]:
        drafts, hashes = self.drafts(rows)

        def load(draft: Draft) -> None:
            self._load(draft, read_picture, ahead, fresh=fresh, keeps=keeps)

        with ThreadPoolExecutor(_DECODE_THREADS) as pool:
            list(pool.map(load, drafts))
        self._describe(drafts, ahead, fresh=fresh)
        due, outcomes = [], []
        for draft in drafts:
            outcome = self._outcome(draft, hashes.get(draft.product.id, ""), fresh=fresh)
            outcomes.append(outcome)
            if outcome.status in {"added", "updated"}:
                due.append(draft)
        if due:
            self._store.upsert(self._records(due, ahead))
        return outcomes

    def _load(
        self,
        draft: Draft,
        read_picture: ReadPicture,
        ahead: ReadAhead,
        *,
        fresh: bool,
        keeps: bool = True,
    ) -> None:
        """Reads and decodes what is not embedded yet; faults are noted, not raised.

        A picture that the product has and that does not come this time stays. Where none is left,
        since its hosts say that they are gone or what is named now does not come, it keeps all.
        """
        known = self.known(draft)
        reusable = {} if fresh else known
        found: dict[str, LoadedPicture | PictureRecord] = {}
        faults: dict[str, FetchError | PhotoError] = {}
        for source in draft.sources:
            try:
                found[source] = self._picture(source, read_picture, ahead, reusable)
            except (FetchError, PhotoError) as error:
                faults[source] = error
        is_asked = keeps and any(isinstance(one, FetchError) for one in faults.values())
        before = self._pictures_before(draft, known) if is_asked or not draft.sources else []
        for picture in before:
            fault = faults.get(picture.source)
            if isinstance(fault, FetchError) and not fault.is_gone:
                found[picture.source] = picture
        draft.pictures = [found[source] for source in draft.sources if source in found]
        is_as_before = not draft.pictures and all(
            isinstance(one, FetchError) for one in faults.values()
        )
        if is_as_before:
            draft.pictures = list(before)
        for source, fault in faults.items():
            stays = source in found or (is_as_before and before)
            note = "; what was there before stays" if stays else ""
            draft.problems.append(Problem(f"{fault}{note}", source))

    def _pictures_before(
        self, draft: Draft, known: Mapping[str, KnownPicture]
    ) -> list[PictureRecord]:
        """What the store has of a product, in order."""
        if not known:
            return []
        return [
            _kept(source, sha256, known[sha256])
            for source, sha256 in self._store.catalogue.sources(draft.product.id)
            if sha256 in known
        ]

    def _picture(
        self,
        source: str,
        read_picture: ReadPicture,
        ahead: ReadAhead,
        known: Mapping[str, KnownPicture],
    ) -> LoadedPicture | PictureRecord:
        if source in ahead.faults:
            raise ahead.faults[source]
        sha256 = ahead.hashes.get(source, "")
        if sha256 in known:
            return _kept(source, sha256, known[sha256])
        if source in ahead.records:
            return ahead.records[source]
        data = read_picture(source)
        sha256 = sha256_of(data)
        if sha256 in known:
            return _kept(source, sha256, known[sha256])
        return self.loader.decoding.load(source, data)

    def _describe(self, drafts: Sequence[Draft], ahead: ReadAhead, *, fresh: bool) -> None:
        """Gives drafts, whose pictures are there, captions and content hashes."""
        self._caption([one for one in drafts if one.pictures], ahead, fresh=fresh)
        for draft in drafts:
            draft.content_hash = self._content_hash(draft)

    def _caption(self, drafts: Sequence[Draft], ahead: ReadAhead, *, fresh: bool) -> None:
        """Gives drafts what is said of their first pictures; what lacks is asked for now."""
        kept = self._store.catalogue.captions_of(one.product.id for one in drafts)
        firsts = {one.pictures[0].sha256: one.pictures[0].display_jpeg for one in drafts}
        captions = ahead.captions
        if self.captioner is not None:
            late = {one: jpeg for one, jpeg in firsts.items() if not captions.has_seen(one)}
            captions = captions.joined(self.captioner.captions(late, fresh=fresh))
        for draft in drafts:
            first, before = draft.pictures[0], kept.get(draft.product.id)
            is_kept = before is not None and before.sha256 == first.sha256
            draft.caption = captions.of(first.sha256) or (before if is_kept else None)
            if fault := captions.faults.get(first.sha256):
                draft.problems.append(Problem(f"no caption: {fault}", first.source))

    def _first_ahead(self, draft: Draft, ahead: ReadAhead) -> tuple[str, bytes | None] | None:
        """The sha256 and JPEG of the picture that is likely to be a product's first."""
        for source in draft.sources:
            if sha256 := ahead.hashes.get(source):
                record = ahead.records.get(source)
                return sha256, record.display_jpeg if record else None
        kept = [] if draft.sources else self._store.catalogue.sources(draft.product.id)
        return (kept[0][1], None) if kept else None

    def _outcome(self, draft: Draft, known_hash: str, *, fresh: bool) -> Outcome:
        problems = draft.problems
        if not draft.pictures:
            status: Status = "rejected"
            problems = problems or [Problem("image_link: is missing or empty")]
        elif known_hash == draft.content_hash and not fresh:
            status = "unchanged"
        else:
            status = "added" if draft.is_new else "updated"
        reasons, pictures = [str(one) for one in problems], [one.picture for one in problems]
        return Outcome(draft.product.id, status, tuple(reasons), tuple(pictures))

    def _records(self, drafts: Sequence[Draft], ahead: ReadAhead) -> list[ProductRecord]:
        loaded = [
            one for draft in drafts for one in draft.pictures if isinstance(one, LoadedPicture)
        ]
        made: Iterator[PictureRecord] = iter(self.loader.embed(loaded) if loaded else [])
        texts = self._text_vectors([draft.text for draft in drafts], ahead)
        records = []
        for draft in drafts:
            pictures = tuple(
                next(made) if isinstance(one, LoadedPicture) else one for one in draft.pictures
            )
            records.append(
                ProductRecord(
                    product=draft.product,
                    pictures=pictures,
                    text_embedding=texts[draft.text] if draft.text else _mean(pictures),
                    content_hash=draft.content_hash,
                    caption=draft.caption,
                )
            )
        return records

    def _text_vectors(self, texts: Sequence[str], ahead: ReadAhead) -> dict[str, Vector]:
        wanted = dict.fromkeys(filter(None, texts))
        missing = [text for text in wanted if text not in ahead.texts]
        made = self.loader.embed_texts(missing) if missing else np.empty((0, 0), np.float32)
        return {**ahead.texts, **dict(zip(missing, made, strict=True))}

    def _pending_draft(self, product_id: str) -> Draft:
        catalogue = self._store.catalogue
        draft = Draft(catalogue.product(product_id), (), is_new=False)
        draft.caption = catalogue.captions_of([product_id]).get(product_id)
        for position, (source, sha256) in enumerate(catalogue.sources(product_id)):
            jpeg = catalogue.display_jpeg(product_id, position)
            image = decode(jpeg).image
            draft.pictures.append(self.loader.decoding.loaded(source, sha256, image, jpeg))
        return draft  # its content hash stays empty: the originals are embedded when they come

    def _content_hash(self, draft: Draft) -> str:
        content = {
            "product": asdict(draft.product),
            "pictures": [(one.source, one.sha256) for one in draft.pictures],
            "space": asdict(self._store.space),
        }
        if draft.caption is not None:
            content["caption"] = [draft.caption.captioner, draft.caption.words]
        text = json.dumps(content, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def _mean(pictures: Sequence[PictureRecord]) -> Vector:
    """Stands for the words of a product of which nothing is told: ``(d,)``.

    Words are then compared with what is seen, twice; the vector of a file's name would weigh more
    than that, and say nothing.
    """
    mean: Vector = np.mean([one.embedding for one in pictures], axis=0, dtype=np.float32)
    return mean / max(float(np.linalg.norm(mean)), 1e-12)


def _kept(source: str, sha256: str, known: KnownPicture) -> PictureRecord:
    return PictureRecord(source, sha256, known.embedding, known.colours, None)
