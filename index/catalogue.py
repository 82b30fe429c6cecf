"""The truth in SQL: products, offers, pictures and vectors, written in whole transactions."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from index import database, history, lexical, tables
from index.captions import captions_by, captions_of
from index.catalogue_reads import (
    IndexedProduct,
    KnownPicture,
    chunks,
    find_key,
    find_keys,
    read_members,
    read_meta,
    read_products,
    vector_of,
)
from index.catalogue_state import CatalogueState, Changes
from index.catalogue_writes import next_sequence, set_meta, write_records
from index.downloads import Download, prune_downloads, read_downloads, write_downloads
from index.errors import StoreTooNewError, StoreUnwritableError, UnknownProductError
from index.history_restore import remove
from index.tables import display, picture, product
from index.types import LexicalScores, PictureCaption, Product, ProductRecord

_FIRST_WITH_WORDS = 2
"""The schema that brought, or last changed, the words of products."""


class Catalogue:
    """Reads and writes products; every write is one transaction with the next sequence number."""

    def __init__(self, engine: Engine) -> None:
        """Takes an engine whose tables exist.

        Raises:
            StoreTooNewError: the tables were made by a later version of the program.
            StoreUnwritableError: they were made by an earlier one, and cannot be written.
        """
        self._engine = database.reading(engine)
        self._writer = database.writing(engine)
        self.is_fed = False
        """Whether writes belong to an indexing run, which ``History`` can undo by itself."""
        self.before_write: Callable[[], None] = lambda: None
        """Called at the start of each write, inside its transaction; an error of it ends that."""
        self._check_schema()

    def upsert(
        self,
        records: Sequence[ProductRecord],
        check: Callable[[Mapping[str, str]], None] = lambda _settings: None,
    ) -> None:
        """Adds or replaces products by id; all or none of them.

        Args:
            records: what to write.
            check: is given the catalogue's settings as they are at that moment; an error of it
                ends the write.

        Raises:
            StoreUnwritableError: the database is read-only or the disk is full.
        """
        with self.writing() as connection:
            check(read_meta(connection))
            sequence = self._next_sequence(connection)
            for chunk in chunks(list(records)):
                ids = [record.product.id for record in chunk]
                history.archive(connection, find_keys(connection, ids), sequence)
                write_records(connection, chunk, sequence)

    def delete(self, ids: Iterable[str]) -> int:
        """Removes products and their pictures; gives how many there were.

        Raises:
            StoreUnwritableError: the database is read-only or the disk is full.
        """
        with self.writing() as connection:
            sequence = self._next_sequence(connection)
            keys = [
                key
                for chunk in chunks(list(dict.fromkeys(ids)))
                for key in find_keys(connection, chunk)
            ]
            for chunk in chunks(keys):
                history.archive(connection, chunk, sequence, are_removed=True)
                remove(connection, chunk, sequence)
        return len(keys)

    def product(self, product_id: str) -> Product:
        """Gives a product by its id, or by the id under which a merchant lists it.

        Raises:
            UnknownProductError: neither is known.
        """
        with self._engine.connect() as connection:
            key = find_key(connection, product_id)
            if key is None:
                raise UnknownProductError(f"no product {product_id!r}")
            return read_products(connection, [key])[key]

    def keys_of_groups(self, groups: Sequence[str]) -> list[int]:
        """Gives the keys of every product of these groups."""
        query = sa.select(product.c.key).where(product.c.item_group.in_(groups))
        return [int(key) for key in self.scalars(query.order_by(product.c.key))]

    def scalars(self, query: sa.Select[Any]) -> list[Any]:
        """Gives the first column of a query that only reads."""
        return [row[0] for row in self.rows(query)]

    def rows(self, query: sa.Select[Any]) -> list[tuple[Any, ...]]:
        """Gives the rows of a query that only reads."""
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def ids(self) -> list[str]:
        """Gives the ids of all products that have a picture, in the order in which they came."""
        query = sa.select(product.c.id).where(
            sa.exists().where(picture.c.product_key == product.c.key)
        )
        with self._engine.connect() as connection:
            return list(connection.scalars(query.order_by(product.c.key)))

    def all_products(self) -> Iterator[Product]:
        """Gives every product, a thousand read at a time."""
        last = 0
        with self._engine.connect() as connection:
            query = sa.select(product.c.key).order_by(product.c.key).limit(1000)
            while keys := list(connection.scalars(query.where(product.c.key > last))):
                last = keys[-1]
                found = read_products(connection, keys)
                yield from (found[key] for key in keys)

    def key_of(self, product_id: str) -> int:
        """Gives the key of an id; ``UnknownProductError`` where there is none."""
        with self._engine.connect() as connection:
            key = find_key(connection, product_id)
        if key is None:
            raise UnknownProductError(f"no product {product_id!r}")
        return key

    def keys_of(self, product_ids: Iterable[str]) -> list[int]:
        """Gives the keys of those ids that exist, in their order."""
        wanted = list(dict.fromkeys(product_ids))
        with self._engine.connect() as connection:
            rows = [
                row
                for chunk in chunks(wanted)
                for row in connection.execute(
                    sa.select(product.c.id, product.c.key).where(product.c.id.in_(chunk))
                )
            ]
        keys = {row.id: row.key for row in rows}
        return [keys[one] for one in wanted if one in keys]

    def existing(self, product_ids: Iterable[str]) -> dict[str, tuple[Product, str]]:
        """Gives product and content hash of those ids that exist."""
        with self._engine.connect() as connection:
            rows = [
                row
                for chunk in chunks(list(product_ids))
                for row in connection.execute(
                    sa.select(product.c.key, product.c.id, product.c.content_hash).where(
                        product.c.id.in_(chunk)
                    )
                )
            ]
            found = read_products(connection, [row.key for row in rows])
        return {row.id: (found[row.key], row.content_hash) for row in rows}

    def ids_by_gtin(self, gtins: Iterable[str]) -> dict[str, str]:
        """Gives the id of the product that bears each GTIN, where one does."""
        with self._engine.connect() as connection:
            return {
                row.gtin: row.id
                for chunk in chunks([gtin for gtin in gtins if gtin])
                for row in connection.execute(
                    sa.select(product.c.gtin, product.c.id)
                    .where(product.c.gtin.in_(chunk))
                    .order_by(product.c.key.desc())
                )
            }

    def products(self, keys: Sequence[int]) -> dict[int, Product]:
        """Gives products by key; keys that are gone since are left out."""
        with self._engine.connect() as connection:
            return read_products(connection, keys)

    def groups_and_gtins(self, keys: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Gives group and GTIN by key without reading products; keys that are gone are left out."""
        columns = sa.select(product.c.key, product.c.item_group, product.c.gtin)
        with self._engine.connect() as connection:
            return {
                row.key: (row.item_group, row.gtin)
                for chunk in chunks(list(keys))
                for row in connection.execute(columns.where(product.c.key.in_(chunk)))
            }

    def variants(self, groups: Iterable[str]) -> dict[str, list[Product]]:
        """Gives every product of each group, in the order in which they came."""
        with self._engine.connect() as connection:
            members = read_members(connection, groups)
            found = read_products(connection, [key for keys in members.values() for key in keys])
        return {group: [found[key] for key in keys] for group, keys in members.items()}

    def members(self, groups: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """Gives the keys of the products of each group, in the order in which they came."""
        with self._engine.connect() as connection:
            return {group: tuple(keys) for group, keys in read_members(connection, groups).items()}

    def known_pictures(self, product_id: str) -> dict[str, KnownPicture]:
        """Gives the vectors of a product's pictures by the sha256 of the picture."""
        query = (
            sa.select(picture.c.sha256, picture.c.embedding, picture.c.colours)
            .join(product, product.c.key == picture.c.product_key)
            .where(product.c.id == product_id, sa.func.length(picture.c.embedding) > 0)
        )
        with self._engine.connect() as connection:
            return {
                row.sha256: KnownPicture(vector_of(row.embedding), vector_of(row.colours))
                for row in connection.execute(query)
            }

    def sources(self, product_id: str) -> list[tuple[str, str]]:
        """Gives (source, sha256) of a product's pictures, in order."""
        query = (
            sa.select(picture.c.source, picture.c.sha256)
            .join(product, product.c.key == picture.c.product_key)
            .where(product.c.id == product_id)
            .order_by(picture.c.position)
        )
        with self._engine.connect() as connection:
            return [(row.source, row.sha256) for row in connection.execute(query)]

    def captions_of(self, product_ids: Iterable[str]) -> dict[str, PictureCaption]:
        """Gives the captions of products, by id; those without one are left out."""
        with self._engine.connect() as connection:
            return captions_of(connection, product_ids)

    def captions_by(self, captioner: str, hashes: Iterable[str]) -> dict[str, PictureCaption]:
        """Gives what a captioner said of pictures, by sha256; those it never saw are left out."""
        with self._engine.connect() as connection:
            return captions_by(connection, captioner, hashes)

    def display_jpeg(self, product_id: str, position: int) -> bytes:
        """Gives the small JPEG of a product's picture.

        Raises:
            UnknownProductError: no such product, or it has no picture at this position.
        """
        key = self.key_of(product_id)
        query = (
            sa.select(display.c.jpeg)
            .join(picture, picture.c.sha256 == display.c.sha256)
            .where(picture.c.product_key == key, picture.c.position == position)
        )
        with self._engine.connect() as connection:
            jpeg = connection.scalar(query)
        if jpeg is None:
            raise UnknownProductError(f"product {product_id!r} has no picture {position}")
        return bytes(jpeg)

    def downloads(self, urls: Iterable[str]) -> dict[str, Download]:
        """Gives what is known of pictures that were fetched before, by their address."""
        with self._engine.connect() as connection:
            return {one.url: one for one in read_downloads(connection, urls)}

    def note_downloads(self, found: Iterable[Download]) -> None:
        """Writes what is now known of fetched pictures; no product changes by it."""
        if noted := list(found):
            with self.writing() as connection:
                write_downloads(connection, noted)

    def prune_downloads(self) -> None:
        """Forgets fetched pictures that no product shows any more; reads every picture's source."""
        with self.writing() as connection:
            prune_downloads(connection)

    def sequence(self) -> int:
        """The number of the last committed write; 0 for an empty catalogue."""
        return int(self.meta().get("sequence", "0"))

    @contextmanager
    def one_state(self) -> Iterator[CatalogueState]:
        """Gives the present state, which stays what it is until the end of the block."""
        with self._engine.connect() as connection:
            yield CatalogueState(connection)

    def changes(self, after: int) -> Changes:
        """Gives the keys that were written or removed after a sequence number."""
        with self.one_state() as state:
            return state.changes(after)

    def indexed(self, keys: Sequence[int]) -> Iterator[IndexedProduct]:
        """Gives what the vector index needs, in the order of the keys; unknown ones are none."""
        with self.one_state() as state:
            yield from state.indexed(keys)

    def lexical(self, text: str, limit: int = lexical.MAX_HITS) -> LexicalScores:
        """Gives the products that hold words of a text; nothing in the text is an operator."""
        with self._engine.connect() as connection:
            return lexical.search(connection, text, limit)

    def count(self) -> tuple[int, int]:
        """Gives the number of products and of pictures."""
        with self._engine.connect() as connection:
            products = connection.scalar(sa.select(sa.func.count()).select_from(product))
            pictures = connection.scalar(sa.select(sa.func.count()).select_from(picture))
        return int(products or 0), int(pictures or 0)

    def meta(self) -> dict[str, str]:
        """Gives the catalogue's own settings, such as what its vectors were made with."""
        with self._engine.connect() as connection:
            return read_meta(connection)

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Writes settings of the catalogue itself."""
        with self.writing() as connection:
            for key, value in values.items():
                set_meta(connection, key, value)

    def write_setting(self, key: str, value: str) -> None:
        """Writes one setting with a sequence number of its own, so that other processes see it."""
        with self.writing() as connection:
            next_sequence(connection)
            set_meta(connection, key, value)

    def forget_vectors(self, settings: Mapping[str, str]) -> None:
        """Takes every vector away and writes the settings of the embedder that will make new ones.

        Products stay; those without vectors are not searched. ``pending`` lists them.
        """
        with self.writing() as connection:
            sequence = self._next_sequence(connection)
            keys = list(connection.scalars(sa.select(product.c.key)))
            for chunk in chunks(keys):
                history.archive(connection, chunk, sequence)
            connection.execute(
                sa.update(product).values(text_embedding=b"", content_hash="", sequence=sequence)
            )
            connection.execute(sa.update(picture).values(embedding=b"", colours=b""))
            for key, value in settings.items():
                set_meta(connection, key, value)

    def pending(self) -> list[str]:
        """Gives the ids of products that wait to be embedded again."""
        with self._engine.connect() as connection:
            return list(
                connection.scalars(
                    sa.select(product.c.id)
                    .where(sa.func.length(product.c.text_embedding) == 0)
                    .order_by(product.c.key)
                )
            )

    def close(self) -> None:
        """Closes the connections."""
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that writes; all of it or nothing.

        Raises:
            StoreUnwritableError: the database is read-only, locked or the disk is full.
            StoreUnavailableError: it does not answer; a commit that it was told of may be done.
        """
        try:
            with self._writer.begin() as connection:
                self.before_write()
                yield connection
        except sa.exc.OperationalError as error:
            raise StoreUnwritableError(f"the catalogue cannot be written: {error.orig}") from error

    def _next_sequence(self, connection: Connection) -> int:
        sequence = next_sequence(connection)
        if self.is_fed:
            history.mark_feed_write(connection, sequence)
        return sequence

    def _check_schema(self) -> None:
        found = int(self.meta().get("schema_version", "0"))
        if found > tables.SCHEMA_VERSION:
            raise StoreTooNewError(
                f"the store has schema {found}; this version reads up to {tables.SCHEMA_VERSION}"
            )
        if found < tables.SCHEMA_VERSION:
            self._migrate()

    def _migrate(self) -> None:
        """Brings the tables to this version, all of it or nothing; O(products) for an old store."""
        with self.writing() as connection:
            found = int(read_meta(connection).get("schema_version", "0"))
            if found < _FIRST_WITH_WORDS:  # nobody else did it while this one waited
                lexical.build(connection)
            if found < tables.SCHEMA_VERSION:
                set_meta(connection, "schema_version", str(tables.SCHEMA_VERSION))
