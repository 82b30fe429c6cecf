"""Products that searches show again and again, kept while the catalogue stays as it is.

A search reads its candidates' groups, its matches, their offers and variants: six statements. Any
write gives the catalogue a new number, and with it goes everything that was kept, so that nothing
here is older than the state that is searched.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock
from typing import Generic, TypeAlias, TypeVar

from cachetools import LRUCache

from index.catalogue import Catalogue
from index.types import Product

MAX_PRODUCTS = 2_048
"""Some 5 kB each, descriptions included."""
MAX_NAMES = 65_536
"""Groups with their members' keys, GTINs and ids; some 200 bytes each."""

K = TypeVar("K")
V = TypeVar("V")


class ProductShelf:
    """What was read of one state of a catalogue; safe for several threads."""

    def __init__(self, catalogue: Catalogue, sequence: int) -> None:
        """Makes an empty shelf.

        Args:
            catalogue: read for what is not here.
            sequence: the catalogue's number, read before anything is asked of the shelf.
        """
        self.sequence = sequence
        self._catalogue = catalogue
        self._products: _Kept[int, Product] = _Kept(MAX_PRODUCTS)
        self._names: _Kept[int, tuple[str, str]] = _Kept(MAX_NAMES)
        self._members: _Kept[str, tuple[int, ...]] = _Kept(MAX_NAMES)
        self._keys: _Kept[str, int] = _Kept(MAX_NAMES)

    def products(self, keys: Sequence[int]) -> dict[int, Product]:
        """As ``Catalogue.products``."""
        found = self._products.read(keys, self._catalogue.products)
        self._keys.keep({product.id: key for key, product in found.items()})
        return found

    def groups_and_gtins(self, keys: Sequence[int]) -> dict[int, tuple[str, str]]:
        """As ``Catalogue.groups_and_gtins``."""
        return self._names.read(keys, self._catalogue.groups_and_gtins)

    def variants(self, groups: Iterable[str]) -> dict[str, list[Product]]:
        """As ``Catalogue.variants``."""
        members = self._members.read(sorted(set(groups)), self._catalogue.members)
        found = self.products([key for keys in members.values() for key in keys])
        return {
            group: [found[key] for key in keys if key in found] for group, keys in members.items()
        }

    def keys_of(self, product_ids: Iterable[str]) -> list[int]:
        """As ``Catalogue.keys_of``."""
        wanted = list(dict.fromkeys(product_ids))
        known = self._keys.known(wanted)
        if len(known) < len(wanted):
            return self._catalogue.keys_of(wanted)
        return [known[one] for one in wanted]


ProductReads: TypeAlias = Catalogue | ProductShelf
"""What a search reads products from."""


class _Kept(Generic[K, V]):
    """The values that were asked for last."""

    def __init__(self, size: int) -> None:
        self._values: LRUCache[K, V] = LRUCache(size)
        self._lock = Lock()

    def read(self, keys: Sequence[K], read: Callable[[Sequence[K]], Mapping[K, V]]) -> dict[K, V]:
        """In the order of the keys; ``read`` is asked for those that are not here."""
        found = self.known(keys)
        if missing := [key for key in keys if key not in found]:
            fresh = read(missing)
            self.keep(fresh)
            found |= fresh
        return {key: found[key] for key in keys if key in found}

    def known(self, keys: Iterable[K]) -> dict[K, V]:
        with self._lock:
            return {key: self._values[key] for key in keys if key in self._values}

    def keep(self, values: Mapping[K, V]) -> None:
        with self._lock:
            self._values.update(values)
