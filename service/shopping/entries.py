"""Entries of a list: what is wanted, searched one by one with filters inside the search."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.types import Filters, FusionWeights, Query
from service.errors import RequestError
from service.pipeline import SearchPipeline
from service.search.merging import merged
from service.shopping.options import IN_STOCK
from service.shopping.plausibility import plausible, that_are
from service.shopping.things import Thing, thing_of
from service.shopping.types import Entry, ShoppingRequest, Wanted
from service.terms import Source, Status
from service.types import MAX_K, ItemMatches, Match, SearchRequest

MAX_THEME_ENTRIES = 5
"""Categories that an occasion is spread over where no model names what it needs."""
_DEPTH = 20
"""Matches of words that are looked through for the thing that they name."""


@dataclass(frozen=True)
class EntrySearch:
    """Searches the entries of one request."""

    pipeline: SearchPipeline
    request: ShoppingRequest

    @property
    def k(self) -> int:
        """The pick and its alternates."""
        return 1 + self.request.alternates

    def of_photo(self, text: str) -> list[Entry]:
        """One entry an item of the photo; ``text`` changes them ("in blue").

        Raises:
            PhotoError, RequestError, FilterError: as ``SearchPipeline.search``.
        """
        items = self._search(text, self.request.photo, in_stock(self.request.filters))
        return [_photo_entry(number, one) for number, one in enumerate(items, 1)]

    def of_text(self, wanted: Wanted, source: Source = "text") -> Entry:
        """The entry of one thing that words name.

        Raises:
            RequestError, FilterError: as ``SearchPipeline.search``.
        """
        status: Status = "found"
        kept, filters = self._said(wanted.text, in_stock(self.request.filters))
        if not kept:
            status = "out_of_stock"
            kept, _ = self._said(wanted.text, self.request.filters)
        if not kept:
            status = "nothing_found"
            kept = self._otherwise(wanted.text)
        return Entry(wanted.text, wanted.quantity, source, status, kept, filters=filters)

    def spread(self, theme: Wanted) -> list[Entry]:
        """The best matches of an occasion, one entry a category, best first."""
        request = SearchRequest(text=theme.text, k=MAX_K, filters=in_stock(self.request.filters))
        [found] = self.pipeline.search(request).items
        by_category: dict[str, list[Match]] = {}
        for match in found.matches:
            by_category.setdefault(match.product.category, []).append(match)
        return [
            replace(
                Entry(_leaf(category) or matches[0].product.title, 1, "theme", "suggested"),
                matches=tuple(matches[: self.k]),
                filters=found.filters,
            )
            for category, matches in list(by_category.items())[:MAX_THEME_ENTRIES]
        ]

    def _said(self, text: str, filters: Filters) -> tuple[tuple[Match, ...], Filters]:
        """The best matches of words that are what they name, and the filters that they were under.

        Looked for among more than are shown: a colour can push the thing down.
        """
        depth = min(MAX_K, max(self.k, _DEPTH))
        found = self.pipeline.search(SearchRequest(text=text, k=depth, filters=filters))
        [one] = found.items
        thing = thing_of(found.words) if found.words else None
        if thing is None:
            return plausible(one.matches)[: self.k], one.filters
        kept = that_are(thing, one.matches, *self._cosines(thing, one.matches))
        return kept[: self.k], one.filters

    def _otherwise(self, text: str) -> tuple[Match, ...]:
        """The thing in stock where not as it was said: in other colours, at other prices."""
        words = self.pipeline.understood(text, self.pipeline.store.refresh())
        thing = thing_of(words)
        if thing is None:
            return ()
        refused = Filters(none_of=words.filters.none_of)
        return self._said(thing.text, merged(in_stock(self.request.filters), refused))[0]

    def _cosines(self, thing: Thing, matches: Sequence[Match]) -> list[dict[str, float]]:
        """Of the thing, and of the words before its name, with the products' texts, by id.

        One call of the text model.
        """
        texts = [thing.text, thing.before] if thing.before else [thing.text]
        weights = FusionWeights(text=1.0)
        queries = [
            Query(text=vector, weights=weights, k=len(matches))
            for vector in self.pipeline.embedder.embed_texts(texts)  # (n, d)
        ]
        ranked = self.pipeline.store.search_among([one.product.id for one in matches], queries)
        found = self.pipeline.store.catalogue.products([one.key for one in ranked[0]])
        return [
            {found[one.key].id: one.parts["text"] for one in each if one.key in found}
            for each in ranked
        ]

    def _search(self, text: str, photo: bytes | None, filters: Filters) -> tuple[ItemMatches, ...]:
        request = SearchRequest(photo=photo, text=text, k=self.k, filters=filters)
        return self.pipeline.search(request).items


def in_stock(filters: Filters) -> Filters:
    """Gives the filters with what is in stock alone.

    Raises:
        RequestError: they ask for something else.
    """
    asked: Sequence[str] = filters.any_of.get("availability", (IN_STOCK,))
    refused = filters.none_of.get("availability", ())
    if IN_STOCK not in asked or IN_STOCK in refused:
        raise RequestError(
            f"the filters ask for availability {', '.join(asked)} and not {', '.join(refused)}; a "
            f"shopping list holds what is {IN_STOCK}"
        )
    return replace(filters, any_of={**filters.any_of, "availability": (IN_STOCK,)})


def _photo_entry(number: int, found: ItemMatches) -> Entry:
    kept = plausible(found.matches, found.verdict)
    title = found.caption.title if found.caption else ""
    first = kept[0].product if kept else None
    named = title or (_leaf(first.category) or first.title if first else "")
    return Entry(
        label=named or f"item {number}",
        quantity=1,
        source="photo",
        status="found" if kept else "nothing_found",
        matches=kept,
        box=found.item.box if found.item else None,
        filters=found.filters,
    )


def _leaf(category: str) -> str:
    return category.rpartition(">")[2].strip()
