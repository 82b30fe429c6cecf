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


class ShopWords:
    """The vocabulary of a store, read again when it has changed; safe for several threads.

    After a write the old vocabulary serves for up to twenty times as long as reading it takes (90
    µs a product): until then a new brand's name is searched for as a word, and is no filter.
    """

    def __init__(self, store: Store) -> None:
        """Reads nothing yet."""
        self._store = store
        self._lock = threading.Lock()
        self._vocabulary: ShopVocabulary | None = None
        self._sequence = -1
        self._next_read = 0.0

    def vocabulary(self, sequence: int) -> ShopVocabulary:
        """Gives what a shopper may name in the state ``sequence`` of the store, or one before."""
        with self._lock:
            is_stale = sequence != self._sequence and time.monotonic() >= self._next_read
            if self._vocabulary is None or is_stale:
                started = time.monotonic()
                self._vocabulary = vocabulary_of(self._products())
                self._sequence = sequence
                took = time.monotonic() - started
                self._next_read = time.monotonic() + took / _SHARE_OF_TIME
            return self._vocabulary

    def _products(self) -> Iterator[Product]:
        catalogue = self._store.catalogue
        keys = catalogue.changes(0).upserted
        for start in range(0, len(keys), _CHUNK):
            yield from catalogue.products(keys[start : start + _CHUNK]).values()
