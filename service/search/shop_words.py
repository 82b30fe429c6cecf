"""What the words of a shop are, kept up to date while the shop changes."""

import threading
import time
from collections.abc import Iterator

from index.store import Store
from index.types import Product
from service.search.catalogue_words import vocabulary_of
from service.search.vocabulary import ShopVocabulary

_CHUNK = 1000
_SHARE_OF_TIME = 0.05
"""Of one core that may go into reading the catalogue again and again while it changes."""
_AT_ONCE = 500
"""So many products are read within the search, some 45 ms; more are read beside it."""


class ShopWords:
    """The vocabulary of a store, read again when it has changed; safe for several threads.

    A catalogue costs 90 µs a product to read. Up to ``_AT_ONCE`` products the vocabulary is that of
    the searched state. Above, the one before serves while the next is read, and that begins only
    after twenty times as long as the last took: until then a new brand's name is searched for as a
    word, and is no filter.
    """

    def __init__(self, store: Store) -> None:
        """Reads nothing yet: a search without words needs none."""
        self._store = store
        self._lock = threading.Lock()
        self._vocabulary: ShopVocabulary | None = None
        self._sequence = -1
        self._size = 0
        self._next_read = 0.0

    def read_ahead(self) -> None:
        """Starts reading, so that the first words need not wait for it; returns at once."""
        sequence = self._store.refresh().sequence
        threading.Thread(target=self.vocabulary, args=(sequence,), daemon=True).start()

    def vocabulary(self, sequence: int) -> ShopVocabulary:
        """Gives what a shopper may name in the state ``sequence`` of the store, or one before."""
        with self._lock:
            if self._vocabulary is None:
                return self._read(sequence)
            if sequence == self._sequence:
                return self._vocabulary
            if self._size <= _AT_ONCE:
                return self._read(sequence)
            if time.monotonic() >= self._next_read:
                self._next_read = float("inf")  # one reader at a time
                threading.Thread(target=self._read, args=(sequence,), daemon=True).start()
            return self._vocabulary

    def _read(self, sequence: int) -> ShopVocabulary:
        started = time.monotonic()
        try:
            vocabulary = vocabulary_of(self._products())
            self._vocabulary, self._sequence = vocabulary, sequence
        finally:
            took_s = time.monotonic() - started
            self._next_read = time.monotonic() + took_s / _SHARE_OF_TIME
        return vocabulary

    def _products(self) -> Iterator[Product]:
        catalogue = self._store.catalogue
        keys = catalogue.changes(0).upserted
        self._size = len(keys)
        for start in range(0, len(keys), _CHUNK):
            yield from catalogue.products(keys[start : start + _CHUNK]).values()
